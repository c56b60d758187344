/**
 * The rules of accepting a call, and of one that is accepted: holding, losing and mending paths.
 *
 * @typedef {import('./life.js').Event} Event
 */
import { Life } from './life.js';
import { CONNECTING, EARLY } from './table.js';

/** From the answer on. */
export class Talking extends Life {
  /** @protected @param {Event} _ @param {number} now */
  accept(_, now) {
    this.acceptedAt = now;
    this.becomeAccepted(now, this.state === EARLY[1]);
    if (this.paths.lost) {
      this.sendAnswer('');
      this.offerNow(now);
    } else if (this.firstAnswer) this.sendAnswer(this.firstAnswer);
    else if (!this.paths.mediaOpen && !this.paths.mediaGone) this.takeInvitation();
  }
  /** @protected @param {Event} event @param {number} now */
  answered({ device, sdp }, now) {
    const { devices } = this;
    this.acceptedAt = now;
    this.declinedWith = null;
    this.device = device;
    for (const other of [...devices].sort())
      if (other !== device) this.do({ type: 'SendCancel', reason: 'answered_elsewhere', device: other });
    this.devices = new Set([device]);
    const ours = this.paths.device === device && !this.paths.lost;
    this.becomeAccepted(now, ours && this.state === EARLY[1]);
    // There is a path, or that device has lost its own and offers the next.
    if (ours || !sdp) return;
    // The path was with another device, or is lost: make one with this device.
    if (this.paths.device !== null || this.paths.lost) this.offerNow(now);
    else this.paths.takeAnswer(device, sdp);
  }
  /** @protected @param {Event} event */
  reached_too_late({ device }) {
    if (device !== this.device)
      this.do({ type: 'SendCancel', reason: 'answered_elsewhere', device });
  }
  /** @protected @param {Event} event @param {number} now */
  hung_up({ device, reason }, now) {
    if (device === this.device) this.end(reason, now);
  }
  /** @protected @param {Event} event */
  hold({ on }) {
    const { heldHere } = this;
    if (on === heldHere) return;
    this.heldHere = on;
    this.do({ type: 'SendHold', on });
    this.restOrTalk();
  }
  /** @protected @param {Event} event */
  held({ on, order }) {
    const { holdOrder } = this;
    if (order <= holdOrder) return;
    this.holdOrder = order;
    this.heldThere = on;
    this.restOrTalk();
  }
  /** @protected @param {Event} event */
  mute({ on }) {
    this.muted = on;
    this.setVoice();
    this.announce();
  }
  /** @protected @param {Event} event */
  path_up({ generation }) {
    if (generation === this.generation) this.pathIsUp();
  }
  /** @protected @param {Event} event @param {number} now */
  path_wavered({ generation }, now) {
    if (generation !== this.generation) return;
    this.goReconnecting(now);
    this.paths.scheduleRepair(now, this.timers.waver);
  }
  /** @protected @param {Event} event */
  offer_made({ generation, sdp }) {
    if (this.paths.isOurOffer(generation)) this.do({ type: 'SendOffer', generation, sdp });
  }
  /** @protected @param {Event} event */
  answer_made({ generation, sdp }) {
    if (!this.paths.isOurAnswer(generation)) return;
    if (this.role === 'callee' && !this.answerSent) this.sendAnswer(sdp);
    else this.do({ type: 'SendOfferAnswer', generation, sdp });
  }
  /** @protected @param {Event} event @param {number} now */
  offer_received(event, now) {
    if (!this.paths.yieldsTo(event)) return;
    this.goReconnecting(now);
    this.paths.takeOffer(event, /** @type {string} */ (this.device), now);
  }
  /** @protected @param {Event} event */
  offer_answered({ generation, sdp }) {
    const { paths } = this;
    if (paths.isOurOffer(generation) && paths.device === null && !paths.mediaGone)
      paths.takeAnswer(/** @type {string} */ (this.device), sdp);
  }
  /** @protected @param {Event} _ @param {number} now */
  media_died(_, now) {
    this.paths.mediaDied();
    this.goReconnecting(now);
  }
  /** @protected @param {Event} _ @param {number} now */
  media_returned(_, now) {
    this.paths.mediaGone = false;
    if (this.role === 'callee' && !this.answerSent) this.takeInvitation();
    else {
      this.paths.open();
      this.repair(now);
    }
    this.setVoice();
  }

  /** @protected @param {number} now @param {boolean} connected */
  becomeAccepted(now, connected) {
    if (connected) {
      this.pathIsUp();
      return;
    }
    this.until = now + this.timers.connect;
    this.paths.scheduleRepair(now, this.timers.repair_again);
    this.enter(CONNECTING[0]);
  }
  /** @protected @param {string} sdp */
  sendAnswer(sdp) {
    this.answerSent = true;
    this.do({ type: 'SendAnswer', generation: this.generation, sdp });
  }
  /** @protected */
  restOrTalk() {
    if (this.state === 'active' || this.state === 'held') this.enter(this.connectedState());
    else this.announce();
    this.setVoice();
  }
  /** @protected */
  connectedState() {
    return this.heldHere || this.heldThere ? 'held' : 'active';
  }
  /** @protected */
  pathIsUp() {
    this.until = this.paths.repairAt = null;
    this.enter(this.connectedState());
    this.setVoice();
  }
  /** @protected @param {number} now */
  goReconnecting(now) {
    if (this.state !== 'active' && this.state !== 'held') return;
    this.until = now + this.timers.reconnect;
    this.enter('reconnecting');
  }
  /** @protected @param {number} now */
  repair(now) {
    // Without our answer the caller has no use for an offer.
    if (this.role === 'callee' && !this.answerSent) this.sendAnswer('');
    this.paths.repair(now);
  }
  /** @protected @param {number} now */
  offerNow(now) {
    if (!this.paths.mediaGone) this.repair(now);
  }
}
