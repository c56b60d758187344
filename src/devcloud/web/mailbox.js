/**
 * Messages that arrive once: said again until acknowledged, repeats dropped; and how many invitations
 * are heard. Without input or output: time is an argument.
 *
 * @typedef {import('./protocol.js').CallMessage} CallMessage
 */
import { foldName } from './names.js';

const FIRST_REPEAT_S = 2;
const LONGEST_REPEAT_S = 8;
export const KEPT_S = 60;
const MOST_MESSAGES = 512;
const MOST_REMEMBERED = 1024;

/** Drop the oldest of a Map that has become too large. @param {Map<any, any>} map @param {number} most */
const trim = (map, most) => {
  if (map.size > most) map.delete(map.keys().next().value);
};

/** What has been said and not yet been acknowledged. */
export class Outbox {
  /** @typedef {{message: CallMessage, repeatAt: number, wait: number, expiresAt: number}} Letter */
  /** @type {Map<string, Letter>} */
  #letters = new Map();
  /** @type {Map<string, number>} */
  #sequence = new Map();

  /** The number for the next message of a call, from 1. @param {string} call */
  nextSequence(call) {
    const next = (this.#sequence.get(call) ?? 0) + 1;
    this.#sequence.delete(call);
    this.#sequence.set(call, next);
    trim(this.#sequence, MOST_REMEMBERED);
    return next;
  }

  /** Keep a message. What is said in a `live` call is kept until it is withdrawn, else a minute.
   * @param {CallMessage} message @param {number} now @param {boolean} live */
  post(message, now, live) {
    const expiresAt = live ? Infinity : now + KEPT_S;
    const letter = { message, repeatAt: now + FIRST_REPEAT_S, wait: FIRST_REPEAT_S, expiresAt };
    this.#letters.set(`${message.call} ${message.seq}`, letter);
    trim(this.#letters, MOST_MESSAGES);
  }

  /** @param {string} call @param {number} seq @returns {CallMessage|undefined} */
  find(call, seq) {
    return this.#letters.get(`${call} ${seq}`)?.message;
  }

  /** Acknowledged, or undeliverable: never again. @param {string} call @param {number} seq */
  settle(call, seq) {
    const message = this.find(call, seq);
    this.#letters.delete(`${call} ${seq}`);
    return message;
  }

  /** The call is over: what was said while it was live does not matter any more.
   * @param {string} call */
  withdraw(call) {
    for (const [key, { message, expiresAt }] of this.#letters)
      if (message.call === call && expiresAt === Infinity) this.#letters.delete(key);
  }

  /** All that is to be said again over a new connection. @param {number} now */
  signedIn(now) {
    this.#giveUp(now);
    return [...this.#letters.values()].map((letter) => {
      letter.wait = FIRST_REPEAT_S;
      letter.repeatAt = now + letter.wait;
      return letter.message;
    });
  }

  /** When `due` will have something. @returns {number} */
  get deadline() {
    return Math.min(...[...this.#letters.values()].map((letter) => letter.repeatAt));
  }

  /** What is to be said again now. @param {number} now */
  due(now) {
    this.#giveUp(now);
    const again = [...this.#letters.values()].filter((letter) => now >= letter.repeatAt);
    for (const letter of again) {
      letter.wait = Math.min(2 * letter.wait, LONGEST_REPEAT_S);
      letter.repeatAt = now + letter.wait;
    }
    return again.map((letter) => letter.message);
  }

  /** What a page that comes back needs of one call. @param {string} call */
  save(call) {
    const live = [...this.#letters.values()].filter((letter) => letter.expiresAt === Infinity);
    const unheard = live.map((letter) => letter.message).filter((each) => each.call === call);
    return { sequence: this.#sequence.get(call) ?? 0, unheard };
  }

  /** @param {string} call @param {{sequence: number, unheard: CallMessage[]}} saved
   * @param {number} now */
  restore(call, saved, now) {
    this.#sequence.set(call, saved.sequence);
    for (const message of saved.unheard) this.post(message, now, true);
  }

  /** @param {number} now */
  #giveUp(now) {
    for (const [key, letter] of this.#letters) if (now >= letter.expiresAt) this.#letters.delete(key);
  }
}

/** Which messages have been here before, by call and sender. */
export class Inbox {
  /** @type {Map<string, Set<number>>} */
  #senders = new Map();

  /** Whether this message is new; it is not from now on.
   * @param {{call: string, device: string, seq: number}} message */
  isNew({ call, device, seq }) {
    const key = `${call} ${device}`;
    const seen = this.#senders.get(key) ?? new Set();
    this.#senders.delete(key);
    this.#senders.set(key, seen);
    trim(this.#senders, MOST_REMEMBERED);
    if (seen.has(seq)) return false;
    const highest = Math.max(...seen, 0);
    if (seq <= highest - MOST_REMEMBERED) return false;
    seen.add(seq);
    if (seen.size > 2 * MOST_REMEMBERED)
      for (const each of seen) if (each <= highest - MOST_REMEMBERED) seen.delete(each);
    return true;
  }

  /** @param {string} call */
  save(call) {
    const mine = [...this.#senders].filter(([key]) => key.startsWith(`${call} `));
    return mine.map(([key, seen]) => /** @type {[string, number[]]} */ ([key, [...seen]]));
  }

  /** @param {[string, number[]][]} saved */
  restore(saved) {
    for (const [key, seen] of saved) this.#senders.set(key, new Set(seen));
  }
}

/** So many a second, so many at once, of each sender and of all together. */
export class Flood {
  /** @type {Map<string, [number, number]>} */
  #buckets = new Map();

  /** Whether to hear one more invitation. @param {string} sender @param {number} now */
  endures(sender, now) {
    return this.#take(foldName(sender), 1, 60, now) && this.#take('', 5, 100, now);
  }

  /** @param {string} who @param {number} rate @param {number} burst @param {number} now */
  #take(who, rate, burst, now) {
    const [level, at] = this.#buckets.get(who) ?? [burst, now];
    const filled = Math.min(burst, level + (now - at) * rate);
    this.#buckets.delete(who);
    this.#buckets.set(who, [filled >= 1 ? filled - 1 : filled, now]);
    trim(this.#buckets, MOST_REMEMBERED);
    return filled >= 1;
  }
}
