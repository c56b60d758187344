/**
 * Who somebody is (docs/security.md): keys, what is signed, the descriptions' fingerprints, safety
 * words, the two sides of a call's handshake, and which key each name has been seen with. Knows no
 * messages; `desk.js` says when. The secret key never leaves the browser's own keeping.
 *
 * @typedef {{public: string, sign: (data: Uint8Array) => Promise<string>}} SigningKey
 * @typedef {{name: string, key: string, first_seen: number, verified: boolean}} Pin
 * @typedef {Record<string, Pin>} PinBook  by folded name; a value: what changes it returns another
 * @typedef {'first_use'|'same'|'verified'|'changed'} Verdict
 * @typedef {import('./protocol.js').Signed} Signed
 * @typedef {import('./call.js').Role} Role
 */
import { ProtocolViolation, Untrusted } from './errors.js';
import { foldName, sameName } from './names.js';

const utf8 = new TextEncoder();
const { subtle } = globalThis.crypto ?? {};

// ── bytes as text, fields as bytes: one way each ─────────────────────────────────────────────────

/** @param {Uint8Array|ArrayBuffer} data */
export const toBase64url = (data) =>
  btoa(String.fromCharCode(...new Uint8Array(data)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, ''); // prettier-ignore

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
  ); // prettier-ignore

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
    ), // prettier-ignore
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

// ── how the two sides of a call show each other who they are ─────────────────────────────────────

/** @typedef {[number, string]} Description  generation and SDP */

/**
 * One call, as one side sees it. A check that throws changes nothing; what passed once passes again.
 * `…_out_of_place` is old news; `key_changed` waits for the person; everything else ends the call.
 */
export class Handshake {
  /** The other side's key, once it has shown that it holds it. */
  peerKey = '';
  /** @type {number[]|null} */
  words = null;
  #commitment = '';
  /** @type {Description|null} */
  #invited = null;
  /** @type {Record<string, Description|undefined>} */
  #newest = {};
  /** @type {string|null} */
  #accepted = null;

  /** Names are spelled as the invitation's; `nonce` is 32 random bytes; `me` is the name that the
   * callee has signed in with.
   * @param {{call: string, role: Role, caller: string, callee: string, me?: string,
   *   key: SigningKey, pin: Pin|undefined, nonce: Uint8Array}} call */
  constructor({ call, role, caller, callee, me = callee, key, pin, nonce }) {
    this.call = call;
    this.role = role;
    this.caller = caller;
    this.callee = callee;
    this.me = me;
    this.key = key;
    this.pin = pin;
    this.nonce = nonce;
    /** @type {Role} */
    this.peerRole = role === 'caller' ? 'callee' : 'caller';
  }

  get peer() {
    return this.role === 'caller' ? this.callee : this.caller;
  }
  get isCaller() {
    return this.role === 'caller';
  }

  // the caller

  /** @param {number} generation @param {string} sdp @returns {Promise<Signed>} */
  async signInvite(generation, sdp) {
    this.#commitment = await commitment(this.nonce, this.call, this.key.public);
    const signed = await this.signOffer(generation, sdp);
    this.#invited = [generation, sdp];
    return { ...signed, commitment: this.#commitment };
  }
  /** @param {number} generation @param {string} sdp @param {Signed} signed */
  async checkRinging(generation, sdp, signed) {
    await this.#check('answer', generation, signed, of(generation, this.#invited), sdp);
  }
  /** The first that passes makes the words; others change nothing.
   * @param {number} generation @param {string} sdp @param {Signed} signed */
  async checkAccept(generation, sdp, signed) {
    const offer = of(generation, this.#invited);
    const nonce = fromBase64url(signed.nonce, 32);
    if (signed.claim && !nonce) throw new Untrusted('claim_invalid', { name: this.peer });
    await this.#check('accept', generation, signed, offer, sdp);
    this.words ??= await this.#makeWords(sdp, this.nonce, /** @type {Uint8Array} */ (nonce));
  }
  /** What the commitment was to: for the device that accepted first, and not before. */
  get reveal() {
    if (!this.words) throw new RangeError('revealed before the callee has accepted');
    return toBase64url(this.nonce);
  }

  // the callee

  /** @param {number} generation @param {string} sdp @param {Signed} signed */
  async checkInvite(generation, sdp, signed) {
    if (!sameName(this.callee, this.me))
      throw new Untrusted('claim_wrong_person', { name: this.caller });
    if (signed.claim && !fromBase64url(signed.commitment, 32))
      throw new Untrusted('claim_invalid', { name: this.peer });
    const invited = this.#invited;
    if (invited && (invited[0] !== generation || invited[1] !== sdp))
      throw new ProtocolViolation('description_out_of_place');
    await this.#check('offer', generation, signed, sdp, '', signed.commitment);
    this.#commitment = signed.commitment;
    this.#invited = [generation, sdp];
    this.#newest.caller ??= this.#invited;
  }
  /** @param {string} sdp */
  signRinging(sdp) {
    const [generation, offer] = this.#invitation();
    return this.#sign('answer', generation, offer, sdp);
  }
  /** Once. @param {string} sdp */
  async signAccept(sdp) {
    const [generation, offer] = this.#invitation();
    if (this.#accepted !== null) throw new RangeError('accepted twice');
    this.#accepted = sdp;
    return this.#sign('accept', generation, offer, sdp, toBase64url(this.nonce));
  }
  /** @param {string} revealed */
  async checkReveal(revealed) {
    if (this.#accepted === null) throw new ProtocolViolation('reveal_out_of_place');
    const nonce = fromBase64url(revealed, 32);
    if (!nonce || (await commitment(nonce, this.call, this.peerKey)) !== this.#commitment)
      throw new Untrusted('commitment_mismatch', { name: this.peer });
    this.words = await this.#makeWords(this.#accepted, nonce, this.nonce);
  }

  // both: every later path

  /** @param {number} generation @param {string} sdp */
  async signOffer(generation, sdp) {
    const signed = await this.#sign('offer', generation, sdp, '');
    this.#newest[this.role] = [generation, sdp];
    return signed;
  }
  /** @param {number} generation @param {string} sdp @param {Signed} signed */
  async checkOffer(generation, sdp, signed) {
    const newest = this.#newest[this.peerRole];
    if (newest && (newest[0] !== generation || newest[1] !== sdp) && generation <= newest[0])
      throw new ProtocolViolation('description_out_of_place');
    await this.#check('offer', generation, signed, sdp, '');
    this.#newest[this.peerRole] = [generation, sdp];
  }
  /** @param {number} generation @param {string} sdp */
  async signAnswer(generation, sdp) {
    return this.#sign('answer', generation, of(generation, this.#newest[this.peerRole]), sdp);
  }
  /** @param {number} generation @param {string} sdp @param {Signed} signed */
  async checkAnswer(generation, sdp, signed) {
    await this.#check('answer', generation, signed, of(generation, this.#newest[this.role]), sdp);
  }

  /** What a page that comes back needs. The nonces have no secrets left once there are words; before
   * that they stay in this tab. */
  save() {
    const { role, caller, callee, me, peerKey, words } = this;
    return {
      role, caller, callee, me, peerKey, words, nonce: toBase64url(this.nonce),
      commitment: this.#commitment, invited: this.#invited, newest: this.#newest,
      accepted: this.#accepted,
    }; // prettier-ignore
  }
  /** @param {string} call @param {ReturnType<Handshake['save']>} saved @param {SigningKey} key
   * @param {Pin|undefined} pin */
  static resume(call, saved, key, pin) {
    const nonce = fromBase64url(saved.nonce, 32) ?? random(32);
    const handshake = new Handshake({ ...saved, call, key, pin, nonce });
    handshake.peerKey = saved.peerKey;
    handshake.words = saved.words;
    handshake.#commitment = saved.commitment;
    handshake.#invited = saved.invited;
    handshake.#newest = saved.newest;
    handshake.#accepted = saved.accepted;
    return handshake;
  }

  #invitation() {
    if (!this.#invited) throw new RangeError('nothing to answer: no invitation has passed');
    return this.#invited;
  }
  /** @param {string} kind @param {number} generation @param {string} offer @param {string} answer
   * @param {string} [nonce] @returns {Promise<Signed>} */
  async #sign(kind, generation, offer, answer, nonce = '') {
    const keys = [this.key.public, this.peerKey];
    const data = await this.#claim(kind, this.role, generation, offer, answer, keys, this.#commitment, nonce);
    return { key: this.key.public, claim: await this.key.sign(data), commitment: '', nonce };
  }
  /** @param {string} kind @param {number} generation @param {Signed} signed @param {string} offer
   * @param {string} answer @param {string} [promised] of an invitation, which knows no callee's key */
  async #check(kind, generation, signed, offer, answer, promised) {
    const name = this.peer;
    if (!signed.key || !signed.claim) throw new Untrusted('claim_missing', { name });
    if (this.peerKey && signed.key !== this.peerKey) throw new Untrusted('claim_other_key', { name });
    const keys = [signed.key, promised === undefined ? this.key.public : ''];
    const bound = promised ?? this.#commitment;
    const data = await this.#claim(
      kind, this.peerRole, generation, offer, answer, keys, bound, signed.nonce,
    ); // prettier-ignore
    if (!(await verify(signed.key, signed.claim, data))) throw new Untrusted('claim_invalid', { name });
    if (this.pin && this.pin.key !== signed.key)
      throw new Untrusted('key_changed', {
        name,
        old: await fingerprint(this.pin.key),
        new: await fingerprint(signed.key),
      });
    this.peerKey = signed.key;
  }
  /** @param {string} kind @param {Role} role @param {number} generation @param {string} offer
   * @param {string} answer @param {string[]} keys the signer's, the other's
   * @param {string} promised @param {string} nonce */
  async #claim(kind, role, generation, offer, answer, [signer, other], promised, nonce) {
    const own = kind === 'offer' ? offer : answer;
    return callClaim({
      call: this.call,
      caller: this.caller,
      callee: this.callee,
      role,
      kind,
      generation,
      fingerprint: own ? dtlsFingerprint(own) : '',
      offer,
      answer,
      caller_key: role === 'caller' ? signer : other,
      callee_key: role === 'callee' ? signer : other,
      commitment: promised,
      nonce,
    });
  }
  /** @param {string} answer @param {Uint8Array} callerNonce @param {Uint8Array} calleeNonce */
  #makeWords(answer, callerNonce, calleeNonce) {
    const [mine, theirs] = [this.key.public, this.peerKey];
    return safetyWords({
      call: this.call,
      caller_key: this.isCaller ? mine : theirs,
      callee_key: this.isCaller ? theirs : mine,
      caller_fingerprint: dtlsFingerprint(this.#invitation()[1]),
      callee_fingerprint: answer ? dtlsFingerprint(answer) : '',
      caller_nonce: callerNonce,
      callee_nonce: calleeNonce,
    });
  }
}

/** @param {number} generation @param {Description|null|undefined} offer */
function of(generation, offer) {
  if (!offer || offer[0] !== generation) throw new ProtocolViolation('description_out_of_place');
  return offer[1];
}
