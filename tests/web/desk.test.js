// Two desks and a server between them that may lie; media is made of what it would say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './common.js';

const { Desk } = await import('../../src/devcloud/web/desk.js');
const { makeKeyPair, signingKey, toBase64url, random } = await import('../../src/devcloud/web/identity.js');

const CALL = '0a'.repeat(16);
const keys = {};
for (const name of ['Marc', 'John', 'Eve']) keys[name] = await signingKey(await makeKeyPair());

let made = 0;
const describe = (mid = '') => {
  made += 1;
  const octet = (made % 256).toString(16).padStart(2, '0').toUpperCase();
  return `v=0\r\ns=${mid}${made}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=setup:actpass\r\na=fingerprint:sha-256 ${Array(32).fill(octet).join(':')}\r\n`;
};

class Side {
  told = [];
  orders = [];
  constructor(world, name, device, key = keys[name], options = {}) {
    Object.assign(this, { world, name, device });
    this.desk = new Desk({ me: name, key, book: {}, ...options });
    this.desk.signedIn(0);
  }
  get call() {
    return this.desk.line.calls.get(CALL);
  }
  codes() {
    return this.told.filter(({ error }) => error).map(({ error }) => error.code);
  }
}

class World {
  now = 0;
  said = [];
  lie = (message) => [message];
  constructor(options = {}) {
    this.marc = new Side(this, 'Marc', '11'.repeat(8));
    this.john = new Side(this, 'John', '22'.repeat(8), keys.John, options);
    this.sides = [this.marc, this.john];
  }
  /** Carry everything that is said and ordered, until nothing is. */
  async settle() {
    for (let busy = true; busy; ) {
      busy = false;
      for (const side of this.sides)
        for (const action of side.desk.drain()) {
          busy = true;
          if (action.type === 'Say') await this.carry(side, action.message);
          else if (action.type === 'Order') await this.obey(side, action.call, action.command);
          else side.told.push(action);
        }
    }
  }
  async carry(side, message) {
    const stamped = JSON.parse(JSON.stringify({ body: {}, reason: 'completed', text: '', ...message, from: side.name, device: side.device }));
    this.said.push(stamped);
    for (const each of this.lie(stamped)) await this.deliver(each);
  }
  async deliver(message) {
    for (const to of this.sides)
      if (to.name === message.to && (!message.to_device || message.to_device === to.device))
        await to.desk.received(message, this.now, this.now);
  }
  async obey(side, call, { type, generation, sdp, ...rest }) {
    side.orders.push({ type, generation, sdp, ...rest });
    const tell = (event) => side.desk.act(call.id, event, this.now);
    if (type === 'MakeOffer') await tell({ type: 'OfferMade', generation, sdp: describe() });
    if (type === 'TakeOffer') {
      await tell({ type: 'AnswerMade', generation, sdp: describe() });
      await tell({ type: 'PathUp', generation });
    }
    if (type === 'TakeAnswer') await tell({ type: 'PathUp', generation });
    if (type === 'CloseMedia') await tell({ type: 'MediaClosed' });
  }
  async act(side, event) {
    await side.desk.act(CALL, event, this.now);
    await this.settle();
  }
  async ring() {
    await this.marc.desk.place(CALL, 'John', this.now, this.now);
    await this.settle();
  }
  async talk() {
    await this.ring();
    await this.act(this.john, { type: 'Accept' });
  }
  async pass(seconds) {
    for (const until = this.now + seconds; this.now < until; this.now += 0.25)
      for (const side of this.sides) {
        await side.desk.tick(this.now);
        await this.settle();
      }
  }
}

/** Change the body of messages of a type. */
const edit = (type, change) => (message) => {
  if (message.type === type) change(message.body, message);
  return [message];
};

test('a call: both are active, have the same words and remember each other', async () => {
  const world = new World();
  await world.talk();
  const { marc, john } = world;
  assert.deepEqual([marc.call.state, john.call.state], ['active', 'active']);
  const words = marc.desk.gate.trust(CALL).words;
  assert.equal(words?.length, 4);
  assert.deepEqual(john.desk.gate.trust(CALL).words, words);
  assert.equal(marc.desk.gate.book.john.key, keys.John.public);
  await world.act(john, { type: 'HangUp' });
  await world.pass(3);
  assert.deepEqual([marc.desk.line.calls.size, john.desk.line.calls.size], [0, 0]);
});

test('a stranger gets no path before the person accepts, somebody known does', async () => {
  const world = new World();
  await world.ring();
  assert.equal(world.john.orders.length, 0);
  assert.equal(world.marc.call.state, 'ringing_out');
  await world.act(world.john, { type: 'Accept' });
  await world.act(world.john, { type: 'HangUp' });
  await world.pass(3);
  await world.marc.desk.place('0b'.repeat(16), 'John', world.now, 0);
  await world.settle();
  assert.equal([...world.john.desk.line.calls.values()][0].state, 'connected_before_accepted');
});

const swap = (body) => {
  for (const field of ['sdp', 'offer', 'answer'])
    if (body[field]) body[field] = body[field].replace(/sha-256 .*\r/, `sha-256 ${Array(32).fill('EE').join(':')}\r`);
};
const EDITS = {
  'another fingerprint': [swap, 'claim_invalid'],
  'who begins': [(body) => (body.sdp = body.sdp.replace('actpass', 'passive')), 'claim_invalid'],
  'another generation': [(body) => (body.generation = 2), 'claim_invalid'],
  'no signature': [(body) => delete body.signed, 'claim_missing'],
  'another key': [(body) => (body.signed.key = keys.Eve.public), 'claim_invalid'],
  'two fingerprints': [(body) => (body.sdp += `a=fingerprint:sha-256 ${Array(32).fill('EE').join(':')}\r\n`), 'fingerprint_ambiguous'],
  'a weak hash': [(body) => (body.sdp = body.sdp.replace(/sha-256 .*\r/, `sha-1 ${Array(20).fill('EE').join(':')}\r`)), 'fingerprint_weak'],
  'no encryption': [(body) => (body.sdp = body.sdp.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP')), 'description_not_encrypted'],
};

for (const [what, [change, code]] of Object.entries(EDITS)) {
  test(`an edited invitation (${what}) never rings`, async () => {
    const world = new World();
    world.lie = edit('invite', change);
    await world.ring();
    assert.deepEqual(world.john.codes(), [code]);
    assert.ok(!world.john.told.some(({ type }) => type === 'Rang'));
    assert.equal(world.john.orders.length, 0);
    await world.pass(3);
    assert.equal(world.marc.told.findLast(({ type }) => type === 'Remembered').record.reason, 'untrusted');
  });
  test(`an edited acceptance (${what}) reaches no media`, async () => {
    const world = new World();
    world.lie = edit('answer', what === 'another generation' ? (body) => (body.generation = 3) : change);
    await world.talk();
    const expected = what === 'another generation' ? 'description_out_of_place' : code;
    assert.ok(world.marc.codes().includes(expected), String(world.marc.codes()));
    assert.ok(!world.marc.orders.some(({ type }) => ['TakeAnswer', 'SetVoice'].includes(type)));
  });
}

test('an edited answer while it rings', async () => {
  const world = new World({ warm: () => true });
  world.lie = edit('ringing', swap);
  await world.ring();
  assert.deepEqual(world.marc.codes(), ['claim_invalid']);
  assert.ok(!world.marc.orders.some(({ type }) => type === 'TakeAnswer'));
});

test('«it rings» passed off as accepted', async () => {
  const world = new World({ warm: () => true });
  world.lie = (message) => {
    if (message.type !== 'ringing') return [message];
    const body = structuredClone(message.body);
    body.signed.nonce = toBase64url(random(32));
    return [{ ...message, type: 'answer', body }];
  };
  await world.ring();
  assert.deepEqual(world.marc.codes(), ['claim_invalid']);
  assert.ok(!world.marc.orders.some(({ type }) => type === 'SetVoice'));
});

test('another nonce is revealed than was promised', async () => {
  const world = new World();
  world.lie = edit('update', (body) => body.reveal && (body.reveal = toBase64url(random(32))));
  await world.talk();
  assert.deepEqual(world.john.codes(), ['commitment_mismatch']);
});

test('the reveal held back ends the call after 15 s', async () => {
  const world = new World();
  world.lie = (message) => (message.body.reveal ? [] : [message]);
  await world.talk();
  assert.equal(world.john.call.state, 'active');
  await world.pass(14);
  assert.equal(world.john.call.state, 'active');
  await world.pass(3);
  assert.deepEqual(world.john.codes(), ['reveal_missing']);
});

test('an edited new path in the middle of a call ends it', async () => {
  const world = new World();
  await world.talk();
  world.lie = edit('update', swap);
  await world.act(world.marc, { type: 'PathLost', generation: 1 });
  await world.pass(3);
  assert.deepEqual(world.john.codes(), ['claim_invalid']);
  assert.ok(!world.john.orders.some(({ type, generation }) => type === 'TakeOffer' && generation === 2));
});

test('everything delivered twice is one call, and old messages change nothing', async () => {
  const world = new World();
  world.lie = (message) => [message, structuredClone(message)];
  await world.talk();
  assert.equal(world.john.told.filter(({ type }) => type === 'Rang').length, 1);
  assert.deepEqual([world.marc.call.state, world.john.call.state], ['active', 'active']);
  for (const old of [...world.said]) await world.deliver({ ...old, seq: old.seq + 500 });
  await world.settle();
  assert.deepEqual([world.marc.call?.state, world.john.call?.state], ['active', 'active']);
});

test('delivered to the wrong person, or under another name', async () => {
  for (const [change, code] of [
    [(message) => (message.to = 'Johnny'), 'claim_wrong_person'],
    [(message) => (message.from = 'Support'), 'claim_invalid'],
  ]) {
    const world = new World();
    let received;
    world.lie = (message) => {
      if (message.type !== 'invite') return [message];
      change(message);
      received = world.john.desk.received(message, 0, 0);
      return [];
    };
    await world.ring();
    await received;
    await world.settle();
    assert.deepEqual(world.john.codes(), [code]);
  }
});

/** John, but with a key that Marc has not seen. */
async function changed(role) {
  const world = new World();
  await world.talk();
  await world.act(world.marc, { type: 'HangUp' });
  await world.pass(3);
  const who = role === 'callee' ? 'john' : 'marc';
  const old = world[who];
  world[who] = new Side(world, old.name, 'ee'.repeat(8), keys.Eve);
  world.sides = [world.marc, world.john];
  const id = '0c'.repeat(16);
  await world.marc.desk.place(id, 'John', world.now, world.now);
  await world.settle();
  return [world, id];
}

test('somebody else answers for a person one knows: nothing connects before the word', async () => {
  const [world, id] = await changed('callee');
  await world.john.desk.act(id, { type: 'Accept' }, world.now);
  await world.settle();
  const { marc } = world;
  assert.deepEqual(marc.codes(), ['key_changed']);
  assert.ok(marc.desk.gate.trust(id).changedKey);
  assert.ok(!marc.orders.slice(-1).some(({ type }) => type === 'TakeAnswer'));
  await marc.desk.acceptKey(id, world.now, world.now);
  await world.settle();
  assert.equal(marc.desk.line.calls.get(id)?.state, 'active');
  assert.equal(marc.desk.gate.book.john.key, keys.Eve.public);
});

test('somebody else calls as a person one knows: cold, and not to be accepted before the word', async () => {
  const [world, id] = await changed('caller');
  const { john } = world;
  const before = john.orders.length;
  assert.deepEqual(john.codes(), ['key_changed']);
  await assert.rejects(john.desk.act(id, { type: 'Accept' }, world.now), { code: 'key_changed_ask' });
  assert.equal(john.orders.length, before);
  await john.desk.acceptKey(id, world.now, world.now);
  await john.desk.act(id, { type: 'Accept' }, world.now);
  await world.settle();
  assert.equal(john.desk.line.calls.get(id)?.state, 'active');
});

test('another key in the list of people stops the call before anything is sent', async () => {
  const world = new World();
  await world.talk();
  await world.act(world.marc, { type: 'HangUp' });
  await world.pass(3);
  const shown = (key) => key.slice(0, 4);
  assert.throws(() => world.marc.desk.require('JOHN', keys.Eve.public, shown), { code: 'key_changed' });
  world.marc.desk.require('JOHN', keys.John.public, shown);
});

test('nobody else has a say in a call', async () => {
  const world = new World();
  await world.talk();
  for (const [seq, type] of ['x', 'hangup', 'cancel', 'decline'].entries())
    if (seq) await world.john.desk.received(
      { type, call: CALL, seq, to: 'John', from: 'Eve', device: 'ee'.repeat(8), body: {}, reason: 'completed', text: '' }, 0, 0,
    );
  await world.settle();
  assert.equal(world.john.call.state, 'active');
  assert.deepEqual(world.john.codes(), Array(3).fill('message_from_stranger'));
});

test('a flood of forged invitations is met with silence', async () => {
  const world = new World();
  for (let n = 0; n < 300; n += 1)
    await world.john.desk.received(
      { type: 'invite', call: n.toString(16).padStart(32, '0'), seq: 1, to: 'John', from: 'Eve', device: 'ee'.repeat(8), body: { sdp: describe() } }, 0, 0,
    );
  const said = world.john.desk.drain().filter(({ type }) => type === 'Say');
  assert.equal(said.length, 2 * 60, 'an ack and a decline each');
});

test('without a connection nothing is lost: it is said again, and settles', async () => {
  const world = new World();
  await world.talk();
  world.lie = () => [];
  await world.act(world.marc, { type: 'Hold', on: true });
  assert.equal(world.john.call.state, 'active');
  world.lie = (message) => [message];
  world.marc.desk.signedOut();
  world.marc.desk.signedIn(world.now);
  await world.settle();
  assert.equal(world.john.call.state, 'held');
});

test('a page that is loaded again goes on in its call, with its numbers and its words', async () => {
  for (const who of ['marc', 'john']) {
    const world = new World();
    await world.talk();
    const old = world[who];
    const words = old.desk.gate.trust(CALL).words;
    const last = old.desk.farewell(world.now);
    assert.deepEqual(last.map(({ type, to_device }) => [type, Boolean(to_device)]), [['hangup', true]]);
    const saved = JSON.parse(JSON.stringify(old.desk.save()));
    const other = who === 'marc' ? world.john : world.marc;
    await world.act(other, { type: 'PathLost', generation: 1 });
    const back = new Side(world, old.name, old.device);
    back.desk.gate.book = old.desk.gate.book;
    world[who] = back;
    world.sides = [world.marc, world.john];
    await back.desk.resume(saved, 0, 0);
    await world.settle();
    await world.pass(5);
    assert.deepEqual([world.marc.call.state, world.john.call.state], ['active', 'active']);
    assert.deepEqual(back.desk.gate.trust(CALL).words, words);
    await world.act(back, { type: 'HangUp' });
    assert.equal(other.told.findLast(({ type }) => type === 'Remembered').record.reason, 'completed');
  }
});
