// The codec against the vectors and against nonsense; what is said again, and when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vectors } from './common.js';
import { DevCloudError } from '../../src/devcloud/web/errors.js';
import { Flood, Inbox, Outbox } from '../../src/devcloud/web/mailbox.js';
import { bodyOf, decode, encode, pauseBefore } from '../../src/devcloud/web/protocol.js';

const { read } = await import('../../src/devcloud/web/gate.js');

const bytesOf = ({ text, hex, pieces }) => {
  if (hex !== undefined) return Uint8Array.from(hex.match(/../g), (each) => parseInt(each, 16));
  return text ?? pieces.map(([piece, times]) => piece.repeat(times)).join('');
};

test('what is outside the protocol earns its code', () => {
  for (const each of vectors('signalling/invalid.json').invalid)
    if (each.from.includes('server'))
      assert.throws(() => decode(bytesOf(each)), { code: each.code }, each.name);
});

/** Every golden message of a file, wherever it stands in it. */
function* goldenMessages() {
  for (const file of ['session', 'presence', 'call']) {
    const stack = [vectors(`signalling/${file}.json`)];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next === null || typeof next !== 'object') continue;
      if (typeof next.type === 'string') yield next;
      else stack.push(...Object.values(next));
    }
  }
}
const FROM_CLIENTS = ['hello', 'proof', 'watch', 'status'];

test('golden messages are read, and written as they were', () => {
  let read = 0;
  for (const golden of goldenMessages()) {
    if (FROM_CLIENTS.includes(golden.type)) continue;
    const message = decode(JSON.stringify(golden));
    for (const [field, value] of Object.entries(golden)) {
      if (Array.isArray(value)) value.forEach((each, at) => contains(message[field][at], each));
      else if (message[field] !== undefined) assert.deepEqual(message[field], value, field);
    }
    assert.deepEqual(decode(encode(message)), message);
    read += 1;
  }
  assert.ok(read > 15, String(read));
});

const contains = (whole, part) => {
  if (typeof part !== 'object') assert.equal(whole, part);
  else for (const [field, value] of Object.entries(part)) if (field in whole) assert.deepEqual(whole[field], value);
};

/** A random number generator with a seed that can be printed (mulberry32). */
const chanceOf = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

test('nonsense never throws anything but a ProtocolViolation', () => {
  const seed = Number(process.env.SEED) || Math.floor(Math.random() * 2 ** 31);
  console.log(`SEED=${seed}`);
  const chance = chanceOf(seed);
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const golden = [...goldenMessages()];
  const odd = [null, true, -1, 1e300, '', 'x', '\ud800', [], {}, [null], { type: 'x' }, 'é'.repeat(300)];
  let taken = 0;
  for (let n = 0; n < 4000; n += 1) {
    const message = structuredClone(pick(golden));
    for (let edits = chance() * 3; edits > 0; edits -= 1) {
      let at = message;
      while (chance() < 0.5 && Object.values(at).some((each) => each && typeof each === 'object'))
        at = pick(Object.values(at).filter((each) => each && typeof each === 'object'));
      at[pick([...Object.keys(at), 'body', '__proto__', 'constructor'])] = structuredClone(pick(odd));
    }
    let text = JSON.stringify(message);
    if (chance() < 0.3) {
      const at = Math.floor(chance() * text.length);
      text = text.slice(0, at) + pick(['', '"', '}', '\u0000', ',', 'null']) + text.slice(at + Math.floor(chance() * 5));
    }
    try {
      const said = decode(text);
      taken += 1;
      if ('seq' in said && 'from' in said && said.type !== 'ack') read(said);
    } catch (error) {
      assert.ok(error instanceof DevCloudError, `${error.stack} of ${text}`);
    }
  }
  assert.ok(taken > 100);
});

test('bodies: what is missing has its default, what is not allowed is refused', () => {
  const of = (type, body) => bodyOf({ type, body });
  assert.deepEqual(of('ringing', {}).sdp, '');
  assert.equal(of('update', { held: false }).held, false);
  assert.match(encode({ type: 'update', body: { held: false } }), /"held":false/);
  for (const [type, body] of [
    ['invite', {}],
    ['invite', { sdp: 'x'.repeat(32769) }],
    ['invite', { sdp: 'x', generation: 0 }],
    ['invite', { sdp: 'x', generation: 1.5 }],
    ['invite', { sdp: 'x', signed: { key: 'x'.repeat(129) } }],
    ['candidate', { candidates: [] }],
    ['candidate', { candidates: Array(65).fill({ candidate: 'x' }) }],
    ['candidate', { candidates: [{ candidate: 'x', index: 65 }] }],
    ['update', null],
    ['update', []],
  ])
    assert.throws(() => of(type, body), { code: 'message_wrong_shape' }, `${type} ${JSON.stringify(body).slice(0, 60)}`);
});

const letter = (call, seq) => ({ type: 'hangup', call, seq });

test('a message is said again after 2, 4 and 8 s, until it is acknowledged', () => {
  const outbox = new Outbox();
  assert.deepEqual([outbox.nextSequence('a'), outbox.nextSequence('a'), outbox.nextSequence('b')], [1, 2, 1]);
  outbox.post(letter('a', 1), 0, true);
  const said = [];
  for (let now = 0; now < 40; now += 0.5) if (outbox.due(now).length) said.push(now);
  assert.deepEqual(said, [2, 6, 14, 22, 30, 38]);
  assert.equal(outbox.signedIn(100).length, 1);
  assert.equal(outbox.deadline, 102);
  assert.equal(outbox.settle('a', 1)?.type, 'hangup');
  assert.equal(outbox.deadline, Infinity);
});

test('what belongs to no live call is given up after a minute', () => {
  const outbox = new Outbox();
  outbox.post(letter('a', 1), 0, false);
  outbox.post(letter('b', 1), 0, true);
  assert.deepEqual(outbox.signedIn(61).map((each) => each.call), ['b']);
  outbox.withdraw('b');
  assert.deepEqual(outbox.signedIn(62), []);
});

test('repeats are told from news, however many there are', () => {
  const inbox = new Inbox();
  const from = (device, seq) => ({ call: 'a', device, seq });
  assert.ok(inbox.isNew(from('x', 5)));
  assert.ok(!inbox.isNew(from('x', 5)));
  assert.ok(inbox.isNew(from('x', 3)));
  assert.ok(inbox.isNew(from('y', 5)));
  for (let seq = 10; seq < 5000; seq += 1) assert.ok(inbox.isNew(from('x', seq)));
  assert.ok(!inbox.isNew(from('x', 6)), 'too old to tell');
  const again = new Inbox();
  again.restore(JSON.parse(JSON.stringify(inbox.save('a'))));
  assert.ok(!again.isNew(from('y', 5)));
});

test('a flood of invitations of one person is met with silence', () => {
  const flood = new Flood();
  let heard = 0;
  for (let n = 0; n < 1000; n += 1) heard += Number(flood.endures('Marc', 0));
  assert.equal(heard, 60);
  assert.ok(flood.endures('John', 0));
  assert.ok(flood.endures('MARC', 1));
  assert.ok(!flood.endures('marc', 1));
});

test('attempts come after 1, 2, 4, 8, 15, 15 s, each varied by a fifth', () => {
  const pauses = [0, 1, 2, 3, 4, 5].map((attempt) => pauseBefore(attempt, 0.5));
  assert.deepEqual(pauses, [1, 2, 4, 8, 15, 15]);
  assert.deepEqual([pauseBefore(4, 0), pauseBefore(4, 1)].map(Math.round), [12, 18]);
});
