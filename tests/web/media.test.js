// What of the media needs no browser: the quality of a path, and the descriptions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vectors } from './common.js';
import { bufferFloorMs, countersIn, Meter, mos } from '../../src/devcloud/web/quality.js';
import { check, edit, prefersRed } from '../../src/devcloud/web/sdp.js';
import { stunOf } from '../../src/devcloud/web/voice.js';

const { mos: scores, description } = vectors('media/quality.json');

test('the estimate of opinion is the one of the programs', () => {
  for (const { one_way_ms, loss, red, mos: expected } of scores)
    assert.ok(Math.abs(mos(one_way_ms, loss, red) - expected) < 1e-8, `${one_way_ms} ms, ${loss}`);
});

test('a line that loses much gets a longer buffer, and keeps it until it is good again', () => {
  let floor = null;
  const seen = [0, 0.03, 0.05, 0.03, 0.01, null].map((loss) => (floor = bufferFloorMs(loss, floor)));
  assert.deepEqual(seen, [null, null, 100, 100, null, null]);
});

test('descriptions are edited as the programs do', () => {
  assert.equal(edit(description.made), description.sent);
  assert.ok(prefersRed(description.sent) && !prefersRed(description.made));
  assert.equal(edit('v=0\r\nm=audio 9 X 0\r\n'), 'v=0\r\nm=audio 9 X 0\r\n');
});

test('exactly one section, of audio', () => {
  check(description.sent);
  for (const wrong of ['v=0\r\n', `${description.sent}m=video 9 X 1\r\n`, 'v=0\nm=video 9 X 1\n', 'x'.repeat(40000)])
    assert.throws(() => check(wrong), { code: 'path_description' });
});

const report = (received, lost, sent, extra = {}) =>
  new Map([
    ['in', { type: 'inbound-rtp', kind: 'audio', packetsReceived: received, packetsLost: lost, jitter: 0.002, jitterBufferDelay: received * 0.02, jitterBufferEmittedCount: received, codecId: 'c' }],
    ['out', { type: 'outbound-rtp', kind: 'audio', packetsSent: sent, bytesSent: sent * 100, codecId: 'c' }],
    ['there', { type: 'remote-inbound-rtp', kind: 'audio', packetsLost: 1, roundTripTime: 0.04 }],
    ['pair', { type: 'candidate-pair', nominated: true, state: 'succeeded', localCandidateId: 'l', remoteCandidateId: 'r', bytesSent: 1, ...extra }],
    ['l', { type: 'local-candidate', candidateType: 'host' }],
    ['r', { type: 'remote-candidate', candidateType: 'relay' }],
    ['c', { type: 'codec', mimeType: 'audio/opus' }],
  ]);

test('once a second, from the running totals', () => {
  const meter = new Meter();
  meter.measure(0, countersIn(report(0, 0, 0), true));
  const quality = meter.measure(1, countersIn(report(45, 5, 50), true));
  assert.equal(quality.loss, 0.1);
  assert.equal(quality.remoteLoss, 0);
  assert.equal(quality.bitrateBps, 40000);
  assert.equal(quality.codec, 'opus+red');
  assert.equal(quality.path, 'relay');
  assert.equal(quality.rttMs, 40);
  assert.ok(Math.abs(/** @type {number} */ (quality.mos) - mos(35 + 20 + 20, 0.1, true)) < 1e-9);
});

test('a report that knows nothing yet makes no figures up', () => {
  const quality = new Meter().measure(0, countersIn(new Map(), false));
  assert.deepEqual(quality, {
    rttMs: null, loss: null, remoteLoss: null, jitterMs: null, mos: null, codec: '', path: '', bitrateBps: null,
  });
});

test('on the usual port of pages, the server is asked where it would be by itself, too', () => {
  assert.deepEqual(stunOf('wss://call.example:10000/ws'), ['stun:call.example:10000']);
  assert.deepEqual(stunOf('wss://call.example/ws'), ['stun:call.example:443', 'stun:call.example:10000']);
  assert.deepEqual(stunOf('ws://[::1]/ws'), ['stun:[::1]:80', 'stun:[::1]:10000']);
});
