/**
 * The life of a call, and all calls of one device: the same machine as the programs' in Python, with
 * the same table and the same words (tests/vectors/call). Without input or output: `now` is an
 * argument, in seconds; what is to be done comes back as commands.
 *
 * @typedef {'caller'|'callee'} Role
 * @typedef {{type: string, [field: string]: any}} Event
 * @typedef {{type: string, [field: string]: any}} Command
 * @typedef {{ring: number, connect: number, reconnect: number, waver: number, repair: number,
 *   repair_again: number, others: number, close: number}} Timers
 * @typedef {{generation: number, sdp: string}} Offer
 * @typedef {[Machine|null, Command]} Output  a command, and the call it is about
 */
import { DevCloudError } from './errors.js';
import { foldName, sameName } from './names.js';

/** Seconds. @type {Timers} */
export const TIMERS = {
  ring: 45, connect: 15, reconnect: 30, waver: 1, repair: 4, repair_again: 8, others: 0.5, close: 2,
}; // prettier-ignore
const MOST_CANDIDATES = 64;
const MOST_DEVICES = 64;
const MOST_RINGING = 8;
const MOST_REMEMBERED = 512;

const EARLY = ['connecting_before_accepted', 'connected_before_accepted'];
const OUT = ['dialling', 'ringing_out', ...EARLY];
const IN = ['ringing_in', ...EARLY];
const CONNECTING = ['connecting_after_accepted'];
const TALKING = ['active', 'held', 'reconnecting'];
const ACCEPTED = [...CONNECTING, ...TALKING];
/** @param {string} state */
export const isUnanswered = (state) => OUT.includes(state) || state === 'ringing_in';
/** @param {string} state */
export const isAccepted = (state) => ACCEPTED.includes(state);
/** @param {string} state */
export const isOver = (state) => state === 'ending' || state === 'ended';

/** Event, roles, states, rule. HangUp works in every state; what comes while over is ignored. */
const ROWS = /** @type {[string, string, string[], string][]} */ ([
  // what the person wants
  ['Accept', 'callee', IN, 'accept'],
  ['Accept', 'callee', ACCEPTED, 'ignore'],
  ['Hold', 'both', ACCEPTED, 'hold'],
  ['Mute', 'caller', [...OUT, ...ACCEPTED], 'mute'],
  ['Mute', 'callee', [...IN, ...ACCEPTED], 'mute'],
  // what the other side said
  ['DeviceReached', 'caller', OUT, 'device_reached'],
  ['DeviceReached', 'caller', ACCEPTED, 'reached_too_late'],
  ['RingingReceived', 'caller', ['dialling', 'ringing_out'], 'rang'],
  ['RingingReceived', 'caller', EARLY, 'device_reached'],
  ['RingingReceived', 'caller', ACCEPTED, 'reached_too_late'],
  ['AnswerReceived', 'caller', OUT, 'answered'],
  ['AnswerReceived', 'caller', ACCEPTED, 'reached_too_late'],
  ['DeclineReceived', 'caller', OUT, 'declined'],
  ['DeclineReceived', 'caller', ACCEPTED, 'ignore'],
  ['CancelReceived', 'callee', [...IN, ...ACCEPTED], 'cancelled'],
  ['HangupReceived', 'caller', OUT, 'hung_up_early'],
  ['HangupReceived', 'callee', IN, 'hung_up_early'],
  ['HangupReceived', 'both', ACCEPTED, 'hung_up'],
  ['InviteUndeliverable', 'caller', OUT, 'undeliverable'],
  ['InviteUndeliverable', 'caller', ACCEPTED, 'ignore'],
  ['CandidatesReceived', 'caller', [...OUT, ...ACCEPTED], 'candidates_received'],
  ['CandidatesReceived', 'callee', [...IN, ...ACCEPTED], 'candidates_received'],
  ['OfferReceived', 'both', ACCEPTED, 'offer_received'],
  ['OfferAnswered', 'both', ACCEPTED, 'offer_answered'],
  ['HoldReceived', 'both', ACCEPTED, 'held'],
  // what the media said; news of an older path is dropped by the rules
  ['OfferMade', 'caller', ['dialling'], 'invitation_made'],
  ['OfferMade', 'caller', ['ringing_out', ...EARLY], 'ignore'],
  ['OfferMade', 'both', ACCEPTED, 'offer_made'],
  ['AnswerMade', 'callee', ['ringing_in'], 'first_answer_made'],
  ['AnswerMade', 'both', ACCEPTED, 'answer_made'],
  ['PathUp', 'caller', ['dialling', 'ringing_out'], 'ignore'],
  ['PathUp', 'callee', ['ringing_in'], 'ignore'],
  ['PathUp', 'both', EARLY, 'path_up_early'],
  ['PathUp', 'both', ACCEPTED, 'path_up'],
  ['PathWavered', 'caller', ['dialling', 'ringing_out'], 'ignore'],
  ['PathWavered', 'callee', ['ringing_in'], 'ignore'],
  ['PathWavered', 'both', EARLY, 'path_wavered_early'],
  ['PathWavered', 'both', CONNECTING, 'ignore'],
  ['PathWavered', 'both', TALKING, 'path_wavered'],
  ['PathLost', 'caller', OUT, 'path_lost_early'],
  ['PathLost', 'callee', IN, 'path_lost_early'],
  ['PathLost', 'both', ACCEPTED, 'path_wavered'],
  ['MediaGone', 'caller', OUT, 'media_died_early'],
  ['MediaGone', 'callee', IN, 'media_died_early'],
  ['MediaGone', 'both', ACCEPTED, 'media_died'],
  ['MediaBack', 'caller', OUT, 'media_returned_early'],
  ['MediaBack', 'callee', IN, 'media_returned_early'],
  ['MediaBack', 'both', ACCEPTED, 'media_returned'],
  ['MediaRefused', 'caller', [...OUT, ...ACCEPTED], 'media_refused'],
  ['MediaRefused', 'callee', [...IN, ...ACCEPTED], 'media_refused'],
]);

/** Role → state → event → rule. @type {Record<string, Record<string, Record<string, string>>>} */
export const TABLE = { caller: {}, callee: {} };
for (const [event, who, states, rule] of ROWS)
  for (const role of who === 'both' ? ['caller', 'callee'] : [who])
    for (const state of states) (TABLE[role][state] ??= {})[event] = rule;

/** The paths of one call, one after another, and all that is asked of the media for them. */
class Paths {
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
    }); // prettier-ignore
    if (ours && !cold) return this.#yield(ours, call, now);
    const superseded = this.busy ? this.#supersede(peer, now) : [];
    if (this.busy) {
      const record = {
        call: id, caller: peer, callee: this.me, kind: 'devcloud', begun_at: wall,
        answered_at: null, ended_at: wall, reason: 'busy',
      }; // prettier-ignore
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
