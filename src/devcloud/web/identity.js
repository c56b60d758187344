/**
 * Who somebody is (docs/security.md): keys, what is signed, the descriptions' fingerprints, safety
 * words, and which key each name has been seen with. Knows no messages; `handshake.js` says when. The
 * secret key never leaves the browser's own keeping.
 *
 * @typedef {{public: string, sign: (data: Uint8Array) => Promise<string>}} SigningKey
 * @typedef {{name: string, key: string, first_seen: number, verified: boolean}} Pin
 * @typedef {Record<string, Pin>} PinBook  by folded name; a value: what changes it returns another
 * @typedef {'first_use'|'same'|'verified'|'changed'} Verdict
 * @typedef {import('./life.js').Role} Role
 */
import { ProtocolViolation } from './errors.js';
import { foldName } from './names.js';

const utf8 = new TextEncoder();
const { subtle } = globalThis.crypto ?? {};

// ── bytes as text, fields as bytes: one way each ─────────────────────────────────────────────────

/** @param {Uint8Array|ArrayBuffer} data */
export const toBase64url = (data) =>
  btoa(String.fromCharCode(...new Uint8Array(data)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

/** The `size` bytes that `text` is exactly, or null. @param {string} text @param {number} size */
export function fromBase64url(text, size) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length !== Math.ceil((size * 4) / 3)) return null;
  const data = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  return toBase64url(data) === text ? data : null;
}

/** Each field as its length (4 bytes) and itself: text in UTF-8, a number as 8 bytes.
 * @param {...(string|number|Uint8Array)} fields */
export function pack(...fields) {
  const parts = fields.flatMap((field) => {
    let data = typeof field === 'string' ? utf8.encode(field) : field;
    if (typeof data === 'number') {
      const value = new DataView(new ArrayBuffer(8));
      value.setBigUint64(0, BigInt(data));
      data = new Uint8Array(value.buffer);
    }
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, data.length);
    return [new Uint8Array(length.buffer), data];
  });
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    packed.set(part, at);
    at += part.length;
  }
  return packed;
}

/** @param {Uint8Array} data */
const sha256 = async (data) =>
  new Uint8Array(await subtle.digest('SHA-256', /** @type {Uint8Array<ArrayBuffer>} */ (data)));
/** @param {number} size */
export const random = (size) => crypto.getRandomValues(new Uint8Array(size));
/** @param {Uint8Array} data */
export const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');

// ── keys ─────────────────────────────────────────────────────────────────────────────────────────

const P = 2n ** 255n - 19n;
const EIGHT = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
/** Under these points anybody can sign. */
const SMALL_ORDER = [0n, 1n, P - 1n, P, P + 1n, EIGHT, P - EIGHT];

/** Make a key that cannot be taken out of the browser. Throws where it knows no Ed25519. */
export const makeKeyPair = async () =>
  /** @type {CryptoKeyPair} */ (await subtle.generateKey('Ed25519', false, ['sign', 'verify']));

/** @param {CryptoKeyPair} pair @returns {Promise<SigningKey>} */
export const signingKey = async (pair) => ({
  public: toBase64url(await subtle.exportKey('raw', pair.publicKey)),
  sign: async (data) =>
    toBase64url(
      await subtle.sign('Ed25519', pair.privateKey, /** @type {Uint8Array<ArrayBuffer>} */ (data)),
    ),
});

/** @param {string} key */
function readKey(key) {
  const raw = fromBase64url(key, 32);
  if (!raw) return null;
  const y = BigInt(`0x${hex(Uint8Array.from(raw).reverse())}`) & (2n ** 255n - 1n);
  return SMALL_ORDER.includes(y) ? null : raw;
}
/** @param {string} key */
export const isPublicKey = (key) => readKey(key) !== null;

/** Whether `signature` of `data` is by `key`. @param {string} key @param {string} signature
 * @param {Uint8Array} data */
export async function verify(key, signature, data) {
  const raw = readKey(key);
  const signed = fromBase64url(signature, 64);
  if (!raw || !signed) return false;
  try {
    const known = await subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
    return await subtle.verify('Ed25519', known, signed, /** @type {Uint8Array<ArrayBuffer>} */ (data));
  } catch {
    return false; // not a point of the curve
  }
}

/** What people compare: eight groups of four digits; empty for what is no key. @param {string} key */
export async function fingerprint(key) {
  const raw = fromBase64url(key, 32);
  if (!raw) return '';
  const digits = hex(await sha256(raw)).toUpperCase();
  return (digits.slice(0, 32).match(/.{4}/g) ?? []).join(' ');
}

// ── what is signed ───────────────────────────────────────────────────────────────────────────────

/** @param {{version: number, nonce: string, certificate: string, name: string, device: string}} c */
export const signInClaim = (c) =>
  pack('DevCloud sign-in 1', c.version, c.nonce, c.certificate, c.name, c.device);

/** @param {string} sdp */
export const digest = async (sdp) => (sdp ? sha256(utf8.encode(sdp)) : new Uint8Array());

/** @param {{call: string, caller: string, callee: string, role: Role, kind: string,
 *   generation: number, fingerprint: string, offer: string, answer: string, caller_key: string,
 *   callee_key: string, commitment: string, nonce: string}} c */
export const callClaim = async (c) =>
  pack(
    'DevCloud call 1', c.call, c.caller, c.callee, c.role, c.kind, c.generation, c.fingerprint,
    await digest(c.offer), await digest(c.answer), c.caller_key, c.callee_key, c.commitment, c.nonce,
  );

// ── the fingerprint of a description (RFC 8122) ──────────────────────────────────────────────────

/** @type {Record<string, number>} */
const STRONG = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 };
const MEDIA = /^m=[^ ]+ ([0-9]+)(?:\/[0-9]+)? ([^ ]+) .*$/;
const OVER_DTLS = /^(?:(?:UDP\/TLS|TCP\/TLS|TCP\/DTLS)\/RTP\/SAVPF?|(?:UDP|TCP)\/DTLS\/SCTP)$/;

/** Return the one certificate a description's sender will show, as `sha-256 AB:CD:…`. Throws
 * ProtocolViolation where it leaves a choice, or a way around it. @param {string} sdp */
export function dtlsFingerprint(sdp) {
  const lines = sdp.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines[0] !== 'v=0' || lines.some((line) => /[^\P{C}]|[^\P{Z} ]/u.test(line)))
    throw new ProtocolViolation('description_malformed');
  /** @type {string[][]} */
  const sections = [[]];
  for (const line of lines) {
    if (line.startsWith('m=')) sections.push([]);
    sections[sections.length - 1].push(line);
  }
  const [session, ...media] = sections;
  if (!media.length) throw new ProtocolViolation('description_malformed');
  const refused = media.map((section) => {
    const [, port, transport] = MEDIA.exec(section[0]) ?? [];
    if (!transport) throw new ProtocolViolation('description_malformed');
    if (!OVER_DTLS.test(transport) || section.some((line) => /^a=crypto/i.test(line)))
      throw new ProtocolViolation('description_not_encrypted');
    return Number(port) === 0;
  });
  const covered = fingerprintsIn(session);
  const found = new Set(covered);
  media.forEach((section, at) => {
    const own = fingerprintsIn(section);
    if (!own.length && !covered.length && !refused[at])
      throw new ProtocolViolation('fingerprint_missing');
    for (const each of own) found.add(each);
  });
  if (!found.size) throw new ProtocolViolation('fingerprint_missing');
  if (found.size > 1) throw new ProtocolViolation('fingerprint_ambiguous');
  return [...found][0];
}

/** @param {string[]} section */
function fingerprintsIn(section) {
  const lines = section.filter((line) => /^\s*a=fingerprint/i.test(line));
  return lines.map((line) => {
    const match = /^a=fingerprint:([A-Za-z0-9-]{1,16}) ((?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2})$/.exec(line);
    if (!match) throw new ProtocolViolation('fingerprint_malformed');
    const [hash, value] = [match[1].toLowerCase(), match[2].toUpperCase()];
    if (!Object.hasOwn(STRONG, hash)) throw new ProtocolViolation('fingerprint_weak', { hash });
    if (value.length !== 3 * STRONG[hash] - 1) throw new ProtocolViolation('fingerprint_malformed');
    return `${hash} ${value}`;
  });
}

// ── safety words ─────────────────────────────────────────────────────────────────────────────────

/** The caller's promise of `nonce`. @param {Uint8Array} nonce @param {string} call
 * @param {string} callerKey */
export const commitment = async (nonce, call, callerKey) =>
  toBase64url(await sha256(pack('DevCloud commitment 1', call, callerKey, nonce)));

/** The places of the four words in either list.
 * @param {{call: string, caller_key: string, callee_key: string, caller_fingerprint: string,
 *   callee_fingerprint: string, caller_nonce: Uint8Array, callee_nonce: Uint8Array}} w */
export async function safetyWords(w) {
  const hashed = await sha256(
    pack(
      'DevCloud words 1', w.call, w.caller_key, w.callee_key, w.caller_fingerprint,
      w.callee_fingerprint, w.caller_nonce, w.callee_nonce,
    ),
  );
  const bits = BigInt(`0x${hex(hashed)}`) >> 212n;
  return [33n, 22n, 11n, 0n].map((shift) => Number((bits >> shift) & 2047n));
}

// ── the pin book ─────────────────────────────────────────────────────────────────────────────────

const MOST_PINS = 10000;

/** @param {PinBook} book @param {string} name @returns {Pin|undefined} */
export const findPin = (book, name) => {
  const folded = foldName(name);
  return Object.hasOwn(book, folded) ? book[folded] : undefined;
};

/** What `key` means for the name of `pin`. @param {Pin|undefined} pin @param {string} key
 * @returns {Verdict} */
export function judge(pin, key) {
  if (!pin) return 'first_use';
  if (pin.key !== key) return 'changed';
  return pin.verified ? 'verified' : 'same';
}

/** @param {PinBook} book @param {Pin} pin @returns {PinBook} */
export const withPin = (book, pin) => ({ ...book, [foldName(pin.name)]: pin });

/** @param {PinBook} book @param {string} name @returns {PinBook} */
export const withoutPin = (book, name) => {
  const { [foldName(name)]: _, ...rest } = book;
  return rest;
};

/** A name's first key, or the one it has. A full book loses its oldest that nobody has verified.
 * @param {PinBook} book @param {string} name @param {string} key @param {number} now */
export function rememberPin(book, name, key, now) {
  if (judge(findPin(book, name), key) !== 'first_use') return book;
  const pins = Object.values(book);
  if (pins.length >= MOST_PINS) {
    const [oldest] = pins.filter((pin) => !pin.verified).sort((a, b) => a.first_seen - b.first_seen);
    if (oldest) book = withoutPin(book, oldest.name);
  }
  return withPin(book, { name, key, first_seen: now, verified: false });
}
