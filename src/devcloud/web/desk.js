/**
 * Every decision of a client: who may come in, what a message is worth, what is said and said again.
 * As in Python's `client` room, a lying server finds nothing here that it could use: no description
 * reaches the media before its claim has been checked. Without input or output but for signatures,
 * which take a moment: whoever calls lets one thing end before the next begins.
 *
 * @typedef {import('./call.js').Machine} Machine
 * @typedef {import('./life.js').Event} Event
 * @typedef {import('./life.js').Command} Command
 * @typedef {import('./line.js').Output} Output
 * @typedef {import('./protocol.js').CallMessage} CallMessage
 * @typedef {import('./identity.js').PinBook} PinBook
 * @typedef {import('./gate.js').Said} Said
 * @typedef {{type: 'Say', message: any} | {type: 'Order', call: Machine, command: Command} |
 *   {type: 'Rang', call: Machine} | {type: 'Changed', call: Machine} |
 *   {type: 'Became', old: string, new: string} | {type: 'Remembered', record: any} |
 *   {type: 'Dropped', error: DevCloudError, sender: string} | {type: 'Pinned', book: PinBook} |
 *   {type: 'Distrusted', call: Machine|null, error: DevCloudError, sender: string}} Action
 */
import { Machine as Call } from './call.js';
import { Doorkeeper } from './doorkeeper.js';
import { DevCloudError, ProtocolViolation, Untrusted } from './errors.js';
import { Gate, read } from './gate.js';
import { findPin, isPublicKey } from './identity.js';
import { Line } from './line.js';
import { isSigned, Mail, maySpeak } from './mail.js';
import { sameName } from './names.js';
import { isUnanswered, TIMERS } from './table.js';

const ORDERS = ['OpenMedia', 'MakeOffer', 'TakeOffer', 'TakeAnswer', 'AddCandidates', 'SetVoice', 'CloseMedia'];

/** The decisions of one device of one person. After each call, `drain` says what to do. */
export class Desk {
  /** @type {Action[]} */
  #actions = [];
  #mail = new Mail((message) => this.#do({ type: 'Say', message }));
  #door;

  /** `warm` says whether to connect while it rings, with somebody whose key is known or not.
   * @param {{me: string, key: import('./identity.js').SigningKey, book: PinBook,
   *   warm?: (known: boolean) => boolean, waiting?: boolean, timers?: import('./table.js').Timers}}
   *   options */
  constructor({ me, key, book, warm = (known) => known, waiting = false, timers = TIMERS }) {
    this.me = me;
    this.gate = new Gate(me, key, book, timers.connect);
    this.line = new Line(me, { timers, waiting, warm: (peer) => warm(this.knows(peer)) });
    this.#door = new Doorkeeper(
      this.gate, this.line, (outputs, now) => this.#carryOut(outputs, now), (action) => this.#do(action),
    );
  }

  /** @param {string} name */
  knows(name) {
    return findPin(this.gate.book, name) !== undefined;
  }
  /** When `tick` wants to be called; Infinity for never. @returns {number} */
  get deadline() {
    const { line, gate } = this;
    const mail = this.#mail;
    return mail.online ? Math.min(line.deadline, gate.deadline, mail.deadline) : line.deadline;
  }
  /** @returns {Action[]} */
  drain() {
    return this.#actions.splice(0);
  }

  // ── the person ──

  /** Throws where `peer` may not be called, or `key`, which the server shows, is not the known one;
   * nothing is sent then. `print` shows a key to people.
   * @param {string} peer @param {string} key @param {(key: string) => string} print */
  require(peer, key, print) {
    this.line.require(peer);
    const ringing = this.line.ringingFrom(peer);
    if (ringing) this.gate.requireTrust(ringing.id);
    const pin = findPin(this.gate.book, peer);
    if (!ringing && pin && isPublicKey(key) && pin.key !== key)
      throw new Untrusted('key_changed', { name: peer, old: print(pin.key), new: print(key) });
  }
  /** Call somebody who may be called. @param {string} id @param {string} peer @param {number} now
   * @param {number} wall */
  async place(id, peer, now, wall) {
    await this.#carryOut(this.line.place(id, peer, now, wall), now);
  }
  /** Accept, hang up, hold, mute; news of the media. A call that is over does not mind.
   * @param {string} id @param {Event} event @param {number} now */
  async act(id, event, now) {
    if (event.type === 'Accept') this.gate.requireTrust(id);
    if (event.type === 'HangUp' && !event.reason && !event.text && this.#door.waits(id))
      event = { type: 'HangUp', reason: 'untrusted' };
    await this.#carryOut(this.line.handle(id, event, now), now);
  }
  /** @param {string} id @param {number} now @param {number} wall */
  async acceptKey(id, now, wall) {
    const held = await this.gate.acceptKey(id, wall);
    if (!held) return;
    this.#do({ type: 'Pinned', book: this.gate.book });
    for (const [message, said] of held) await this.#take(message, said, now, wall);
    this.#tellChanged(id);
  }
  /** Change the book by hand. @param {(book: PinBook) => PinBook} change */
  changeBook(change) {
    this.gate.book = change(this.gate.book);
    this.#do({ type: 'Pinned', book: this.gate.book });
    for (const id of this.line.calls.keys()) this.#tellChanged(id);
  }
  /** @param {string} id @param {boolean} match */
  confirmWords(id, match) {
    this.gate.confirmWords(id, match);
    this.#do({ type: 'Pinned', book: this.gate.book });
    this.#tellChanged(id);
  }

  // ── the page goes, and comes back ──

  /** The page goes: calls that nobody has accepted end now; return the last words of the others, for
   * the server to say unless this device is back in time. @param {number} now @returns {any[]} */
  farewell(now) {
    const last = [];
    for (const call of [...this.line.calls.values()]) {
      const reason = call.role === 'callee' ? 'no_answer' : undefined;
      // What this says is not signed, and so is said without waiting.
      if (isUnanswered(call.state)) void this.#carryOut(this.line.handle(call.id, { type: 'HangUp', reason }, now), now);
      else if (call.accepted) last.push({ ...this.#mail.letter(call, 'hangup'), reason: 'completed' });
    }
    return last;
  }
  /** What a page that comes back needs of the calls it was in. */
  save() {
    const accepted = [...this.line.calls.values()].filter((call) => call.accepted);
    return accepted.map((call) => ({
      call: call.save(),
      handshake: /** @type {import('./handshake.js').Handshake} */ (
        this.gate.handshakes.get(call.id)
      ).save(),
      ...this.#mail.save(call.id),
    }));
  }
  /** Go on with what `save` returned; the media offers the next path.
   * @param {ReturnType<Desk['save']>} saved @param {number} now @param {number} wall */
  async resume(saved, now, wall) {
    for (const { call: kept, handshake, ...mail } of saved) {
      const call = Call.resume(kept, now, wall, this.line.timers);
      this.line.calls.set(call.id, call);
      this.gate.resume(call.id, handshake);
      this.#mail.restore(call.id, mail, now);
      this.gate.talking(call, now);
      await this.#carryOut(this.line.handle(call.id, { type: 'MediaBack' }, now), now);
      this.#do({ type: 'Changed', call });
    }
  }

  // ── the clock and the connection ──

  /** @param {number} now */
  async tick(now) {
    await this.#door.endWaiting(now);
    await this.#carryOut(this.line.tick(now), now);
    if (!this.#mail.online) return; // what makes the words cannot come without a connection
    await this.#door.endUnrevealed(now);
    this.#mail.tick(now);
  }
  /** @param {number} now */
  signedIn(now) {
    this.gate.signedIn(now);
    this.#mail.signedIn(now);
  }
  signedOut() {
    this.#mail.online = false;
  }

  // ── what comes in ──

  /** @param {any} message @param {number} now @param {number} wall */
  async received(message, now, wall) {
    if (message.type === 'undeliverable') return this.#undeliverable(message, now);
    if (message.type === 'ack') return this.#acknowledged(message, now);
    if (!this.#mail.endures(message, now)) return;
    let said;
    try {
      said = read(message);
    } catch (error) {
      if (!(error instanceof DevCloudError)) throw error;
      this.#mail.acknowledge(message);
      this.#do({ type: 'Dropped', error, sender: message.from });
      return;
    }
    // Not acknowledged, so that it comes again.
    if (this.#isTooEarly(message, said)) return;
    this.#mail.acknowledge(message);
    if (this.#mail.isNew(message)) await this.#take(message, said, now, wall);
  }

  /** More ways to reach us. @param {string} id @param {number} generation @param {any[]} candidates
   * @param {number} now */
  found(id, generation, candidates, now) {
    const call = this.line.calls.get(id);
    if (call && !call.over && candidates.length)
      this.#mail.sayCandidates(call, { generation, candidates }, now);
  }

  /** @param {CallMessage} message @param {Said} said */
  #isTooEarly(message, { event }) {
    if (event.type === 'Reveal') return false;
    const call = this.line.calls.get(message.call);
    if (call) return call.isTooEarly(event);
    return event.type === 'CandidatesReceived' && this.line.isNew(message.call);
  }

  /** @param {CallMessage} message @param {Said} said @param {number} now @param {number} wall */
  async #take(message, said, now, wall) {
    const { call: id, from, device } = message;
    const call = this.line.calls.get(id);
    if (message.type === 'invite') await this.#takeInvite(message, said, now, wall);
    else if (!call || call.over) {
      if (said.event.type !== 'Reveal')
        await this.#carryOut(this.line.stray(id, from, device, said.event), now);
    } else if (!sameName(from, call.peer)) this.#drop('message_from_stranger', from);
    else if (
      maySpeak(call, message) && (await this.#door.admits(call, message, said, now)) && !call.over
    ) await this.#takeAdmitted(call, message, said, now);
  }

  /** @param {Machine} call @param {CallMessage} message @param {Said} said @param {number} now */
  async #takeAdmitted(call, message, { event }, now) {
    if (event.type === 'Reveal') {
      this.#do({ type: 'Changed', call });
      return;
    }
    let outputs;
    try {
      outputs = this.line.handle(call.id, event, now);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#drop('message_out_of_place', message.from, { type: message.type });
      return;
    }
    await this.#carryOut(outputs, now);
    if (event.type === 'AnswerReceived' && call.accepted && event.device === call.device) {
      const reveal = this.gate.reveal(call.id);
      if (reveal) this.#mail.sayReveal(call, reveal, now);
    }
  }

  /** @param {CallMessage} message @param {Said} said @param {number} now @param {number} wall */
  async #takeInvite(message, said, now, wall) {
    const { call: id, from: peer, device } = message;
    const offer = { generation: said.generation, sdp: said.event.sdp };
    /** @param {boolean} cold */
    const ring = (cold) =>
      this.#carryOut(this.line.invited(id, { peer, device, offer, now, wall, cold }), now);
    if (this.line.isNew(id)) await this.#door.admitInvite(message, said, now, ring);
    else await ring(false);
  }

  /** @param {any} ack @param {number} now */
  async #acknowledged(ack, now) {
    const settled = this.#mail.settle(ack.call, ack.seq);
    const call = this.line.calls.get(ack.call);
    if (!call || call.role !== 'caller' || call.over) return;
    // The invitation is number 1; a second device's ack finds it settled already.
    const invited = settled ? settled.type === 'invite' : ack.seq === 1;
    if (invited && sameName(ack.from, call.peer))
      await this.#carryOut(this.line.handle(call.id, { type: 'DeviceReached', device: ack.device }, now), now);
  }

  /** @param {any} message @param {number} now */
  async #undeliverable({ call, seq, code }, now) {
    // They may be signing in again at this moment: the outbox repeats it.
    if (code === 'offline' && !this.#mail.isInvite(call, seq)) return;
    await this.notTaken(call, seq, code === 'unknown_name' ? code : 'offline', now);
  }

  /** The server did not deliver a message: it is not said again, and ends what it began.
   * @param {string} id @param {number} seq @param {string} reason @param {number} now */
  async notTaken(id, seq, reason, now) {
    const invite = this.#mail.settle(id, seq)?.type === 'invite';
    const call = this.line.calls.get(id);
    if (invite && call && !call.over)
      await this.#carryOut(this.line.handle(id, { type: 'InviteUndeliverable', reason }, now), now);
  }

  // ── what goes out ──

  /** @param {Output[]} outputs @param {number} now */
  async #carryOut(outputs, now) {
    for (const [call, command] of outputs) {
      const { type } = command;
      if (type === 'Remember') this.#do({ type: 'Remembered', record: command.record });
      else if (type === 'Become') {
        this.gate.forget(command.old);
        this.#do({ type: 'Became', old: command.old, new: command.new });
      } else if (!call) this.#mail.sayWithoutCall(command, now);
      else if (type === 'Rang') this.#do({ type: 'Rang', call });
      else if (type === 'InviteAgain') this.#mail.inviteAgain(call, command.device, now);
      else if (type === 'Announce') this.#announce(call, now);
      else if (ORDERS.includes(type)) this.#do({ type: 'Order', call, command });
      else {
        // It must not ring there again.
        if (call.over) this.#mail.withdraw(call.id);
        // Nothing is waited for where nothing is signed.
        const signed = isSigned(command) ? await this.gate.sign(call, command) : undefined;
        if (!signed || !call.over) this.#mail.sayCommand(call, command, signed, now);
      }
    }
  }

  /** @param {Machine} call @param {number} now */
  #announce(call, now) {
    this.#do({ type: 'Changed', call });
    if (call.ringsUntil === null) this.#mail.forgetInvite(call.id);
    if (call.over) this.#mail.withdraw(call.id);
    if (call.accepted && this.gate.talking(call, now)) this.#do({ type: 'Pinned', book: this.gate.book });
    if (call.state === 'ended') this.gate.forget(call.id);
  }

  /** @param {string} code @param {string} sender @param {object} [values] */
  #drop(code, sender, values = {}) {
    this.#do({ type: 'Dropped', error: new ProtocolViolation(code, values), sender });
  }
  /** @param {string} id */
  #tellChanged(id) {
    const call = this.line.calls.get(id);
    if (call) this.#do({ type: 'Changed', call });
  }
  /** @param {Action} action */
  #do(action) {
    this.#actions.push(action);
  }
}
