import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Call } from '../../src/devcloud/web/ongoing.js';

const ACCEPTED_AT = 1_700_000_000_000;

/** @param {any} context @returns {{call: Call, becomes: (state: string, reason?: string) => void}} */
function talking(context) {
  context.mock.timers.enable({ apis: ['Date'], now: ACCEPTED_AT });
  const machine = /** @type {any} */ ({
    id: '1', peer: 'John', role: 'caller', state: 'active', reason: null, text: '', muted: false,
    heldHere: false, heldThere: false, ringsUntil: null, acceptedAt: 0, over: false,
    wallAt: (/** @type {number} */ at) => ACCEPTED_AT / 1000 + at,
  });
  const call = new Call(/** @type {any} */ ({}), machine);
  const becomes = (/** @type {string} */ state, reason = null) => {
    Object.assign(machine, { state, reason, over: state === 'ended' });
    call.take(machine, 0);
  };
  becomes('active');
  return { call, becomes };
}

test('the time of a call stands still while nobody can talk', (context) => {
  const { call, becomes } = talking(context);
  context.mock.timers.tick(12_000);
  becomes('reconnecting');
  context.mock.timers.tick(30_000);
  becomes('reconnecting');
  assert.equal(call.durationS, 12);
  becomes('active');
  context.mock.timers.tick(3_000);
  assert.equal(call.durationS, 15);
  becomes('ended', 'completed');
  context.mock.timers.tick(60_000);
  assert.equal(call.durationS, 15);
});

test('a call that does not come back has lasted until it was lost', (context) => {
  const { call, becomes } = talking(context);
  context.mock.timers.tick(12_000);
  becomes('reconnecting');
  context.mock.timers.tick(30_000);
  becomes('ended', 'connection_lost');
  assert.equal(call.durationS, 12);
});
