/**
 * The messages of `devcloud.v2` (docs/protocol.md): text to message and back, and when to connect
 * again. Without input or output: chance is an argument. Everything that arrives is somebody else's: it
 * is a message, or a ProtocolViolation.
 *
 * @typedef {{key: string, claim: string, commitment: string, nonce: string}} Signed
 * @typedef {{candidate: string, mid: string, index: number}} Candidate
 * @typedef {{type: string, call: string, seq: number, to: string, to_device: string|null,
 *   not_device: string|null, from: string, device: string, body: any, reason: string, text: string}}
 *   CallMessage  `reason` and `text` where the type has them
 * @typedef {{name: string, status: 'available'|'busy'|'do_not_disturb', kind: 'devcloud'|'2023',
 *   key: string, takes_2023: boolean, address: string}} Person
 */
import { ProtocolViolation } from './errors.js';

export const VERSION = 2;
export const SUBPROTOCOL = 'devcloud.v2';
const LONGEST_MESSAGE = 65536;
const DEEPEST = 500;
const REASONS = [
  'completed', 'declined', 'busy', 'no_answer', 'cancelled', 'offline', 'unknown_name',
  'answered_elsewhere', 'rejected_by_policy', 'untrusted', 'connection_lost', 'media_failed',
  'error',
];

// ── shapes: a check of one value, which returns it, or undefined where it does not fit ────────────

/** @typedef {(value: any) => any} Check */
/** @typedef {Record<string, [Check] | [Check, any]>} Shape  with a default, a field may lack */

/** @param {string} text */
const points = (text) => (text.length > 32 ? [...text].length : text.length);
/** @param {number} [most] @param {number} [least] @returns {Check} */
const text = (most = Infinity, least = 0) => (v) =>
  typeof v === 'string' && v.length >= least && (v.length <= most || points(v) <= most)
    ? v
    : undefined;
/** @param {RegExp} pattern @returns {Check} */
const like = (pattern) => (v) => (typeof v === 'string' && pattern.test(v) ? v : undefined);
/** @param {number} least @param {number} most @returns {Check} */
const whole = (least, most) => (v) =>
  Number.isInteger(v) && v >= least && v <= most ? v : undefined;
/** @param {readonly string[]} values @returns {Check} */
const oneOf = (values) => (v) => (values.includes(v) ? v : undefined);
/** @param {Check} check @returns {Check} */
const orNull = (check) => (v) => (v === null ? null : check(v));
/** @param {Check} check @param {number} [least] @param {number} [most] @returns {Check} */
const list = (check, least = 0, most = Infinity) => (v) => {
  if (!Array.isArray(v) || v.length < least || v.length > most) return undefined;
  const all = v.map(check);
  return all.includes(undefined) ? undefined : all;
};
/** @type {Check} */
const flag = (v) => (typeof v === 'boolean' ? v : undefined);
/** @param {Shape} shape @returns {Check} */
const object = (shape) => (v) => {
  if (v === null || typeof v !== 'object' || Array.isArray(v)) return undefined;
  /** @type {Record<string, any>} */
  const made = {};
  for (const [field, [check, ...otherwise]] of Object.entries(shape)) {
    const value = Object.hasOwn(v, field) ? check(v[field]) : otherwise[0];
    if (value === undefined) return undefined;
    made[field] = value;
  }
  return made;
};

const callId = like(/^[0-9a-f]{32}$/);
const deviceId = like(/^[0-9a-f]{16}$/);
const base64url = like(/^[A-Za-z0-9_-]{0,1024}$/);
const name = text(128, 1);
const person = object({
  name: [text()],
  status: [oneOf(['available', 'busy', 'do_not_disturb']), 'available'],
  kind: [oneOf(['devcloud', '2023']), 'devcloud'],
  key: [text(), ''],
  takes_2023: [flag, false],
  address: [text(), ''],
});

/** @type {Shape} */
const CALL = {
  call: [callId],
  seq: [whole(1, 0x7fffffff)],
  to: [name],
  to_device: [orNull(deviceId), null],
  not_device: [orNull(deviceId), null],
  from: [text(), ''],
  device: [text(), ''],
  body: [(v) => v, {}],
};
const reason = oneOf(REASONS);

/** What a server may say. @type {Record<string, Check>} */
const FROM_SERVER = {
  challenge: object({ version: [whole(-1e9, 1e9)], nonce: [base64url], certificate: [base64url, ''] }),
  welcome: object({
    name: [text()],
    server: [text()],
    people: [list(person)],
    everyone: [flag],
    silence_s: [(v) => (typeof v === 'number' ? v : undefined)],
  }),
  bye: object({ code: [text()] }),
  error: object({
    code: [text()], text: [text()], call: [text(), ''], seq: [whole(-1e9, 1e10), 0],
  }),
  presence: object({
    people: [list(person), []],
    gone: [list(text()), []],
    found: [orNull(list(person)), null],
  }),
  undeliverable: object({ call: [callId], seq: CALL.seq, to: [text()], code: [text()] }),
  decline: object({ ...CALL, reason: [reason, 'declined'], text: [text(200), ''] }),
  cancel: object({ ...CALL, reason: [reason, 'cancelled'] }),
  hangup: object({ ...CALL, reason: [reason, 'completed'] }),
};
for (const type of ['invite', 'ringing', 'answer', 'candidate', 'update', 'ack'])
  FROM_SERVER[type] = object(CALL);

/** @param {string} type */
export const isCallMessage = (type) =>
  type in FROM_SERVER && !/^(challenge|welcome|bye|error|presence|undeliverable)$/.test(type);

/** Return the message a server sent. Throws ProtocolViolation. @param {string|Uint8Array} data */
export function decode(data) {
  const value = parse(data);
  const type = value !== null && typeof value === 'object' ? value.type : undefined;
  if (typeof type === 'string' && !Object.hasOwn(FROM_SERVER, type))
    throw new ProtocolViolation('message_unknown_type', { type: type.slice(0, 64) });
  const message = typeof type === 'string' ? FROM_SERVER[type](value) : undefined;
  if (message === undefined) throw new ProtocolViolation('message_wrong_shape');
  return { type, ...message };
}

/** @param {string|Uint8Array} data @returns {any} */
function parse(data) {
  let value;
  if (data.length > LONGEST_MESSAGE || (typeof data === 'string' && bytesIn(data) > LONGEST_MESSAGE))
    throw new ProtocolViolation('message_too_long', { longest: LONGEST_MESSAGE });
  if (typeof data !== 'string') {
    try {
      data = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
    } catch {
      throw new ProtocolViolation('message_not_utf8');
    }
  }
  try {
    value = JSON.parse(data);
  } catch (error) {
    throw new ProtocolViolation(error instanceof RangeError ? 'message_too_deep' : 'message_not_json');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new ProtocolViolation('message_wrong_shape');
  look(value);
  return value;
}

/** @param {string} data */
const bytesIn = (data) =>
  3 * data.length <= LONGEST_MESSAGE ? 0 : new TextEncoder().encode(data).length;

/** Refuse what is nested too deep, and half a surrogate pair anywhere. @param {object} whole */
function look(whole) {
  /** @type {[any, number][]} */
  const stack = [[whole, 1]];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [value, depth] = next;
    if (depth > DEEPEST) throw new ProtocolViolation('message_too_deep');
    if (typeof value === 'string' ? /\p{Cs}/u.test(value) : false)
      throw new ProtocolViolation('message_not_json');
    if (value === null || typeof value !== 'object') continue;
    if (!Array.isArray(value)) for (const key in value) stack.push([key, depth]);
    for (const each of Object.values(value)) stack.push([each, depth + 1]);
  }
}

/** Return a message as text; fields that have their default are left out. @param {any} message */
export function encode(message) {
  return JSON.stringify(message, (_, value) => (value === null || value === '' ? undefined : value));
}

// ── bodies ───────────────────────────────────────────────────────────────────────────────────────

const sdp = text(32768);
const proof = text(128);
/** @type {[Check, any]} */
const signed = [
  object({ key: [proof, ''], claim: [proof, ''], commitment: [proof, ''], nonce: [proof, ''] }),
  { key: '', claim: '', commitment: '', nonce: '' },
];
/** @type {[Check, any]} */
const generation = [whole(1, 10000), 1];
const description = object({ sdp: [sdp, ''], generation, signed });
/** @type {Record<string, Check>} */
const BODIES = {
  invite: object({ sdp: [sdp], generation, signed }),
  ringing: description,
  answer: description,
  candidate: object({
    candidates: [
      list(
        object({ candidate: [text(1024)], mid: [text(32), ''], index: [whole(0, 64), 0] }), 1, 64,
      ),
    ],
    generation,
  }),
  update: object({
    generation,
    offer: [sdp, ''],
    answer: [sdp, ''],
    held: [orNull(flag), null],
    reveal: [proof, ''],
    signed,
  }),
};

/** Return the body of a call message. Throws ProtocolViolation. @param {CallMessage} message */
export function bodyOf(message) {
  const body = BODIES[message.type]?.(message.body);
  if (body === undefined) throw new ProtocolViolation('message_wrong_shape');
  return body;
}

// ── the connection ───────────────────────────────────────────────────────────────────────────────

const PAUSES_S = [1, 2, 4, 8, 15];
/** Signing in again cannot mend these. */
export const FINAL_CODES = new Set([
  'name_taken', 'replaced', 'version_unsupported', 'bad_proof', 'blocked', 'released', 'disconnected',
  'joining_closed', 'invite_needed', 'invite_unknown', 'invite_used', 'invite_expired',
  'invite_revoked', 'invite_other_name', 'name_empty', 'name_too_long', 'name_blank_at_end',
  'name_unprintable', 'key_malformed',
]);

/** Seconds to wait before the next attempt. `attempt` counts from 0 since the last success; `chance`
 * is a random number from 0 to 1. @param {number} attempt @param {number} chance */
export const pauseBefore = (attempt, chance) =>
  PAUSES_S[Math.min(attempt, PAUSES_S.length - 1)] * (0.8 + 0.4 * chance);
