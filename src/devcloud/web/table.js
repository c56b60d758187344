/**
 * What may happen when in a call: the whole machine, to be read at once (tests/vectors/call).
 *
 * @typedef {{ring: number, connect: number, reconnect: number, waver: number, repair: number,
 *   repair_again: number, others: number, close: number}} Timers
 */

/** Seconds. @type {Timers} */
export const TIMERS = {
  ring: 45, connect: 15, reconnect: 30, waver: 1, repair: 4, repair_again: 8, others: 0.5, close: 2,
};

export const EARLY = ['connecting_before_accepted', 'connected_before_accepted'];
const OUT = ['dialling', 'ringing_out', ...EARLY];
const IN = ['ringing_in', ...EARLY];
export const CONNECTING = ['connecting_after_accepted'];
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
