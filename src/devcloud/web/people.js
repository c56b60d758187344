/**
 * Who is here, as the server tells it, and how keys are shown to people. Knows no calls and sends
 * nothing.
 *
 * @typedef {{name: string, status: 'available'|'busy'|'do_not_disturb', kind: 'devcloud'|'2023',
 *   key: string}} Person  `key` is the fingerprint people compare, or empty
 * @typedef {import('./protocol.js').Person} Told  as on the wire: `key` is the key itself
 */
import { fingerprint } from './identity.js';
import { foldName } from './names.js';

export class People {
  /** By name. @type {Person[]} */
  shown = [];
  /** @type {Map<string, Told>} */
  #told = new Map();
  /** @type {Map<string, string>} */
  #prints = new Map();

  /** @param {string} name @returns {Told|undefined} */
  get(name) {
    return this.#told.get(foldName(name));
  }
  /** Another server, or the same one again: nobody is known to be here. */
  forget() {
    this.#told.clear();
  }
  /** @param {Told[]} people @param {string[]} gone */
  async change(people, gone) {
    for (const name of gone) this.#told.delete(foldName(name));
    this.#add(people);
    this.shown = (await this.#show([...this.#told.values()])).sort(byName);
  }
  /** Those that a search has found: who can be called from now on. @param {Told[]} people */
  async found(people) {
    this.#add(people);
    return this.#show(people);
  }

  /** The fingerprint of a key. @param {string} key */
  async print(key) {
    const known = this.#prints.get(key) ?? (await fingerprint(key));
    this.#prints.set(key, known);
    return known;
  }
  /** The same, where it has been asked for before; or empty. @param {string} key */
  printed(key) {
    return this.#prints.get(key) ?? '';
  }

  /** @param {Told[]} people */
  #add(people) {
    for (const person of people) this.#told.set(foldName(person.name), person);
  }
  /** @param {Told[]} people @returns {Promise<Person[]>} */
  #show(people) {
    return Promise.all(people.map(async ({ name, status, kind, key }) =>
      ({ name, status, kind, key: key && (await this.print(key)) })));
  }
}

/** @param {{name: string}} one @param {{name: string}} other */
export const byName = (one, other) => one.name.localeCompare(other.name);
