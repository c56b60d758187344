/**
 * One call, as the pages hold it. Decides nothing: what the person wants goes to the client, and what
 * became of it comes back.
 *
 * @typedef {import('./call.js').Machine} Machine
 */
import { Untrusted } from './errors.js';
import { SILENCE_DBFS } from './media.js';
import { isOver } from './table.js';

/** One call. Event 'changed'. */
export class Call extends EventTarget {
  id = '';
  peer = '';
  /** @type {'caller'|'callee'} */
  role = 'caller';
  /** @type {'devcloud'|'2023'} */
  kind = 'devcloud';
  /** @type {import('./client.js').State} */
  state = 'dialling';
  /** Why it ended (`EndReason`), or null. @type {string|null} */
  reason = null;
  /** A word of the callee when declining. */
  text = '';
  muted = false;
  heldHere = false;
  heldThere = false;
  encrypted = false;
  /** The safety words have been compared with this person, now or earlier. */
  verified = false;
  /** Four words once both have accepted. @type {string[]} */
  safetyWords = [];
  /** The fingerprint of the other side's key, once shown. */
  peerKey = '';
  /** It is not the one they had before: nothing goes on before `acceptKey`. */
  keyChanged = false;
  /** When ringing gives up, in milliseconds since 1970. @type {number|null} */
  ringsUntil = null;
  /** When it was accepted, in milliseconds since 1970. @type {number|null} */
  startedAt = null;
  /** Once a second in a call. @type {import('./client.js').Quality|null} */
  quality = null;
  /** What went wrong last. @type {import('./errors.js').DevCloudError|null} */
  trouble = null;
  /** @type {number|null} */
  #endedAt = null;
  /** Since when the path is lost. @type {number|null} */
  #lostAt = null;
  #lostMs = 0;
  #client;

  /** (made by the client) @param {import('./core.js').Core} client
   * @param {Pick<Machine, 'id'|'peer'|'role'>} machine */
  constructor(client, machine) {
    super();
    this.#client = client;
    this.become(machine);
  }

  /** Since acceptance, to the end where there is one; without the time in which nobody could talk. */
  get durationS() {
    if (this.startedAt === null) return 0;
    const until = this.#lostAt ?? this.#endedAt ?? Date.now();
    return Math.max(0, (until - this.startedAt - this.#lostMs) / 1000);
  }
  /** Peaks in dBFS (-100: silence), measured when read; not told by 'changed'. */
  get levels() {
    const voice = this.#client.voice(this.id);
    const open = voice && !this.muted && !isOver(this.state);
    return {
      inputDbfs: open ? this.#client.media.inputDbfs : SILENCE_DBFS,
      outputDbfs: voice?.outputDbfs ?? SILENCE_DBFS,
    };
  }

  /** Throws DevCloudError key_changed_ask. */
  accept() {
    this.#client.act(this.id, { type: 'Accept' });
  }
  /** @param {string} [text] a word for the caller, at most 200 characters */
  decline(text = '') {
    this.#client.act(this.id, { type: 'HangUp', text: [...text].slice(0, 200).join('') });
  }
  hangUp() {
    this.#client.act(this.id, { type: 'HangUp' });
  }
  /** @param {boolean} on */
  hold(on) {
    this.#client.act(this.id, { type: 'Hold', on });
  }
  /** @param {boolean} on */
  mute(on) {
    this.#client.act(this.id, { type: 'Mute', on });
  }
  /** The person says that the other side's changed key is right: the call goes on. An incoming one
   * still has to be accepted. */
  acceptKey() {
    this.#client.acceptKeyOf(this.id);
  }
  /** Throws DevCloudError words_not_there. @param {boolean} match */
  confirmWords(match) {
    this.#client.confirmWords(this.id, match);
  }

  /** (for the client) @param {Pick<Machine, 'id'|'peer'|'role'>} machine */
  become({ id, peer, role }) {
    this.id = id;
    this.peer = peer;
    this.role = role;
  }
  /** (for the client) @param {Machine} machine @param {number} now */
  take(machine, now) {
    const { state, reason, text, muted, heldHere, heldThere, ringsUntil, acceptedAt } = machine;
    Object.assign(this, { state, reason, text, muted, heldHere, heldThere });
    this.ringsUntil = ringsUntil === null ? null : Date.now() + (ringsUntil - now) * 1000;
    if (acceptedAt !== null) this.startedAt = machine.wallAt(acceptedAt) * 1000;
    if (machine.over) this.#endedAt ??= Date.now();
    else if (state === 'reconnecting') this.#lostAt ??= Date.now();
    else if (this.#lostAt !== null) {
      this.#lostMs += Date.now() - this.#lostAt;
      this.#lostAt = null;
    }
    if (state === 'active' || state === 'held') this.encrypted = true;
    if (reason === 'untrusted') this.trouble ??= new Untrusted('untrusted_there', { name: this.peer });
  }
}
