/**
 * What goes out about calls, and comes again until it is acknowledged. Between the desk and the
 * mailboxes: puts numbers and addresses on what a call says, and knows nothing of why it says it.
 * Without input or output: `out` takes what is to be sent now.
 *
 * @typedef {import('./call.js').Machine} Machine
 * @typedef {import('./life.js').Command} Command
 * @typedef {import('./protocol.js').CallMessage} CallMessage
 * @typedef {import('./protocol.js').Signed} Signed
 */
import { Flood, Inbox, Outbox } from './mailbox.js';

const UNSIGNED = ['SendCancel', 'SendDecline', 'SendHangup', 'SendHold'];

/** Whether what a call says stands beside a description, which nobody takes unsigned.
 * @param {Command} command */
export const isSigned = ({ type, sdp }) =>
  type === 'SendRinging' ? Boolean(sdp) : !UNSIGNED.includes(type);

/** The messages of all calls of one device, on their way. */
export class Mail {
  online = false;
  #outbox = new Outbox();
  #inbox = new Inbox();
  #flood = new Flood();
  /** @type {Map<string, any[]>} */
  #early = new Map();
  /** @type {Map<string, any>} */
  #invites = new Map();

  /** @param {(message: any) => void} out */
  constructor(out) {
    this.out = out;
  }

  // ── the connection and the clock ──

  /** When `tick` wants to be called. @returns {number} */
  get deadline() {
    return this.#outbox.deadline;
  }
  /** What was not acknowledged is said again. @param {number} now */
  signedIn(now) {
    this.online = true;
    for (const message of this.#outbox.signedIn(now)) this.out(message);
  }
  /** Say again what is due. @param {number} now */
  tick(now) {
    for (const message of this.#outbox.due(now)) this.out(message);
  }
  /** What a page that comes back needs of one call. @param {string} call */
  save(call) {
    return { outbox: this.#outbox.save(call), inbox: this.#inbox.save(call) };
  }
  /** @param {string} call @param {ReturnType<Mail['save']>} saved @param {number} now */
  restore(call, { outbox, inbox }, now) {
    this.#outbox.restore(call, outbox, now);
    this.#inbox.restore(inbox);
  }

  // ── what comes in ──

  /** Whether to hear a message at all: a flood of invitations is met with silence, since each answer
   * would be one more message of ours. @param {CallMessage} message @param {number} now */
  endures({ type, from }, now) {
    return type !== 'invite' || this.#flood.endures(from, now);
  }
  /** Whether this message is new; it is not from now on. @param {CallMessage} message */
  isNew(message) {
    return this.#inbox.isNew(message);
  }
  /** @param {CallMessage} message */
  acknowledge({ call, seq, from, device }) {
    this.#say({ type: 'ack', call, seq, to: from, to_device: device || null });
  }
  /** Whether this is an invitation that waits for its acknowledgement. @param {string} call
   * @param {number} seq */
  isInvite(call, seq) {
    return this.#outbox.find(call, seq)?.type === 'invite';
  }
  /** Acknowledged, or undeliverable: never again. @param {string} call @param {number} seq */
  settle(call, seq) {
    return this.#outbox.settle(call, seq);
  }

  // ── what goes out ──

  /** Say what a call wants to be said. @param {Machine} call @param {Command} command
   * @param {Signed|undefined} signed @param {number} now */
  sayCommand(call, command, signed, now) {
    const { type, reason, text, generation = call.generation, sdp = '' } = command;
    if (type === 'SendCancel') this.#post(call, 'cancel', now, { reason }, command.device);
    else if (type === 'SendDecline') this.#post(call, 'decline', now, { reason, text });
    else if (type === 'SendHangup') this.#post(call, 'hangup', now, { reason });
    else if (type === 'SendHold') this.#post(call, 'update', now, { body: { held: command.on } });
    else if (type === 'SendOffer')
      this.#post(call, 'update', now, { body: { generation, offer: sdp, signed } });
    else if (type === 'SendOfferAnswer')
      this.#post(call, 'update', now, { body: { generation, answer: sdp, signed } });
    else {
      const kind = { SendInvite: 'invite', SendRinging: 'ringing' }[type] ?? 'answer';
      this.#post(call, kind, now, { body: { generation, sdp, signed } });
    }
    if (type !== 'SendInvite') return;
    for (const early of this.#early.get(call.id) ?? [])
      if (early.generation === generation) this.#post(call, 'candidate', now, { body: early });
    this.#early.delete(call.id);
  }
  /** More ways to reach us. @param {Machine} call
   * @param {{generation: number, candidates: any[]}} found @param {number} now */
  sayCandidates(call, found, now) {
    if (call.role === 'caller' && !call.invited) {
      // Nobody knows this call yet: right after the invitation.
      this.#early.set(call.id, [...(this.#early.get(call.id) ?? []), found]);
    } else this.#post(call, 'candidate', now, { body: found });
  }
  /** The caller's part of the safety words. @param {Machine} call @param {string} reveal
   * @param {number} now */
  sayReveal(call, reveal, now) {
    this.#post(call, 'update', now, { body: { reveal } });
  }
  /** Tell a device of a call that is not, or no more, here. @param {Command} command
   * @param {number} now */
  sayWithoutCall({ type, call, peer, device, reason }, now) {
    const seq = this.#outbox.nextSequence(call);
    const kind = type === 'Refuse' ? 'decline' : 'hangup';
    this.#mail({ type: kind, call, seq, to: peer, to_device: device, reason }, now, false);
  }
  /** Say the invitation again, to one device. @param {Machine} call @param {string} device
   * @param {number} now */
  inviteAgain(call, device, now) {
    const again = { ...this.#invites.get(call.id), seq: this.#outbox.nextSequence(call.id) };
    this.#mail({ ...again, to_device: device }, now, true);
  }
  /** The call is over: what was said while it was live does not matter any more.
   * @param {string} call */
  withdraw(call) {
    this.#outbox.withdraw(call);
  }
  /** The invitation will not be said again. @param {string} call */
  forgetInvite(call) {
    this.#early.delete(call);
    this.#invites.delete(call);
  }
  /** A message to the other side, with number and address. @param {Machine} call @param {string} type
   * @param {string|null} [device] */
  letter(call, type, device = null) {
    const seq = this.#outbox.nextSequence(call.id);
    return { type, call: call.id, seq, to: call.peer, to_device: device ?? call.device };
  }

  /** @param {Machine} call @param {string} type @param {number} now @param {object} fields
   * @param {string|null} [device] */
  #post(call, type, now, fields, device = null) {
    const message = { ...this.letter(call, type, device), ...fields };
    if (type === 'invite') this.#invites.set(call.id, message);
    // What is for a device that was not chosen may wait for one that is gone.
    this.#mail(message, now, device === null && !call.over);
  }
  /** @param {any} message @param {number} now @param {boolean} live */
  #mail(message, now, live) {
    this.#outbox.post(message, now, live);
    this.#say(message);
  }
  /** @param {any} message */
  #say(message) {
    if (this.online) this.out(message);
  }
}

/** Whether this device has a say in this call: one that is not the chosen one may still answer or
 * decline (and hear that it is too late), but no more. @param {Machine} call
 * @param {CallMessage} message */
export const maySpeak = (call, { type, device }) =>
  call.device === null || call.device === device ||
  ['ringing', 'answer', 'decline', 'hangup'].includes(type);
