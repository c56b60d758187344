/**
 * What all parts of a call's life share: who takes part, where it is, how it ends. `ringing.js` and
 * `talking.js` hold the rules of the table, `call.js` puts them together. Only `enter` changes the
 * state, and only `do` says what is to be done.
 *
 * @typedef {'caller'|'callee'} Role
 * @typedef {{type: string, [field: string]: any}} Event
 * @typedef {{type: string, [field: string]: any}} Command
 * @typedef {import('./table.js').Timers} Timers
 * @typedef {{generation: number, sdp: string}} Offer
 */
import { Paths } from './paths.js';
import { CONNECTING, isAccepted, isOver, isUnanswered, TIMERS } from './table.js';

/** Who takes part in a call, where it is, and how it ends. */
export class Life {
  /** @type {string|null} */
  reason = null;
  text = '';
  /** The callee's devices that have the invitation and have not declined. @type {Set<string>} */
  devices = new Set();
  invited = false;
  muted = false;
  heldHere = false;
  heldThere = false;
  /** @type {number|null} */
  acceptedAt = null;
  /** @protected */
  begunAt = 0;
  /** @protected */
  firstAnswer = '';
  /** @protected */
  answerSent = false;
  /** @protected */
  holdOrder = 0;
  /** @protected @type {Set<string>} */
  declinedBy = new Set();
  /** @protected @type {string|null} */
  declinedWith = null;
  /** @protected */
  givesUpAt = 0;
  /** @protected @type {number|null} */
  until = null;
  /** @protected @type {Command[]} */
  out = [];

  /** `device` (of the caller), `offer` and `warm` are of a call that comes in; `wall` is the time of
   * day in seconds.
   * @param {{id: string, role: Role, me: string, peer: string, wall: number, timers?: Timers,
   *   offer?: Offer|null, warm?: boolean, device?: string|null}} call */
  constructor({ id, role, me, peer, wall, timers = TIMERS, offer = null, warm = true, device = null }) {
    this.id = id;
    this.role = role;
    this.me = me;
    this.peer = peer;
    this.wall = wall;
    this.timers = timers;
    this.warm = warm;
    this.device = device;
    this.state = role === 'caller' ? 'dialling' : 'ringing_in';
    this.paths = new Paths(role, timers, offer, (command) => this.do(command));
  }

  get generation() {
    return this.paths.generation;
  }
  get accepted() {
    return isAccepted(this.state);
  }
  get over() {
    return isOver(this.state);
  }
  /** When `tick` wants to be called. @returns {number|null} */
  get deadline() {
    const until = this.until;
    const { repairAt } = this.paths;
    return until === null || repairAt === null ? (until ?? repairAt) : Math.min(until, repairAt);
  }
  /** When ringing gives up. */
  get ringsUntil() {
    return isUnanswered(this.state) ? this.until : null;
  }
  /** The time of day at `now`, counted from the beginning. @param {number} now */
  wallAt(now) {
    return this.wall + now - this.begunAt;
  }

  /** @protected @param {string|null|undefined} reason @param {number} now @param {string} [text] */
  hangUp(reason, now, text = '') {
    if (this.accepted) {
      reason ??= 'completed';
      this.do({ type: 'SendHangup', reason });
    } else if (this.role === 'callee') {
      reason ??= 'declined';
      this.do({ type: 'SendDecline', reason, text });
    } else {
      reason ??= 'cancelled';
      this.cancel(reason);
    }
    this.end(reason, now);
  }

  /** @protected @param {number} now */
  runOut(now) {
    if (this.state === 'ending') this.finish();
    else if (this.state === CONNECTING[0]) this.hangUp('media_failed', now);
    else if (this.state === 'reconnecting') this.hangUp('connection_lost', now);
    else if (this.declinedWith !== null) this.end(this.declinedWith, now);
    // Where not even the invitation has been acknowledged, the way to the server is at fault.
    else this.hangUp(this.role === 'caller' && !this.devices.size ? 'connection_lost' : 'no_answer', now);
  }

  /** Stop the ringing wherever it rings: what is said to all counts as heard once one has heard it.
   * @protected @param {string} reason */
  cancel(reason) {
    if (this.invited) this.do({ type: 'SendCancel', reason, device: null });
    if (this.devices.size > 1)
      for (const device of [...this.devices].sort()) this.do({ type: 'SendCancel', reason, device });
  }

  /** @protected @param {string} reason @param {number} now */
  giveUp(reason, now) {
    if (this.devices.size) this.cancel(reason);
    this.end(reason, now);
  }

  /** @protected @param {string} reason @param {number} now */
  end(reason, now) {
    this.reason = reason;
    this.until = null;
    const { role, me, peer, acceptedAt } = this;
    const record = {
      call: this.id,
      caller: role === 'caller' ? me : peer,
      callee: role === 'caller' ? peer : me,
      kind: 'devcloud',
      begun_at: this.wall,
      answered_at: acceptedAt === null ? null : this.wallAt(acceptedAt),
      ended_at: this.wallAt(now),
      reason,
    };
    this.do({ type: 'Remember', record });
    if (this.paths.close()) {
      this.until = now + this.timers.close;
      this.enter('ending');
    } else this.enter('ended');
  }

  /** @protected */
  finish() {
    this.until = null;
    this.enter('ended');
  }
  /** @protected */
  takeInvitation() {
    this.paths.takeInvitation(/** @type {string} */ (this.device));
  }
  /** @protected */
  setVoice() {
    const hearing = this.accepted && !this.heldHere && !this.heldThere;
    this.paths.setVoice(hearing && !this.muted, hearing);
  }
  /** @protected @param {string} state */
  enter(state) {
    this.state = state;
    this.announce();
  }
  /** @protected */
  announce() {
    this.do({ type: 'Announce' });
  }
  /** @protected @param {Command} command */
  do(command) {
    this.out.push(command);
  }
  /** @protected */
  drain() {
    return this.out.splice(0);
  }

  /** @protected */
  ignore() {}
  /** @protected @param {Event} _ @param {number} now */
  media_refused(_, now) {
    this.hangUp('media_failed', now);
  }
  /** @protected @param {Event} event */
  candidates_received(event) {
    this.paths.addCandidates(event);
  }
}
