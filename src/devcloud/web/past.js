/**
 * The calls of the past on this browser: newest first, so many and no more.
 *
 * @typedef {{call: string, peer: string, outgoing: boolean, kind: 'devcloud'|'2023',
 *   begunAt: number, answeredAt: number|null, endedAt: number, reason: string}} Entry
 *   one call of the past; times in milliseconds since 1970
 */
import { sameName } from './names.js';

const MOST = 500;
const MISSED = [
  'no_answer', 'cancelled', 'busy', 'rejected_by_policy', 'connection_lost', 'media_failed', 'error',
];

export class Past {
  /** @param {import('./store.js').Store} store */
  constructor(store) {
    this.store = store;
  }

  /** @returns {Promise<Entry[]>} */
  async all() {
    return (await this.store.get('history')) ?? [];
  }
  /** A call that is over, as `me` sees it. @param {any} record @param {string} me
   * @returns {Entry} */
  entry(record, me) {
    const { call, caller, callee, kind, reason, answered_at: answered } = record;
    const outgoing = sameName(caller, me);
    return {
      call, peer: outgoing ? callee : caller, outgoing, kind, reason,
      begunAt: record.begun_at * 1000, answeredAt: answered === null ? null : answered * 1000,
      endedAt: record.ended_at * 1000,
    };
  }
  /** @param {Entry} entry */
  async keep(entry) {
    await this.#change((old) => [entry, ...old].slice(0, MOST));
  }
  /** @param {string[]} calls */
  async forget(calls) {
    await this.#change((old) => old.filter(({ call }) => !calls.includes(call)));
  }
  async clear() {
    await this.#change(() => []);
  }

  /** @param {(old: Entry[]) => Entry[]} change */
  async #change(change) {
    await this.store.update('history', (old) => change(old ?? []));
  }
}

/** Somebody has called, and was not heard. @param {Entry} entry */
export const wasMissed = ({ outgoing, answeredAt, reason }) =>
  !outgoing && answeredAt === null && MISSED.includes(reason);
