// The connection on a virtual clock, with a server made of a few lines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './common.js';

const { Connection } = await import('../../src/devcloud/web/connection.js');
const { makeKeyPair, signingKey, signInClaim, verify } = await import('../../src/devcloud/web/identity.js');

const key = await signingKey(await makeKeyPair());

class World {
  now = 0;
  timers = new Map();
  sockets = [];
  told = [];
  /** What is being signed. */
  signed = null;
  constructor() {
    const world = this;
    this.Socket = class {
      readyState = 1;
      said = [];
      closed = false;
      constructor(url, protocol) {
        Object.assign(this, { url, protocol, at: world.now });
        world.sockets.push(this);
      }
      send(text) {
        this.said.push(JSON.parse(text));
      }
      close() {
        this.closed = true;
      }
    };
    const clock = {
      set: (act, ms) => {
        const timer = {};
        this.timers.set(timer, [this.now + ms / 1000, act]);
        return timer;
      },
      clear: (timer) => this.timers.delete(timer),
    };
    this.connection = new Connection(
      'wss://127.0.0.1:10000/ws',
      {
        key: { ...key, sign: (claim) => (this.signed = key.sign(claim)) },
        device: '0'.repeat(16), name: 'Marc', invite: '', origin: 'https://127.0.0.1:10000', program: 't',
      },
      {
        welcomed: () => this.told.push('welcomed'),
        received: (message) => this.told.push(message.type),
        lost: (pause, error) => this.told.push([pause, error?.code]),
      },
      { clock, chance: () => 0.5, Socket: this.Socket },
    );
  }
  get socket() {
    return this.sockets.at(-1);
  }
  pass(seconds) {
    const until = this.now + seconds;
    for (;;) {
      const due = [...this.timers].filter(([, [at]]) => at <= until).sort((a, b) => a[1][0] - b[1][0]);
      if (!due.length) break;
      const [timer, [at, act]] = due[0];
      this.timers.delete(timer);
      this.now = at;
      act();
    }
    this.now = until;
  }
  async says(message) {
    this.socket.onmessage({ data: JSON.stringify(message) });
    await this.signed;
    await new Promise((resolve) => setImmediate(resolve));
  }
  async signIn() {
    this.socket.onopen();
    await this.says({ type: 'challenge', version: 2, nonce: 'abc', certificate: 'ignored' });
    await this.says({ type: 'welcome', name: 'Marc', server: '', people: [], everyone: true, silence_s: 45 });
  }
}

test('signing in: what is signed names the page\'s own origin', async () => {
  const world = new World();
  world.connection.start();
  await world.signIn();
  const [hello, proof] = world.socket.said;
  assert.equal(hello.type, 'hello');
  assert.equal(world.socket.protocol, 'devcloud.v2');
  const claim = signInClaim({
    version: 2, nonce: 'abc', certificate: 'origin https://127.0.0.1:10000', name: 'Marc', device: '0'.repeat(16),
  });
  assert.ok(await verify(hello.key, proof.signature, claim));
  assert.deepEqual(world.told, ['welcomed']);
});

test('a lost connection is tried again after 1, 2, 4, 8, 15 and 15 s, and from 1 s again', async () => {
  const world = new World();
  world.connection.start();
  await world.signIn();
  world.socket.onclose();
  for (const pause of [1, 2, 4, 8, 15, 15]) {
    assert.deepEqual(world.told.at(-1)[0], pause);
    const { length } = world.sockets;
    world.pass(pause - 0.01);
    assert.equal(world.sockets.length, length);
    world.pass(0.02);
    assert.equal(world.sockets.length, length + 1);
    world.socket.onclose();
  }
  world.connection.retry();
  await world.signIn();
  world.socket.onclose();
  assert.equal(world.told.at(-1)[0], 1);
});

test('who is refused for good does not come back', async () => {
  for (const says of [{ type: 'error', code: 'name_taken', text: 'No.' }, { type: 'bye', code: 'replaced' }]) {
    const world = new World();
    world.connection.start();
    if (says.type === 'bye') await world.signIn();
    await world.says(says);
    assert.deepEqual(world.told.at(-1), [null, says.code]);
    world.pass(1000);
    assert.equal(world.sockets.length, 1);
    world.connection.retry();
    assert.equal(world.sockets.length, 1);
  }
});

test('a server that does not answer is given up, and tried again', async () => {
  const world = new World();
  world.connection.start();
  world.socket.onopen();
  world.pass(8.5);
  assert.deepEqual(world.told, [[1, 'server_silent']]);
  world.pass(1);
  await world.signIn();
  world.pass(16);
  const watches = world.socket.said.filter(({ type }) => type === 'watch');
  assert.equal(watches.length, 1, 'asked once after 15 s of silence');
  await world.says({ type: 'presence' });
  assert.equal(world.told.at(-1), 'presence');
  world.pass(60);
  assert.deepEqual(world.told.filter(Array.isArray).at(-1)[1], 'server_silent');
});

test('what is no DevCloud server says so, and nonsense later is dropped', async () => {
  const world = new World();
  world.connection.start();
  world.socket.onopen();
  await world.says({ type: 'dance' });
  assert.deepEqual(world.told, [[1, 'not_devcloud']]);
  world.pass(2);
  await world.signIn();
  await world.says({ type: 'dance' });
  assert.equal(world.told.at(-1), 'welcomed');
  assert.ok(!world.socket.closed);
});

test('another version of the protocol is not signed', async () => {
  const world = new World();
  world.connection.start();
  world.socket.onopen();
  await world.says({ type: 'challenge', version: 1, nonce: 'abc' });
  assert.deepEqual(world.told, [[null, 'version_unsupported']]);
  assert.equal(world.socket.said.length, 1);
});

test('last words go with the goodbye', async () => {
  const world = new World();
  world.connection.start();
  await world.signIn();
  world.connection.close([{ type: 'hangup', seq: 3 }]);
  assert.deepEqual(world.socket.said.at(-1), { type: 'bye', code: 'leaving', last: [{ type: 'hangup', seq: 3 }] });
  assert.ok(world.socket.closed);
  world.pass(100);
  assert.equal(world.sockets.length, 1);
});
