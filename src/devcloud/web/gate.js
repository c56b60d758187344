/**
 * What a message of a call is worth, before its call hears of it: admitted, waiting for the person's
 * word on a changed key, dropped, or refused and its call with it. Keeps the handshakes of all calls
 * over one pin book; knows nothing of what becomes of a call.
 *
 * @typedef {import('./call.js').Machine} Machine
 * @typedef {import('./life.js').Event} Event
 * @typedef {import('./life.js').Command} Command
 * @typedef {import('./protocol.js').CallMessage} CallMessage
 * @typedef {import('./protocol.js').Signed} Signed
 * @typedef {import('./identity.js').PinBook} PinBook
 * @typedef {{event: Event, signed: Signed, generation: number}} Said
 * @typedef {{key: string, verdict: import('./identity.js').Verdict|null, words: number[]|null,
 *   changedKey: string}} Trust
 */
import { DevCloudError, ProtocolViolation, Untrusted } from './errors.js';
import { Handshake } from './handshake.js';
import { findPin, judge, random, rememberPin, withPin } from './identity.js';
import { KEPT_S } from './mailbox.js';
import { bodyOf } from './protocol.js';

const MOST_WAITING = 8;
const LATEST_REVEAL_S = 2 * KEPT_S;
const OLD_NEWS = ['description_out_of_place', 'reveal_out_of_place', 'message_out_of_place'];
/** @type {Signed} */
const UNSIGNED = { key: '', claim: '', commitment: '', nonce: '' };

/** Return what a call message says. Throws ProtocolViolation. @param {CallMessage} message
 * @returns {Said} */
export function read(message) {
  const { type, device, reason, text } = message;
  const plain = { signed: UNSIGNED, generation: 1 };
  if (type === 'decline') return { ...plain, event: { type: 'DeclineReceived', device, reason, text } };
  if (type === 'cancel') return { ...plain, event: { type: 'CancelReceived', reason } };
  if (type === 'hangup') return { ...plain, event: { type: 'HangupReceived', device, reason } };
  const body = bodyOf(message);
  const { generation, signed, sdp } = body;
  const of = { generation, signed };
  if (type === 'invite') return { ...of, event: { type: 'OfferReceived', generation, sdp } };
  if (type === 'ringing') return { ...of, event: { type: 'RingingReceived', device, sdp } };
  if (type === 'answer') return { ...of, event: { type: 'AnswerReceived', device, sdp } };
  if (type === 'candidate') {
    const { candidates } = body;
    return { ...plain, event: { type: 'CandidatesReceived', device, generation, candidates } };
  }
  if (body.offer) return { ...of, event: { type: 'OfferReceived', generation, sdp: body.offer } };
  if (body.answer) return { ...of, event: { type: 'OfferAnswered', generation, sdp: body.answer } };
  if (body.held !== null)
    return { ...plain, event: { type: 'HoldReceived', on: body.held, order: message.seq } };
  if (body.reveal) return { ...plain, event: { type: 'Reveal', nonce: body.reveal } };
  throw new ProtocolViolation('message_wrong_shape');
}

/** @param {Event} event */
const needsTrust = ({ type, sdp }) =>
  type === 'RingingReceived'
    ? Boolean(sdp)
    : ['AnswerReceived', 'OfferReceived', 'OfferAnswered', 'Reveal'].includes(type);

/** What a call's messages are worth, over one pin book. */
export class Gate {
  /** @type {Map<string, Handshake>} */
  handshakes = new Map();
  /** @type {Map<string, string>} */
  #changed = new Map();
  /** @type {Map<string, [CallMessage, Said][]>} */
  #waiting = new Map();
  /** @type {Map<string, number>} */
  #talking = new Map();
  /** @type {Map<string, number>} */
  #revealBy = new Map();
  /** @type {Set<string>} */
  #revealed = new Set();

  /** @param {string} me @param {import('./identity.js').SigningKey} key @param {PinBook} book
   * @param {number} patience seconds for the caller's part */
  constructor(me, key, book, patience) {
    this.me = me;
    this.key = key;
    this.book = book;
    this.patience = patience;
  }

  /** @param {string} id @returns {Trust} */
  trust(id) {
    const handshake = this.handshakes.get(id);
    if (!handshake) return { key: '', verdict: null, words: null, changedKey: '' };
    const { peerKey: key, words } = handshake;
    const verdict = key ? judge(findPin(this.book, handshake.peer), key) : null;
    // Where two strangers have called under one name, the other one may have been taken.
    const changedKey = verdict === 'changed' ? key : (this.#changed.get(id) ?? '');
    return { key, verdict, words, changedKey };
  }
  /** @param {string} id */
  requireTrust(id) {
    if (this.trust(id).changedKey)
      throw new Untrusted('key_changed_ask', { name: this.handshakes.get(id)?.peer });
  }

  /** What stands beside a description. @param {Machine} call @param {Command} command */
  async sign(call, { type, generation, sdp }) {
    if (type === 'SendInvite') {
      const names = { caller: call.me, callee: call.peer };
      return this.#add(call.id, 'caller', names).signInvite(generation, sdp);
    }
    const handshake = /** @type {Handshake} */ (this.handshakes.get(call.id));
    if (type === 'SendRinging') return handshake.signRinging(sdp);
    if (type === 'SendAnswer') return handshake.signAccept(sdp);
    return type === 'SendOffer'
      ? handshake.signOffer(generation, sdp)
      : handshake.signAnswer(generation, sdp);
  }

  /** What becomes of a message; `error` where there is something to say of it.
   * @param {CallMessage} message @param {Said} said
   * @returns {Promise<{ruling: 'admitted'|'waits'|'dropped'|'refused', error?: DevCloudError}>} */
  async examine(message, said) {
    const waiting = this.#waiting.get(message.call);
    if (waiting && needsTrust(said.event)) {
      if (waiting.length < MOST_WAITING) waiting.push([message, said]);
      return { ruling: 'waits' };
    }
    try {
      await this.#check(message, said);
    } catch (error) {
      if (!(error instanceof DevCloudError)) throw error;
      if (error.code === 'key_changed') {
        this.#changed.set(message.call, said.signed.key);
        this.#waiting.set(message.call, [[message, said]]);
        return { ruling: 'waits', error };
      }
      return { ruling: OLD_NEWS.includes(error.code) ? 'dropped' : 'refused', error };
    }
    if (said.event.type === 'Reveal') this.#revealBy.delete(message.call);
    return { ruling: 'admitted' };
  }

  /** @param {CallMessage} message @param {Said} said */
  async #check(message, { event, signed, generation }) {
    let handshake = this.handshakes.get(message.call);
    const invite = message.type === 'invite';
    if (!handshake && invite)
      handshake = this.#add(message.call, 'callee', { caller: message.from, callee: message.to });
    if (!handshake) {
      // Our own invitation has not left: this answers nothing.
      if (needsTrust(event)) throw new ProtocolViolation('message_out_of_place', { type: message.type });
      return;
    }
    // Another call of the same person may have changed what is known of them.
    handshake.pin = findPin(this.book, handshake.peer) ?? handshake.pin;
    const { type, sdp } = event;
    if (invite && !handshake.isCaller) await handshake.checkInvite(generation, sdp, signed);
    else if (handshake.isCaller && type === 'RingingReceived' && sdp)
      await handshake.checkRinging(generation, sdp, signed);
    else if (handshake.isCaller && type === 'AnswerReceived')
      await handshake.checkAccept(generation, sdp, signed);
    else if (type === 'Reveal') {
      if (handshake.isCaller) throw new ProtocolViolation('reveal_out_of_place');
      await handshake.checkReveal(event.nonce);
    } else if (type === 'OfferReceived') await handshake.checkOffer(generation, sdp, signed);
    else if (type === 'OfferAnswered') await handshake.checkAnswer(generation, sdp, signed);
  }

  /** The person says that the changed key is right: what has waited, to be taken now.
   * @param {string} id @param {number} wall */
  async acceptKey(id, wall) {
    const { changedKey } = this.trust(id);
    const handshake = this.handshakes.get(id);
    if (!changedKey || !handshake) return null;
    this.#changed.delete(id);
    this.acceptKeyOf(handshake.peer, changedKey, wall);
    const held = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    // An invitation rings already, and was in order but for the key.
    for (const [message, said] of held) if (message.type === 'invite') await this.#check(message, said);
    return held.filter(([message]) => message.type !== 'invite');
  }
  /** @param {string} name @param {string} key @param {number} wall */
  acceptKeyOf(name, key, wall) {
    this.book = withPin(this.book, { name, key, first_seen: wall, verified: false });
  }

  /** What is to be revealed now that the callee has accepted: once. @param {string} id */
  reveal(id) {
    if (this.#revealed.has(id)) return '';
    this.#revealed.add(id);
    return this.handshakes.get(id)?.reveal ?? '';
  }
  /** @param {string} id @param {boolean} match */
  confirmWords(id, match) {
    const handshake = this.handshakes.get(id);
    if (!handshake?.words) throw new Untrusted('words_not_there');
    this.requireTrust(id);
    const pin = findPin(this.book, handshake.peer);
    if (pin?.key !== handshake.peerKey) throw new Untrusted('words_not_there');
    this.book = withPin(this.book, { ...pin, verified: match });
  }
  /** Both have agreed to talk: the key is remembered now, not when it rings, so that strangers do
   * not fill the book. Whether the book has changed. @param {Machine} call @param {number} now */
  talking(call, now) {
    const handshake = this.handshakes.get(call.id);
    if (this.#talking.has(call.id) || !handshake) return false;
    this.#talking.set(call.id, now);
    if (!handshake.isCaller && !handshake.words) this.#revealBy.set(call.id, now + this.patience);
    const before = this.book;
    this.book = rememberPin(before, handshake.peer, handshake.peerKey, call.wallAt(now));
    return this.book !== before;
  }
  /** @returns {number} */
  get deadline() {
    return Math.min(...this.#revealBy.values());
  }
  /** What was lost is being said again, and gets as long as at the beginning. @param {number} now */
  signedIn(now) {
    for (const id of this.#revealBy.keys())
      this.#revealBy.set(
        id, Math.min(now + this.patience, (this.#talking.get(id) ?? now) + LATEST_REVEAL_S),
      );
  }
  /** Calls whose caller did not reveal its part in time. @param {number} now */
  overdue(now) {
    const late = [...this.#revealBy].filter(([, by]) => now >= by).map(([id]) => id);
    for (const id of late) this.#revealBy.delete(id);
    return late;
  }
  /** @param {string} id @param {ReturnType<Handshake['save']>} saved */
  resume(id, saved) {
    const peer = saved.role === 'caller' ? saved.callee : saved.caller;
    this.handshakes.set(id, Handshake.resume(id, saved, this.key, findPin(this.book, peer)));
    if (saved.words) this.#revealed.add(id);
  }
  /** @param {string} id */
  forget(id) {
    for (const map of [this.handshakes, this.#changed, this.#waiting, this.#talking, this.#revealBy])
      map.delete(id);
    this.#revealed.delete(id);
  }
  /** @param {string} call @param {import('./life.js').Role} role
   * @param {{caller: string, callee: string}} names */
  #add(call, role, names) {
    const pin = findPin(this.book, role === 'caller' ? names.callee : names.caller);
    const { me, key } = this;
    const handshake = new Handshake({ call, role, ...names, me, key, pin, nonce: random(32) });
    this.handshakes.set(call, handshake);
    return handshake;
  }
}
