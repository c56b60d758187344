/**
 * How the two sides of a call show each other who they are: what to sign, what to check, and when.
 * Knows no messages, no media and no person; nothing that it has not let through may reach the media.
 *
 * @typedef {import('./identity.js').SigningKey} SigningKey
 * @typedef {import('./identity.js').Pin} Pin
 * @typedef {import('./protocol.js').Signed} Signed
 * @typedef {import('./life.js').Role} Role
 */
import { ProtocolViolation, Untrusted } from './errors.js';
import {
  callClaim, commitment, dtlsFingerprint, fingerprint, fromBase64url, random, safetyWords,
  toBase64url, verify,
} from './identity.js';
import { sameName } from './names.js';

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
    };
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
    );
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
