/**
 * All calls of one device: who may ring, who is told «busy», and which one is spoken on. Calls that
 * are over are remembered for a while, so that what comes late is answered and not taken for new.
 *
 * @typedef {import('./life.js').Command} Command
 * @typedef {import('./life.js').Event} Event
 * @typedef {import('./life.js').Offer} Offer
 * @typedef {import('./life.js').Role} Role
 * @typedef {import('./table.js').Timers} Timers
 * @typedef {[Machine|null, Command]} Output  a command, and the call it is about
 */
import { Machine } from './call.js';
import { DevCloudError } from './errors.js';
import { foldName, sameName } from './names.js';
import { isUnanswered, TIMERS } from './table.js';

const MOST_RINGING = 8;
const MOST_REMEMBERED = 512;
const EXPECTS_A_CALL = ['RingingReceived', 'AnswerReceived', 'OfferReceived', 'OfferAnswered', 'HoldReceived'];

/** All calls of one device: who may ring, who is told «busy», and which one is spoken on. With
 * `waiting`, others may ring and be answered during a call, and the rest is put on hold. */
export class Line {
  /** @type {Map<string, Machine>} */
  calls = new Map();
  /** Do not disturb: nobody who calls now rings here. */
  quiet = false;
  /** How calls ended, and the device that had answered. @type {Map<string, [string, string|null]>} */
  #over = new Map();

  /** @param {string} me @param {{timers?: Timers, warm?: (peer: string) => boolean,
   *   waiting?: boolean}} [options] */
  constructor(me, { timers = TIMERS, warm = () => true, waiting = false } = {}) {
    this.me = me;
    this.timers = timers;
    this.warm = warm;
    this.waiting = waiting;
  }

  /** @returns {number} */
  get deadline() {
    return Math.min(...[...this.calls.values()].map((call) => call.deadline ?? Infinity));
  }
  get busy() {
    return this.quiet || this.#live().length >= (this.waiting ? MOST_RINGING : 1);
  }

  /** Throws name_own, already_in_call where `peer` cannot be called now. @param {string} peer */
  require(peer) {
    if (sameName(peer, this.me)) throw new DevCloudError('name_own');
    if (this.ringingFrom(peer)) return;
    for (const other of this.#live())
      if (!this.waiting || sameName(other.peer, peer))
        throw new DevCloudError('already_in_call', { peer: other.peer });
  }

  /** Call `peer`; or take their call, where they are calling already. Throws as `require`.
   * @param {string} id @param {string} peer @param {number} now @param {number} wall
   * @returns {Output[]} */
  place(id, peer, now, wall) {
    this.require(peer);
    const theirs = this.ringingFrom(peer);
    if (theirs)
      return [
        [null, { type: 'Become', old: id, new: theirs.id }],
        ...this.handle(theirs.id, { type: 'Accept' }, now),
      ];
    const call = new Machine({ id, role: 'caller', me: this.me, peer, wall, timers: this.timers });
    return [...this.#holdAllBut(id, now), ...this.#begin(call, now)];
  }

  /** Somebody calls. `cold`: nothing connects before the person says so.
   * @param {string} id @param {{peer: string, device: string, offer: Offer, now: number,
   *   wall: number, cold?: boolean}} from @returns {Output[]} */
  invited(id, { peer, device, offer, now, wall, cold = false }) {
    if (this.calls.has(id)) return [];
    const over = this.#over.get(id);
    if (over) return [[null, this.#gone(id, peer, device, over)]]; // its cancel came first
    const ours = this.diallingTo(peer);
    if (ours?.invited && ours.id >= id) return [[ours, { type: 'InviteAgain', device }]];
    const warm = !cold && (ours !== undefined || this.warm(peer));
    const call = new Machine({
      id, role: 'callee', me: this.me, peer, device, offer, warm, wall, timers: this.timers,
    });
    if (ours && !cold) return this.#yield(ours, call, now);
    const superseded = this.busy ? this.#supersede(peer, now) : [];
    if (this.busy) {
      const record = {
        call: id, caller: peer, callee: this.me, kind: 'devcloud', begun_at: wall,
        answered_at: null, ended_at: wall, reason: 'busy',
      };
      const refusal = this.refuse(id, peer, device, 'busy');
      return [...superseded, ...refusal, [null, { type: 'Remember', record }]];
    }
    const begun = this.#begin(call, now);
    return [...superseded, [call, { type: 'Rang' }], ...begun];
  }

  /** Whether a call of this id has never been here. @param {string} id */
  isNew(id) {
    return !this.calls.has(id) && !this.#over.has(id);
  }

  /** Decline an invitation before it becomes a call.
   * @param {string} id @param {string} peer @param {string} device @param {string} reason
   * @returns {Output[]} */
  refuse(id, peer, device, reason) {
    this.#bury(id, reason, null);
    return [[null, { type: 'Refuse', call: id, peer, device, reason }]];
  }

  /** Something happened to a call. Throws RangeError where it cannot happen now.
   * @param {string} id @param {Event} event @param {number} now @returns {Output[]} */
  handle(id, event, now) {
    const call = this.calls.get(id);
    if (!call) return [];
    const talks = isUnanswered(call.state)
      ? ['Accept', 'AnswerReceived'].includes(event.type)
      : call.accepted && event.type === 'Hold' && !event.on;
    const held = talks ? this.#holdAllBut(id, now) : [];
    const outputs = about(call, call.handle(event, now));
    this.#buryIfEnded(call);
    return [...held, ...outputs];
  }

  /** Something came for a call that is not here, or over.
   * @param {string} id @param {string} peer @param {string} device @param {Event} event
   * @returns {Output[]} */
  stray(id, peer, device, event) {
    if (event.type === 'CancelReceived' && this.isNew(id)) this.#bury(id, event.reason, null);
    if (!EXPECTS_A_CALL.includes(event.type)) return [];
    const call = this.calls.get(id);
    const grave = call ? graveOf(call) : (this.#over.get(id) ?? ['connection_lost', null]);
    return [[null, this.#gone(id, peer, device, /** @type {[string, string|null]} */ (grave))]];
  }

  /** Let time pass. @param {number} now */
  tick(now) {
    /** @type {Output[]} */
    const outputs = [];
    for (const call of [...this.calls.values()]) {
      outputs.push(...about(call, call.tick(now)));
      this.#buryIfEnded(call);
    }
    return outputs;
  }

  /** @param {string} peer */
  ringingFrom(peer) {
    return this.#with(peer, 'callee');
  }
  /** @param {string} peer */
  diallingTo(peer) {
    return this.#with(peer, 'caller');
  }

  #live() {
    return [...this.calls.values()].filter((call) => !call.over);
  }
  /** @param {string} peer @param {Role} role */
  #with(peer, role) {
    const name = foldName(peer);
    return this.#live().find(
      (call) => call.role === role && isUnanswered(call.state) && foldName(call.peer) === name,
    );
  }
  /** @param {Machine} call @param {number} now @returns {Output[]} */
  #begin(call, now) {
    this.calls.set(call.id, call);
    return about(call, call.begin(now));
  }
  /** Both have called each other: ours ends, its other devices stop ringing, theirs is taken.
   * @param {Machine} ours @param {Machine} theirs @param {number} now @returns {Output[]} */
  #yield(ours, theirs, now) {
    const last = about(ours, ours.handle({ type: 'HangUp', reason: 'answered_elsewhere' }, now));
    this.#buryIfEnded(ours);
    const begun = this.#begin(theirs, now);
    const accepted = this.handle(theirs.id, { type: 'Accept' }, now);
    return [
      ...last.filter(([, { type }]) => type !== 'Remember' && type !== 'Announce'),
      [null, { type: 'Become', old: ours.id, new: theirs.id }],
      ...begun,
      ...accepted,
    ];
  }
  /** Whoever calls anew is not in the call before any more. @param {string} peer
   * @param {number} now */
  #supersede(peer, now) {
    /** @type {Output[]} */
    const outputs = [];
    for (const call of this.#live()) {
      if (!sameName(call.peer, peer)) continue;
      const lost = call.state === 'reconnecting';
      if (lost || (call.role === 'callee' && isUnanswered(call.state))) {
        const reason = lost ? 'connection_lost' : 'no_answer';
        outputs.push(...this.handle(call.id, { type: 'HangUp', reason }, now));
      }
    }
    return outputs;
  }
  /** @param {string} id @param {number} now */
  #holdAllBut(id, now) {
    /** @type {Output[]} */
    const outputs = [];
    for (const call of this.#live())
      if (call.id !== id && call.accepted && !call.heldHere)
        outputs.push(...about(call, call.handle({ type: 'Hold', on: true }, now)));
    return outputs;
  }
  /** @param {Machine} call */
  #buryIfEnded(call) {
    if (call.state === 'ended' && this.calls.delete(call.id)) this.#bury(call.id, ...graveOf(call));
  }
  /** @param {string} id @param {string} reason @param {string|null} device */
  #bury(id, reason, device) {
    this.#over.set(id, [reason, device]);
    if (this.#over.size > MOST_REMEMBERED)
      this.#over.delete(/** @type {string} */ (this.#over.keys().next().value));
  }
  /** @param {string} call @param {string} peer @param {string} device
   * @param {[string, string|null]} grave @returns {Command} */
  #gone(call, peer, device, [ended, answered]) {
    const reason = answered !== null && answered !== device ? 'answered_elsewhere' : ended;
    return { type: 'TellGone', call, peer, device, reason };
  }
}

/** @param {Machine} call @param {Command[]} commands @returns {Output[]} */
const about = (call, commands) => commands.map((command) => [call, command]);
/** @param {Machine} call @returns {[string, string|null]} */
const graveOf = (call) => [call.reason ?? 'error', call.role === 'caller' ? call.device : null];
