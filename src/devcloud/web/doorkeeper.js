/**
 * What follows when somebody is not certain: a message kept out, a call broken off by name. Between
 * the desk and its gate, which says what a message is worth. `carryOut` takes what a call on `line`
 * wants after an event, `tell` what the person is to know.
 *
 * @typedef {import('./call.js').Machine} Machine
 * @typedef {import('./desk.js').Action} Action
 * @typedef {import('./errors.js').DevCloudError} DevCloudError
 * @typedef {import('./gate.js').Said} Said
 * @typedef {import('./line.js').Output} Output
 * @typedef {import('./protocol.js').CallMessage} CallMessage
 */
import { Untrusted } from './errors.js';

/** Does what the gate says. */
export class Doorkeeper {
  /** @param {import('./gate.js').Gate} gate @param {import('./line.js').Line} line
   * @param {(outputs: Output[], now: number) => Promise<void>} carryOut
   * @param {(action: Action) => void} tell */
  constructor(gate, line, carryOut, tell) {
    this.gate = gate;
    this.line = line;
    this.carryOut = carryOut;
    this.tell = tell;
  }

  /** Whether a call waits for the person's word on a key. @param {string} id */
  waits(id) {
    return this.gate.trust(id).changedKey !== '';
  }

  /** Let `ring` (cold, or not) a call whose invitation can be relied on; with a changed key, ring cold
   * and end our own call to the same person, which would lead to that key.
   * @param {CallMessage} message @param {Said} said @param {number} now
   * @param {(cold: boolean) => Promise<void>} ring */
  async admitInvite(message, said, now, ring) {
    const { call: id, from: peer, device } = message;
    const { ruling, error } = await this.gate.examine(message, said);
    if (ruling === 'admitted') await ring(false);
    else if (ruling === 'waits' && error) {
      const ours = this.line.diallingTo(peer);
      if (ours) await this.breakOff(ours, error, now);
      await ring(true);
      const theirs = this.line.calls.get(id);
      if (theirs) this.#doubt(theirs, error);
    } else if (error) {
      await this.carryOut(this.line.refuse(id, peer, device, 'untrusted'), now);
      this.tell({ type: 'Distrusted', call: null, error, sender: peer });
    }
    if (!this.line.calls.has(id)) this.gate.forget(id);
  }

  /** Whether a message may go on to its call; if not, say and do what follows from that.
   * @param {Machine} call @param {CallMessage} message @param {Said} said @param {number} now */
  async admits(call, message, said, now) {
    const { ruling, error } = await this.gate.examine(message, said);
    if (ruling === 'dropped' && error) this.tell({ type: 'Dropped', error, sender: message.from });
    else if (ruling === 'refused' && error) await this.breakOff(call, error, now);
    else if (ruling === 'waits' && error) this.#doubt(call, error);
    if (said.event.type === 'HangupReceived' && this.waits(call.id)) {
      // They did not wait for the person's word: what ends this call is the key.
      await this.#end(call, now);
      return false;
    }
    return ruling === 'admitted';
  }

  /** End our calls that have waited for the person's word as long as they may: that, and not silence,
   * is what ends them. @param {number} now */
  async endWaiting(now) {
    for (const call of [...this.line.calls.values()]) {
      const late = call.deadline !== null && now >= call.deadline;
      if (late && call.role === 'caller' && !call.over && this.waits(call.id))
        await this.#end(call, now);
    }
  }
  /** End the calls whose caller did not reveal its part in time. @param {number} now */
  async endUnrevealed(now) {
    for (const id of this.gate.overdue(now)) {
      const call = this.line.calls.get(id);
      if (call) await this.breakOff(call, new Untrusted('reveal_missing', { name: call.peer }), now);
    }
  }
  /** End a call whose other side is not certain. @param {Machine} call @param {DevCloudError} error
   * @param {number} now */
  async breakOff(call, error, now) {
    this.tell({ type: 'Distrusted', call, error, sender: call.peer });
    await this.#end(call, now);
  }

  /** @param {Machine} call @param {number} now */
  async #end(call, now) {
    await this.carryOut(this.line.handle(call.id, { type: 'HangUp', reason: 'untrusted' }, now), now);
  }
  /** @param {Machine} call @param {DevCloudError} error */
  #doubt(call, error) {
    this.tell({ type: 'Distrusted', call, error, sender: call.peer });
    this.tell({ type: 'Changed', call });
  }
}
