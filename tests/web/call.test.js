// The call machine against the vectors that Python's machine has written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Machine } from '../../src/devcloud/web/call.js';
import { Line } from '../../src/devcloud/web/line.js';
import { TABLE } from '../../src/devcloud/web/table.js';
import { vectors } from './common.js';

test('the table is the same as in Python', () => {
  assert.deepEqual(sorted(TABLE), vectors('call/table.json'));
});

/** Everything in one order. */
const sorted = (value) =>
  value === null || typeof value !== 'object'
    ? value
    : Object.fromEntries(Object.entries(value).sort().map(([key, each]) => [key, sorted(each)]));

for (const [name, story] of Object.entries(vectors('call/transcripts.json'))) {
  test(`transcript: ${name}`, () => {
    const opened = story.begin.commands.some(({ type }) => type === 'OpenMedia');
    const call = new Machine({
      id: '00'.repeat(16),
      role: story.role,
      me: story.role === 'caller' ? 'Marc' : 'John',
      peer: story.role === 'caller' ? 'John' : 'Marc',
      wall: 0,
      offer: story.role === 'callee' ? { generation: 1, sdp: 'offer 1' } : null,
      device: story.role === 'callee' ? callersDevice(story) : null,
      warm: opened,
    });
    check(call, story.begin, call.begin(0));
    for (const step of story.steps)
      check(call, step, step.event ? call.handle(step.event, step.at) : call.tick(step.at));
  });
}

const callersDevice = (story) => {
  const said = story.steps.map(({ event }) => event).find((event) => event?.device);
  return said?.device ?? 'marc-laptop';
};

function check(call, step, commands) {
  const at = `at ${step.at}`;
  const records = step.commands.filter(({ type }) => type === 'Remember');
  for (const { record } of records) {
    // The vectors begin at another time of day and under another id.
    const { call: id, begun_at: begun } = record;
    const moved = commands.find(({ type }) => type === 'Remember').record;
    moved.call = id;
    for (const field of ['begun_at', 'answered_at', 'ended_at'])
      if (moved[field] !== null) moved[field] += begun;
  }
  assert.deepEqual(plain(commands), plain(step.commands), at);
  assert.equal(call.state, step.state, at);
  const deadline = call.deadline === null ? null : Math.round(call.deadline * 1000) / 1000;
  assert.equal(deadline, step.deadline, at);
}

const plain = (commands) =>
  commands.map(({ record, ...rest }) => {
    if (!record) return rest;
    const rounded = Object.entries(record).map(([field, value]) => [
      field,
      typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
    ]);
    return { ...rest, record: Object.fromEntries(rounded) };
  });

const types = (outputs) => outputs.map(([, { type }]) => type);
const offer = { generation: 1, sdp: 'offer 1' };
const from = (peer, more = {}) => ({ peer, device: 'aa', offer, now: 0, wall: 0, ...more });

test('a second caller is told busy, unless calls may wait', () => {
  for (const waiting of [false, true]) {
    const line = new Line('John', { waiting });
    line.invited('a'.repeat(32), from('Marc'));
    const second = types(line.invited('b'.repeat(32), from('Support')));
    assert.equal(second[0], waiting ? 'Rang' : 'Refuse');
  }
});

test('both call each other: the lower id yields, the higher says its invitation again', () => {
  const low = '1'.repeat(32);
  const high = '2'.repeat(32);
  const marc = new Line('Marc');
  marc.place(low, 'John', 0, 0);
  marc.handle(low, { type: 'OfferMade', generation: 1, sdp: 'offer 1' }, 0);
  const yielded = types(marc.invited(high, from('John')));
  assert.ok(yielded.includes('SendCancel') && yielded.includes('Become'), String(yielded));
  assert.equal(marc.calls.get(high)?.state, 'connecting_after_accepted');
  const john = new Line('John');
  john.place(high, 'Marc', 0, 0);
  john.handle(high, { type: 'OfferMade', generation: 1, sdp: 'offer 1' }, 0);
  assert.deepEqual(types(john.invited(low, from('Marc'))), ['InviteAgain']);
});

test('a cancel that overtakes its invitation keeps it from ringing', () => {
  const line = new Line('John');
  const id = '3'.repeat(32);
  assert.deepEqual(line.stray(id, 'Marc', 'aa', { type: 'CancelReceived', reason: 'cancelled' }), []);
  const [[call, command]] = line.invited(id, from('Marc'));
  assert.equal(call, null);
  assert.deepEqual([command.type, command.reason], ['TellGone', 'cancelled']);
});

test('whoever calls anew has left the call that lost its path', () => {
  const line = new Line('John');
  const first = '4'.repeat(32);
  line.invited(first, from('Marc'));
  line.handle(first, { type: 'AnswerMade', generation: 1, sdp: 'answer' }, 0);
  line.handle(first, { type: 'Accept' }, 0);
  line.handle(first, { type: 'PathUp', generation: 1 }, 1);
  line.handle(first, { type: 'PathLost', generation: 1 }, 2);
  const again = types(line.invited('5'.repeat(32), from('Marc', { now: 3 })));
  assert.ok(again.includes('SendHangup') && again.includes('CloseMedia'));
  assert.equal(line.calls.get(first)?.reason, 'connection_lost');
});

test('a page that comes back offers the next path of the same call', () => {
  const call = new Machine({ id: 'x', role: 'callee', me: 'John', peer: 'Marc', wall: 100, offer, device: 'aa' });
  call.begin(0);
  call.handle({ type: 'AnswerMade', generation: 1, sdp: 'answer' }, 0);
  call.handle({ type: 'Accept' }, 1);
  call.handle({ type: 'PathUp', generation: 1 }, 2);
  call.handle({ type: 'Mute', on: true }, 3);
  const saved = JSON.parse(JSON.stringify(call.save()));
  const back = Machine.resume(saved, 50, 106);
  assert.equal(back.state, 'reconnecting');
  const said = back.handle({ type: 'MediaBack' }, 50);
  assert.deepEqual(said.map(({ type }) => type), ['OpenMedia', 'MakeOffer', 'SetVoice']);
  assert.deepEqual(said[2], { type: 'SetVoice', sending: false, hearing: true });
  assert.equal(back.generation, 2);
  assert.equal(back.wallAt(/** @type {number} */ (back.acceptedAt)), 101);
  assert.equal(back.deadline, 62);
  back.handle({ type: 'PathUp', generation: 2 }, 51);
  assert.equal(back.state, 'active');
});
