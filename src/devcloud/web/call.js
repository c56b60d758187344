/**
 * One call, from the first intent to its record: the same machine as the programs' in Python, with the
 * same table and the same words (tests/vectors/call). Without input or output: `now` is an argument,
 * in seconds; what is to be done comes back as commands.
 *
 * @typedef {import('./life.js').Event} Event
 * @typedef {import('./life.js').Timers} Timers
 */
import { Ringing } from './ringing.js';
import { isUnanswered, TABLE, TIMERS } from './table.js';

/** One call. Read it; change it through `begin`, `handle` and `tick` only. */
export class Machine extends Ringing {
  /** Start dialling, or ringing. @param {number} now */
  begin(now) {
    this.begunAt = now;
    this.until = this.givesUpAt = now + this.timers.ring;
    if (this.role === 'caller') this.paths.offer();
    else if (this.warm) this.takeInvitation();
    else this.do({ type: 'SendRinging', sdp: '' });
    this.announce();
    return this.drain();
  }

  /** Take one event and return what to do. Throws RangeError where it cannot happen.
   * @param {Event} event @param {number} now */
  handle(event, now) {
    if (this.over) {
      if (this.state === 'ending' && ['MediaClosed', 'MediaGone'].includes(event.type)) this.finish();
    } else if (event.type === 'HangUp') {
      this.hangUp(event.reason, now, event.text);
    } else {
      const rule = TABLE[this.role][this.state]?.[event.type];
      if (!rule) throw new RangeError(`${event.type} while ${this.role} and ${this.state}`);
      /** @type {any} */ (this)[rule](event, now);
    }
    return this.drain();
  }

  /** Let time pass. @param {number} now */
  tick(now) {
    const { repairAt } = this.paths;
    if (this.until !== null && now >= this.until) this.runOut(now);
    else if (repairAt !== null && now >= repairAt) this.repair(now);
    return this.drain();
  }

  /** Whether this has overtaken the answer. @param {Event} event */
  isTooEarly(event) {
    const waits = this.role === 'caller' && isUnanswered(this.state);
    return waits && (event.type === 'OfferReceived' || event.type === 'HoldReceived');
  }

  /** What a page that comes back needs. */
  save() {
    const { id, role, me, peer, device, muted, heldHere, heldThere, generation } = this;
    const accepted = this.acceptedAt === null ? null : this.wallAt(this.acceptedAt);
    return {
      id, role, me, peer, device, muted, heldHere, heldThere, generation, accepted, wall: this.wall,
      offer: this.paths.invitation, holdOrder: this.holdOrder, answerSent: this.answerSent,
    };
  }

  /** A call that goes on in a page that was loaded again: as if the media had died and were about to
   * come back. `wall` is the time of day now. @param {ReturnType<Machine['save']>} saved
   * @param {number} now @param {number} wall @param {Timers} [timers] */
  static resume(saved, now, wall, timers = TIMERS) {
    const call = new Machine({ ...saved, timers });
    call.muted = saved.muted;
    call.heldHere = saved.heldHere;
    call.heldThere = saved.heldThere;
    call.invited = true;
    if (saved.device) call.devices.add(saved.device);
    call.begunAt = now - (wall - saved.wall);
    call.acceptedAt = saved.accepted === null ? now : call.begunAt + saved.accepted - saved.wall;
    call.holdOrder = saved.holdOrder;
    call.answerSent = saved.answerSent;
    call.until = now + timers.reconnect;
    call.state = 'reconnecting';
    call.paths.generation = saved.generation;
    call.paths.mediaGone = true;
    return call;
  }
}
