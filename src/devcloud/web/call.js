/**
 * The life of a call: the same machine as the programs' in Python, with the same table and the same
 * words (tests/vectors/call). Without input or output: `now` is an
 * argument, in seconds; what is to be done comes back as commands.
 *
 * @typedef {'caller'|'callee'} Role
 * @typedef {{type: string, [field: string]: any}} Event
 * @typedef {{type: string, [field: string]: any}} Command
 * @typedef {import('./table.js').Timers} Timers
 * @typedef {{generation: number, sdp: string}} Offer
 */
import { Paths } from './paths.js';
import { CONNECTING, EARLY, isAccepted, isOver, isUnanswered, TABLE, TIMERS } from './table.js';

const MOST_DEVICES = 64;
const ONLY_THAT_DEVICE = ['busy', 'no_answer', 'media_failed', 'error'];
const DECLINES = ['declined', 'rejected_by_policy', 'untrusted', ...ONLY_THAT_DEVICE];

/** One call. Read it; change it through `begin`, `handle` and `tick` only. */
export class Machine {
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
  #begunAt = 0;
  #firstAnswer = '';
  #answerSent = false;
  #holdOrder = 0;
  /** @type {Set<string>} */
  #declinedBy = new Set();
  /** @type {string|null} */
  #declinedWith = null;
  #ringsUntil = 0;
  /** @type {number|null} */
  #until = null;
  /** @type {Command[]} */
  #out = [];

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
    this.paths = new Paths(role, timers, offer, (command) => this.#do(command));
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
    const until = this.#until;
    const { repairAt } = this.paths;
    return until === null || repairAt === null ? (until ?? repairAt) : Math.min(until, repairAt);
  }
  /** When ringing gives up. */
  get ringsUntil() {
    return isUnanswered(this.state) ? this.#until : null;
  }
  /** The time of day at `now`, counted from the beginning. @param {number} now */
  wallAt(now) {
    return this.wall + now - this.#begunAt;
  }

  /** Start dialling, or ringing. @param {number} now */
  begin(now) {
    this.#begunAt = now;
    this.#until = this.#ringsUntil = now + this.timers.ring;
    if (this.role === 'caller') this.paths.offer();
    else if (this.warm) this.#takeInvitation();
    else this.#do({ type: 'SendRinging', sdp: '' });
    this.#announce();
    return this.#drain();
  }

  /** Take one event and return what to do. Throws RangeError where it cannot happen.
   * @param {Event} event @param {number} now */
  handle(event, now) {
    if (this.over) {
      if (this.state === 'ending' && ['MediaClosed', 'MediaGone'].includes(event.type)) this.#finish();
    } else if (event.type === 'HangUp') {
      this.#hangUp(event.reason, now, event.text);
    } else {
      const rule = TABLE[this.role][this.state]?.[event.type];
      if (!rule) throw new RangeError(`${event.type} while ${this.role} and ${this.state}`);
      this.#rules[rule](event, now);
    }
    return this.#drain();
  }

  /** Let time pass. @param {number} now */
  tick(now) {
    const { repairAt } = this.paths;
    if (this.#until !== null && now >= this.#until) this.#runOut(now);
    else if (repairAt !== null && now >= repairAt) this.#repair(now);
    return this.#drain();
  }

  /** Whether this has overtaken the answer. @param {Event} event */
  isTooEarly(event) {
    const waits = this.role === 'caller' && isUnanswered(this.state);
    return waits && (event.type === 'OfferReceived' || event.type === 'HoldReceived');
  }

  /** What a page that comes back needs. @param {number} now */
  save(now) {
    const { id, role, me, peer, device, muted, heldHere, heldThere, generation } = this;
    const accepted = this.acceptedAt === null ? null : this.wallAt(this.acceptedAt);
    return {
      id, role, me, peer, device, muted, heldHere, heldThere, generation, accepted, wall: this.wall,
      offer: this.paths.invitation, holdOrder: this.#holdOrder, answerSent: this.#answerSent,
      at: this.wallAt(now),
    }; // prettier-ignore
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
    call.#begunAt = now - (wall - saved.wall);
    call.acceptedAt = saved.accepted === null ? now : call.#begunAt + saved.accepted - saved.wall;
    call.#holdOrder = saved.holdOrder;
    call.#answerSent = saved.answerSent;
    call.#until = now + timers.reconnect;
    call.state = 'reconnecting';
    call.paths.generation = saved.generation;
    call.paths.mediaGone = true;
    return call;
  }

  /** @type {Record<string, (event: any, now: number) => void>} */
  #rules = {
    ignore: () => {},
    media_refused: (_, now) => this.#hangUp('media_failed', now),
    candidates_received: (event) => this.paths.addCandidates(event),

    // ── before the answer ──
    invitation_made: ({ generation, sdp }) => {
      if (!this.paths.isOurOffer(generation)) return;
      this.invited = true;
      this.#do({ type: 'SendInvite', generation, sdp });
    },
    device_reached: ({ device }) => {
      if (this.#declinedBy.has(device) || this.devices.size >= MOST_DEVICES) return;
      this.devices.add(device);
      this.#declinedWith = null;
      this.#until = this.#ringsUntil;
    },
    rang: (event, now) => {
      this.#rules.device_reached(event, now);
      if (!this.devices.has(event.device)) return;
      if (event.sdp && this.paths.device === null && !this.paths.lost) {
        this.paths.takeAnswer(event.device, event.sdp);
        this.#enter('connecting_before_accepted');
      } else if (this.state === 'dialling') this.#enter('ringing_out');
    },
    declined: (event, now) => {
      const reason = DECLINES.includes(event.reason) ? event.reason : 'declined';
      this.devices.delete(event.device);
      if (this.#declinedBy.size < MOST_DEVICES) this.#declinedBy.add(event.device);
      if (!ONLY_THAT_DEVICE.includes(reason)) {
        this.text = event.text;
        this.#giveUp(reason, now);
        return;
      }
      if (event.device === this.paths.device) this.#loseEarlyPath();
      if (this.devices.size) return;
      // Another device may be about to say that it rings.
      this.#declinedWith = reason;
      this.#until = Math.min(this.#ringsUntil, now + this.timers.others);
    },
    cancelled: ({ reason }, now) => this.#end(reason, now),
    hung_up_early: ({ device, reason }, now) => {
      // A hangup that has overtaken its answer, or a caller that hangs up where it should cancel.
      this.devices.delete(device);
      this.#giveUp(reason === 'completed' ? 'cancelled' : reason, now);
    },
    undeliverable: ({ reason }, now) => {
      if (!this.devices.size) this.#end(reason, now);
    },
    first_answer_made: ({ sdp }) => {
      this.#firstAnswer = sdp;
      this.#do({ type: 'SendRinging', sdp });
      this.#enter('connecting_before_accepted');
    },
    path_up_early: ({ generation }) => {
      if (generation === this.generation && this.state === EARLY[0]) this.#enter(EARLY[1]);
    },
    path_wavered_early: ({ generation }) => {
      if (generation === this.generation && this.state === EARLY[1]) this.#enter(EARLY[0]);
    },
    path_lost_early: ({ generation }) => {
      if (generation === this.generation) this.#loseEarlyPath();
    },
    media_died_early: () => {
      this.paths.mediaDied();
      if (this.invited || this.#firstAnswer) this.#loseEarlyPath();
    },
    media_returned_early: () => {
      this.paths.mediaGone = false;
      // The path is lost where it was offered: the next one is for after acceptance.
      if (this.invited || this.#firstAnswer) this.paths.open();
      else if (this.role === 'caller') this.paths.offerAnew();
      else if (this.paths.mediaOpen) this.#takeInvitation();
    },

    // ── from the answer on ──
    accept: (_, now) => {
      this.acceptedAt = now;
      this.#becomeAccepted(now, this.state === EARLY[1]);
      if (this.paths.lost) {
        this.#sendAnswer('');
        this.#offerNow(now);
      } else if (this.#firstAnswer) this.#sendAnswer(this.#firstAnswer);
      else if (!this.paths.mediaOpen && !this.paths.mediaGone) this.#takeInvitation();
    },
    answered: ({ device, sdp }, now) => {
      this.acceptedAt = now;
      this.#declinedWith = null;
      this.device = device;
      for (const other of [...this.devices].sort())
        if (other !== device) this.#do({ type: 'SendCancel', reason: 'answered_elsewhere', device: other });
      this.devices = new Set([device]);
      const ours = this.paths.device === device && !this.paths.lost;
      this.#becomeAccepted(now, ours && this.state === EARLY[1]);
      // There is a path, or that device has lost its own and offers the next.
      if (ours || !sdp) return;
      // The path was with another device, or is lost: make one with this device.
      if (this.paths.device !== null || this.paths.lost) this.#offerNow(now);
      else this.paths.takeAnswer(device, sdp);
    },
    reached_too_late: ({ device }) => {
      if (device !== this.device)
        this.#do({ type: 'SendCancel', reason: 'answered_elsewhere', device });
    },
    hung_up: ({ device, reason }, now) => {
      if (device === this.device) this.#end(reason, now);
    },
    hold: ({ on }) => {
      if (on === this.heldHere) return;
      this.heldHere = on;
      this.#do({ type: 'SendHold', on });
      this.#restOrTalk();
    },
    held: ({ on, order }) => {
      if (order <= this.#holdOrder) return;
      this.#holdOrder = order;
      this.heldThere = on;
      this.#restOrTalk();
    },
    mute: ({ on }) => {
      this.muted = on;
      this.#setVoice();
      this.#announce();
    },
    path_up: ({ generation }) => {
      if (generation === this.generation) this.#pathIsUp();
    },
    path_wavered: ({ generation }, now) => {
      if (generation !== this.generation) return;
      this.#goReconnecting(now);
      this.paths.scheduleRepair(now, this.timers.waver);
    },
    offer_made: ({ generation, sdp }) => {
      if (this.paths.isOurOffer(generation)) this.#do({ type: 'SendOffer', generation, sdp });
    },
    answer_made: ({ generation, sdp }) => {
      if (!this.paths.isOurAnswer(generation)) return;
      if (this.role === 'callee' && !this.#answerSent) this.#sendAnswer(sdp);
      else this.#do({ type: 'SendOfferAnswer', generation, sdp });
    },
    offer_received: (event, now) => {
      if (!this.paths.yieldsTo(event)) return;
      this.#goReconnecting(now);
      this.paths.takeOffer(event, /** @type {string} */ (this.device), now);
    },
    offer_answered: ({ generation, sdp }) => {
      const { paths } = this;
      if (paths.isOurOffer(generation) && paths.device === null && !paths.mediaGone)
        paths.takeAnswer(/** @type {string} */ (this.device), sdp);
    },
    media_died: (_, now) => {
      this.paths.mediaDied();
      this.#goReconnecting(now);
    },
    media_returned: (_, now) => {
      this.paths.mediaGone = false;
      if (this.role === 'callee' && !this.#answerSent) this.#takeInvitation();
      else {
        this.paths.open();
        this.#repair(now);
      }
      this.#setVoice();
    },
  };

  /** @param {string|null|undefined} reason @param {number} now @param {string} [text] */
  #hangUp(reason, now, text = '') {
    if (this.accepted) {
      reason ??= 'completed';
      this.#do({ type: 'SendHangup', reason });
    } else if (this.role === 'callee') {
      reason ??= 'declined';
      this.#do({ type: 'SendDecline', reason, text });
    } else {
      reason ??= 'cancelled';
      this.#cancel(reason);
    }
    this.#end(reason, now);
  }

  /** @param {number} now */
  #runOut(now) {
    if (this.state === 'ending') this.#finish();
    else if (this.state === CONNECTING[0]) this.#hangUp('media_failed', now);
    else if (this.state === 'reconnecting') this.#hangUp('connection_lost', now);
    else if (this.#declinedWith !== null) this.#end(this.#declinedWith, now);
    // Where not even the invitation has been acknowledged, the way to the server is at fault.
    else this.#hangUp(this.role === 'caller' && !this.devices.size ? 'connection_lost' : 'no_answer', now);
  }

  /** Stop the ringing wherever it rings: what is said to all counts as heard once one has heard it.
   * @param {string} reason */
  #cancel(reason) {
    if (this.invited) this.#do({ type: 'SendCancel', reason, device: null });
    if (this.devices.size > 1)
      for (const device of [...this.devices].sort()) this.#do({ type: 'SendCancel', reason, device });
  }

  /** @param {string} reason @param {number} now */
  #giveUp(reason, now) {
    if (this.devices.size) this.#cancel(reason);
    this.#end(reason, now);
  }

  /** @param {string} reason @param {number} now */
  #end(reason, now) {
    this.reason = reason;
    this.#until = null;
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
    this.#do({ type: 'Remember', record });
    if (this.paths.close()) {
      this.#until = now + this.timers.close;
      this.#enter('ending');
    } else this.#enter('ended');
  }

  #finish() {
    this.#until = null;
    this.#enter('ended');
  }
  #takeInvitation() {
    this.paths.takeInvitation(/** @type {string} */ (this.device));
  }
  #loseEarlyPath() {
    this.paths.lost = true;
    if (EARLY.includes(this.state)) this.#enter(this.role === 'caller' ? 'ringing_out' : 'ringing_in');
  }
  /** @param {number} now @param {boolean} connected */
  #becomeAccepted(now, connected) {
    if (connected) {
      this.#pathIsUp();
      return;
    }
    this.#until = now + this.timers.connect;
    this.paths.scheduleRepair(now, this.timers.repair_again);
    this.#enter(CONNECTING[0]);
  }
  /** @param {string} sdp */
  #sendAnswer(sdp) {
    this.#answerSent = true;
    this.#do({ type: 'SendAnswer', generation: this.generation, sdp });
  }
  #restOrTalk() {
    if (this.state === 'active' || this.state === 'held') this.#enter(this.#connectedState());
    else this.#announce();
    this.#setVoice();
  }
  #connectedState() {
    return this.heldHere || this.heldThere ? 'held' : 'active';
  }
  #pathIsUp() {
    this.#until = this.paths.repairAt = null;
    this.#enter(this.#connectedState());
    this.#setVoice();
  }
  /** @param {number} now */
  #goReconnecting(now) {
    if (this.state !== 'active' && this.state !== 'held') return;
    this.#until = now + this.timers.reconnect;
    this.#enter('reconnecting');
  }
  /** @param {number} now */
  #repair(now) {
    // Without our answer the caller has no use for an offer.
    if (this.role === 'callee' && !this.#answerSent) this.#sendAnswer('');
    this.paths.repair(now);
  }
  /** @param {number} now */
  #offerNow(now) {
    if (!this.paths.mediaGone) this.#repair(now);
  }
  #setVoice() {
    const hearing = this.accepted && !this.heldHere && !this.heldThere;
    this.paths.setVoice(hearing && !this.muted, hearing);
  }
  /** @param {string} state */
  #enter(state) {
    this.state = state;
    this.#announce();
  }
  #announce() {
    this.#do({ type: 'Announce' });
  }
  /** @param {Command} command */
  #do(command) {
    this.#out.push(command);
  }
  #drain() {
    return this.#out.splice(0);
  }
}
