/**
 * What the pages stand on: a person who is signed in, their calls, the microphone.
 *
 * Decides nothing about calls (`desk.js` does), carries nothing (`core.js` does) and draws nothing.
 * Everything here may be read at any time; each change is told by an event.
 *
 * @typedef {import('./people.js').Person} Person
 * @typedef {{online: boolean, nextTryS: number|null}} Connected
 *   `nextTryS`: seconds from now to the next attempt; null while online, or when there is none
 * @typedef {{name: string, key: string, firstSeen: number, verified: boolean}} PinShown
 *   `key` is a fingerprint, `firstSeen` milliseconds since 1970
 * @typedef {import('./past.js').Entry} Entry
 * @typedef {{rttMs: number|null, loss: number|null, remoteLoss: number|null, jitterMs: number|null,
 *   mos: number|null, codec: string, path: string, bitrateBps: number|null}} Quality
 *   `loss` and `remoteLoss` from 0 to 1; `path`: 'direct', 'relay'; `codec`: 'opus+red', 'opus'
 * @typedef {import('./media.js').MediaOptions} MediaOptions
 * @typedef {import('./media.js').Device} Device
 * @typedef {'dialling'|'ringing_out'|'ringing_in'|'connecting_before_accepted'|
 *   'connected_before_accepted'|'connecting_after_accepted'|'active'|'held'|'reconnecting'|
 *   'ending'|'ended'} State
 */
import { Core, monotonic } from './core.js';
import { DevCloudError, Untrusted } from './errors.js';
import {
  findPin, fingerprint, hex, makeKeyPair, random, signingKey, withoutPin, withPin,
} from './identity.js';
import { Media } from './media.js';
import { parseName } from './names.js';
import { Call } from './ongoing.js';
import { byName } from './people.js';
import { claimDevice, savedCalls } from './tab.js';

export { Call, DevCloudError, Media };

const PROGRAM = 'devcloud web 1';
const SEARCH_S = 2;

/**
 * Events: 'people', 'connection', 'history'; 'rang' {detail: Call}; 'call' {detail: Call} (any
 * change of any call); 'missed' {detail: {peer, at, reason}}; 'warning' and 'failed'
 * {detail: DevCloudError}: 'failed' means that there will be no further attempt to sign in.
 */
export class Client extends Core {
  /**
   * Sign in. Throws DevCloudError: what the server says, `server_unreachable`, `server_silent`,
   * `not_devcloud`, `name_…`, `browser_not_secure`, `browser_too_old`, `browser_store`.
   * Calls that the page was in before it was loaded again are in `calls`, reconnecting.
   * @param {{url?: string, name: string, invite?: string, store: import('./store.js').Store,
   *   language: 'fr'|'en', media?: MediaOptions, warmUp?: 'always'|'known'|'never',
   *   waiting?: boolean}} options  `waiting`: others may ring during a call
   * @returns {Promise<Client>}
   */
  static async open(options) {
    const { store, invite = '' } = options;
    const name = parseName(options.name);
    if (!globalThis.isSecureContext) throw new DevCloudError('browser_not_secure');
    let pair;
    try {
      pair = await makeKeyPair();
    } catch (error) {
      throw new DevCloudError('browser_too_old', {}, String(error));
    }
    const key = await signingKey(await store.update('key', (old) => old ?? pair));
    const url = options.url ?? `${location.origin.replace(/^http/, 'ws')}/ws`;
    const [device, resumed] = await claimDevice(store);
    const client = new Client(options, key, await fingerprint(key.public), url);
    const saved = resumed && savedCalls(store, url, name);
    await new Promise((resolve, reject) => {
      const signIn = { key, device, name, invite, origin: location.origin, program: PROGRAM };
      client.start(signIn, saved, (/** @type {DevCloudError|null} */ error) =>
        error ? reject(error) : resolve(null),
      );
    });
    return client;
  }

  /** Who is here, by name, without oneself. @returns {Person[]} */
  get people() {
    return this.known.shown;
  }
  /** @returns {Connected} */
  get connection() {
    const at = this.nextTryAt;
    return { online: this.online, nextTryS: at === null ? null : Math.max(0, at - monotonic()) };
  }

  /** Call somebody; or take their call, where they are calling already. Throws DevCloudError:
   * name_own, already_in_call, key_changed (`values.new` is for `acceptKey`), key_changed_ask,
   * browser_2023, name_…. @param {string} name @returns {Call} */
  call(name) {
    const peer = parseName(name);
    const desk = /** @type {import('./desk.js').Desk} */ (this.desk);
    const person = this.known.get(peer);
    if (person?.kind === '2023') throw new DevCloudError('browser_2023', { name: peer });
    desk.require(peer, person?.key ?? '', (key) => this.known.printed(key));
    const ringing = this.calls.get(desk.line.ringingFrom(peer)?.id ?? '');
    if (ringing) {
      ringing.accept();
      return ringing;
    }
    const id = hex(random(16));
    const call = new Call(this, { id, peer, role: 'caller' });
    this.calls.set(id, call);
    this.do((it, now) => it.place(id, peer, now, Date.now() / 1000)).catch((trouble) => {
      // They have called, or somebody else has, at this very moment.
      this.calls.delete(id);
      this.tellCall(Object.assign(call, { state: 'ended', reason: 'error', trouble }));
    });
    return call;
  }
  /** Do not wait for the next attempt to connect. */
  retry() {
    this.link?.retry();
  }
  /** End all calls, say goodbye. */
  async close() {
    await this.do(async (desk, now) => {
      for (const id of [...desk.line.calls.keys()]) await desk.act(id, { type: 'HangUp' }, now);
    });
    this.leave([]);
    this.options.store.tab.set('resume', null);
  }
  /** @param {'available'|'busy'|'do_not_disturb'} status */
  setStatus(status) {
    this.status = status;
    if (this.desk) this.desk.line.quiet = status === 'do_not_disturb';
    this.tellStatus();
  }
  /** The person says that the changed key the server shows for `name` is right. `shown` is its
   * fingerprint. Throws key_gone where it is another by now. @param {string} name
   * @param {string} shown */
  async acceptKey(name, shown) {
    const key = this.known.get(name)?.key ?? '';
    if (!key || (await this.known.print(key)) !== shown) throw new Untrusted('key_gone', { name });
    const pin = { name: parseName(name), key, first_seen: Date.now() / 1000, verified: false };
    await this.do((desk) => desk.changeBook((book) => withPin(book, pin)));
  }
  /** The keys that are known, by name. @returns {PinShown[]} */
  pins() {
    const pins = Object.values(this.desk?.gate.book ?? {});
    const shown = pins.map(({ name, key, first_seen, verified }) => {
      return { name, key: this.known.printed(key), firstSeen: first_seen * 1000, verified };
    });
    return shown.sort(byName);
  }
  /** As if never seen. @param {string} name */
  async forgetKey(name) {
    await this.do((desk) => desk.changeBook((book) => withoutPin(book, name)));
  }
  /** Throws person_unknown. @param {string} name @param {boolean} verified */
  async setVerified(name, verified) {
    await this.do((desk) => {
      const pin = findPin(desk.gate.book, name);
      if (!pin) throw new DevCloudError('person_unknown', { name, server: new URL(this.url).host });
      desk.changeBook((book) => withPin(book, { ...pin, verified }));
    });
  }
  /** Who is here and has `text` in their name: at most 50. For servers with more people than they
   * tell of. @param {string} text @returns {Promise<Person[]>} */
  async search(text) {
    if (!this.online || !text) return [];
    this.link?.send({ type: 'watch', names: this.watched(), search: text });
    /** @type {any[]} */
    const found = await new Promise((resolve) => {
      this.found = resolve;
      setTimeout(() => resolve([]), SEARCH_S * 1000);
    });
    return this.known.found(found);
  }
  /** Calls of the past on this browser, newest first, at most 500. @returns {Promise<Entry[]>} */
  async history() {
    return this.past.all();
  }
  async clearHistory() {
    await this.past.clear();
    this.tell('history');
  }
  /** @param {string[]} calls */
  async forgetCalls(calls) {
    await this.past.forget(calls);
    this.tell('history');
  }
  /** Choose the language of safety words. @param {'fr'|'en'} language */
  async setLanguage(language) {
    this.language = language;
    await this.do(async (desk) => {
      for (const machine of desk.line.calls.values()) await this.changed(machine);
    });
  }
}
