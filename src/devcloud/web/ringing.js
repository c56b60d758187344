/**
 * The rules of a call that nobody has accepted yet: inviting, ringing, declining, warming up.
 *
 * @typedef {import('./life.js').Event} Event
 */
import { EARLY } from './table.js';
import { Talking } from './talking.js';

const MOST_DEVICES = 64;
const ONLY_THAT_DEVICE = ['busy', 'no_answer', 'media_failed', 'error'];
const DECLINES = ['declined', 'rejected_by_policy', 'untrusted', ...ONLY_THAT_DEVICE];

/** Up to the answer. */
export class Ringing extends Talking {
  /** @protected @param {Event} event */
  invitation_made({ generation, sdp }) {
    if (!this.paths.isOurOffer(generation)) return;
    this.invited = true;
    this.do({ type: 'SendInvite', generation, sdp });
  }
  /** @protected @param {Event} event */
  device_reached({ device }) {
    if (this.declinedBy.has(device) || this.devices.size >= MOST_DEVICES) return;
    this.devices.add(device);
    this.declinedWith = null;
    this.until = this.givesUpAt;
  }
  /** @protected @param {Event} event @param {number} now */
  rang(event, now) {
    this.device_reached(event);
    if (!this.devices.has(event.device)) return;
    if (event.sdp && this.paths.device === null && !this.paths.lost) {
      this.paths.takeAnswer(event.device, event.sdp);
      this.enter('connecting_before_accepted');
    } else if (this.state === 'dialling') this.enter('ringing_out');
  }
  /** @protected @param {Event} event @param {number} now */
  declined(event, now) {
    const reason = DECLINES.includes(event.reason) ? event.reason : 'declined';
    this.devices.delete(event.device);
    if (this.declinedBy.size < MOST_DEVICES) this.declinedBy.add(event.device);
    if (!ONLY_THAT_DEVICE.includes(reason)) {
      this.text = event.text;
      this.giveUp(reason, now);
      return;
    }
    if (event.device === this.paths.device) this.loseEarlyPath();
    if (this.devices.size) return;
    // Another device may be about to say that it rings.
    this.declinedWith = reason;
    this.until = Math.min(this.givesUpAt, now + this.timers.others);
  }
  /** @protected @param {Event} event @param {number} now */
  cancelled({ reason }, now) {
    this.end(reason, now);
  }
  /** @protected @param {Event} event @param {number} now */
  hung_up_early({ device, reason }, now) {
    // A hangup that has overtaken its answer, or a caller that hangs up where it should cancel.
    this.devices.delete(device);
    this.giveUp(reason === 'completed' ? 'cancelled' : reason, now);
  }
  /** @protected @param {Event} event @param {number} now */
  undeliverable({ reason }, now) {
    if (!this.devices.size) this.end(reason, now);
  }
  /** @protected @param {Event} event */
  first_answer_made({ sdp }) {
    this.firstAnswer = sdp;
    this.do({ type: 'SendRinging', sdp });
    this.enter('connecting_before_accepted');
  }
  /** @protected @param {Event} event */
  path_up_early({ generation }) {
    if (generation === this.generation && this.state === EARLY[0]) this.enter(EARLY[1]);
  }
  /** @protected @param {Event} event */
  path_wavered_early({ generation }) {
    if (generation === this.generation && this.state === EARLY[1]) this.enter(EARLY[0]);
  }
  /** @protected @param {Event} event */
  path_lost_early({ generation }) {
    if (generation === this.generation) this.loseEarlyPath();
  }
  /** @protected */
  media_died_early() {
    this.paths.mediaDied();
    if (this.invited || this.firstAnswer) this.loseEarlyPath();
  }
  /** @protected */
  media_returned_early() {
    this.paths.mediaGone = false;
    // The path is lost where it was offered: the next one is for after acceptance.
    if (this.invited || this.firstAnswer) this.paths.open();
    else if (this.role === 'caller') this.paths.offerAnew();
    else if (this.paths.mediaOpen) this.takeInvitation();
  }

  /** @protected */
  loseEarlyPath() {
    this.paths.lost = true;
    if (EARLY.includes(this.state)) this.enter(this.role === 'caller' ? 'ringing_out' : 'ringing_in');
  }
}
