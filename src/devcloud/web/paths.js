/**
 * The paths of one call. A path is one negotiated connection, told apart by its generation. Whichever
 * side loses its path offers the next one; of two offers of one generation the caller's wins. Knows
 * nothing of ringing, accepting and ending.
 *
 * @typedef {import('./life.js').Command} Command
 * @typedef {import('./life.js').Event} Event
 * @typedef {import('./life.js').Offer} Offer
 * @typedef {import('./life.js').Role} Role
 * @typedef {import('./table.js').Timers} Timers
 */

const MOST_CANDIDATES = 64;

/** The paths of one call, one after another, and all that is asked of the media for them. */
export class Paths {
  /** Of the other end, once its description is with the media. @type {string|null} */
  device = null;
  /** The path will not come up (again), and no next one is on its way. */
  lost = false;
  mediaOpen = false;
  mediaGone = false;
  /** @type {number|null} */
  repairAt = null;
  #voice = '';
  /** @type {Event[]} */
  #candidates = [];

  /** @param {Role} role @param {Timers} timers @param {Offer|null} invitation
   * @param {(command: Command) => void} say */
  constructor(role, timers, invitation, say) {
    this.generation = invitation?.generation ?? 1;
    this.offered = role === 'caller';
    this.role = role;
    this.timers = timers;
    this.invitation = invitation;
    this.say = say;
  }

  /** @param {number} generation */
  isOurOffer(generation) {
    return generation === this.generation && this.offered;
  }
  /** @param {number} generation */
  isOurAnswer(generation) {
    return generation === this.generation && !this.offered;
  }
  open() {
    this.mediaOpen = true;
    this.#voice = 'false,false';
    this.say({ type: 'OpenMedia' });
  }
  /** Close what is open; false where nothing is. */
  close() {
    this.repairAt = null;
    const open = this.mediaOpen && !this.mediaGone;
    if (open) this.say({ type: 'CloseMedia' });
    return open;
  }
  /** @param {boolean} sending @param {boolean} hearing */
  setVoice(sending, hearing) {
    const voice = `${sending},${hearing}`;
    if (voice === this.#voice || !this.mediaOpen || this.mediaGone) return;
    this.#voice = voice;
    this.say({ type: 'SetVoice', sending, hearing });
  }
  mediaDied() {
    this.mediaGone = true;
    this.device = this.repairAt = null;
  }
  offer() {
    this.open();
    this.say({ type: 'MakeOffer', generation: this.generation });
  }
  offerAnew() {
    this.#goOn(this.generation + 1, true);
    this.offer();
  }
  /** @param {string} device */
  takeInvitation(device) {
    this.open();
    this.#take(/** @type {Offer} */ (this.invitation), device);
  }
  /** @param {string} device @param {string} sdp */
  takeAnswer(device, sdp) {
    this.say({ type: 'TakeAnswer', generation: this.generation, sdp });
    this.#describe(device);
  }
  /** Offer another path after `wait` seconds; the callee lets the caller go first.
   * @param {number} now @param {number} wait */
  scheduleRepair(now, wait) {
    if (!this.mediaGone) this.repairAt = now + wait + (this.role === 'caller' ? 0 : this.timers.repair);
  }
  /** @param {number} now */
  repair(now) {
    this.#goOn(this.generation + 1, true);
    this.say({ type: 'MakeOffer', generation: this.generation });
    this.scheduleRepair(now, this.timers.repair_again);
  }
  /** @param {Event} offer */
  yieldsTo(offer) {
    if (offer.generation === this.generation) return this.offered && this.role === 'callee';
    return offer.generation > this.generation;
  }
  /** @param {any} offer @param {string} device @param {number} now */
  takeOffer(offer, device, now) {
    this.#goOn(offer.generation, false);
    if (this.mediaGone) return; // the repair that follows the media's return replaces this offer
    this.#take(offer, device);
    this.scheduleRepair(now, this.timers.repair_again);
  }
  /** @param {Event} event */
  addCandidates(event) {
    if (event.generation < this.generation || this.#candidates.length >= MOST_CANDIDATES) return;
    this.#candidates.push(event);
    this.#try(event);
  }
  /** @param {number} generation @param {boolean} offered */
  #goOn(generation, offered) {
    this.generation = generation;
    this.device = null;
    this.lost = false;
    this.offered = offered;
    this.#candidates = this.#candidates.filter((each) => each.generation >= generation);
  }
  /** @param {Offer} offer @param {string} device */
  #take(offer, device) {
    this.say({ type: 'TakeOffer', generation: offer.generation, sdp: offer.sdp });
    this.#describe(device);
  }
  /** @param {string} device */
  #describe(device) {
    this.device = device;
    for (const event of this.#candidates) this.#try(event);
  }
  /** @param {Event} event */
  #try({ generation, device, candidates }) {
    if (generation === this.generation && device === this.device)
      this.say({ type: 'AddCandidates', generation, candidates });
  }
}
