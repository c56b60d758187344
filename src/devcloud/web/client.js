/**
 * What the pages stand on: a person who is signed in, their calls, the microphone.
 *
 * Decides nothing about calls (`desk.js` does) and draws nothing. Everything here may be read at
 * any time; each change is told by an event.
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
 * @typedef {import('./call.js').Machine} Machine
 */
import { Connection } from './connection.js';
import { Desk } from './desk.js';
import { DevCloudError, Untrusted } from './errors.js';
import {
  findPin, fingerprint, hex, makeKeyPair, random, signingKey, withoutPin, withPin,
} from './identity.js'; // prettier-ignore
import { Media } from './media.js';
import { parseName } from './names.js';
import { Call } from './ongoing.js';
import { Past, wasMissed } from './past.js';
import { byName, People } from './people.js';
import { isCallMessage } from './protocol.js';
import { claimDevice, savedCalls } from './tab.js';
import { isOver } from './table.js';
import { stunOf, Voice } from './voice.js';
import { wordList } from './words.js';

export { Call, DevCloudError, Media };

const PROGRAM = 'devcloud web 1';
const SEARCH_S = 2;

/**
 * Events: 'people', 'connection', 'history'; 'rang' {detail: Call}; 'call' {detail: Call} (any
 * change of any call); 'missed' {detail: {peer, at, reason}}; 'warning' and 'failed'
 * {detail: DevCloudError}: 'failed' means that there will be no further attempt to sign in.
 */
export class Client extends EventTarget {
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
      client.#start(signIn, saved, (/** @type {DevCloudError|null} */ error) =>
        error ? reject(error) : resolve(null),
      );
    });
    return client;
  }

  /** As the server spells it. */
  name = '';
  /** Whether the server tells of everybody; if not, of those one knows, and `search` finds more. */
  everyone = true;
  /** Calls that are not over, by id; the others are gone from here. @type {Map<string, Call>} */
  calls = new Map();
  /** One's own wish. Others see `busy` instead of `available` during a call.
   * @type {'available'|'busy'|'do_not_disturb'} */
  status = 'available';

  /** @type {Promise<unknown>} */
  #queue = Promise.resolve();
  /** @type {Desk|null} */
  #desk = null;
  /** @type {Connection|null} */
  #connection = null;
  #online = false;
  /** @type {number|null} */
  #nextTryAt = null;
  #people = new People();
  /** @type {Map<string, Voice>} */
  #voices = new Map();
  /** @type {((found: any[]) => void)|null} */
  #found = null;
  /** @type {any} */
  #alarm = null;
  #past;
  #told = '';
  #gone = false;

  /** (made by `open`) @param {any} options @param {import('./identity.js').SigningKey} key
   * @param {string} ownFingerprint @param {string} url */
  constructor(options, key, ownFingerprint, url) {
    super();
    this.options = options;
    this.key = key;
    this.ownFingerprint = ownFingerprint;
    this.url = url;
    /** @type {'fr'|'en'} */
    this.language = options.language;
    this.media = new Media(options.media);
    this.#past = new Past(options.store);
  }

  /** Who is here, by name, without oneself. @returns {Person[]} */
  get people() {
    return this.#people.shown;
  }
  /** @returns {Connected} */
  get connection() {
    const at = this.#nextTryAt;
    return { online: this.#online, nextTryS: at === null ? null : Math.max(0, at - monotonic()) };
  }

  /** Call somebody; or take their call, where they are calling already. Throws DevCloudError:
   * name_own, already_in_call, key_changed (`values.new` is for `acceptKey`), key_changed_ask,
   * browser_2023, name_…. @param {string} name @returns {Call} */
  call(name) {
    const peer = parseName(name);
    const desk = /** @type {Desk} */ (this.#desk);
    const person = this.#people.get(peer);
    if (person?.kind === '2023') throw new DevCloudError('browser_2023', { name: peer });
    desk.require(peer, person?.key ?? '', (key) => this.#people.printed(key));
    const ringing = this.calls.get(desk.line.ringingFrom(peer)?.id ?? '');
    if (ringing) {
      ringing.accept();
      return ringing;
    }
    const id = hex(random(16));
    const call = new Call(this, { id, peer, role: 'caller' });
    this.calls.set(id, call);
    this.#do((it, now) => it.place(id, peer, now, Date.now() / 1000)).catch((trouble) => {
      // They have called, or somebody else has, at this very moment.
      this.calls.delete(id);
      this.#tellCall(Object.assign(call, { state: 'ended', reason: 'error', trouble }));
    });
    return call;
  }
  /** Do not wait for the next attempt to connect. */
  retry() {
    this.#connection?.retry();
  }
  /** End all calls, say goodbye. */
  async close() {
    await this.#do(async (desk, now) => {
      for (const id of [...desk.line.calls.keys()]) await desk.act(id, { type: 'HangUp' }, now);
    });
    this.#leave([]);
    this.options.store.tab.set('resume', null);
  }
  /** @param {'available'|'busy'|'do_not_disturb'} status */
  setStatus(status) {
    this.status = status;
    if (this.#desk) this.#desk.line.quiet = status === 'do_not_disturb';
    this.#tellStatus();
  }
  /** The person says that the changed key the server shows for `name` is right. `shown` is its
   * fingerprint. Throws key_gone where it is another by now. @param {string} name
   * @param {string} shown */
  async acceptKey(name, shown) {
    const key = this.#people.get(name)?.key ?? '';
    if (!key || (await this.#people.print(key)) !== shown) throw new Untrusted('key_gone', { name });
    const pin = { name: parseName(name), key, first_seen: Date.now() / 1000, verified: false };
    await this.#do((desk) => desk.changeBook((book) => withPin(book, pin)));
  }
  /** The keys that are known, by name. @returns {PinShown[]} */
  pins() {
    const pins = Object.values(this.#desk?.gate.book ?? {});
    const shown = pins.map(({ name, key, first_seen, verified }) => {
      return { name, key: this.#people.printed(key), firstSeen: first_seen * 1000, verified };
    });
    return shown.sort(byName);
  }
  /** As if never seen. @param {string} name */
  async forgetKey(name) {
    await this.#do((desk) => desk.changeBook((book) => withoutPin(book, name)));
  }
  /** Throws person_unknown. @param {string} name @param {boolean} verified */
  async setVerified(name, verified) {
    await this.#do((desk) => {
      const pin = findPin(desk.gate.book, name);
      if (!pin) throw new DevCloudError('person_unknown', { name, server: new URL(this.url).host });
      desk.changeBook((book) => withPin(book, { ...pin, verified }));
    });
  }
  /** Who is here and has `text` in their name: at most 50. For servers with more people than they
   * tell of. @param {string} text @returns {Promise<Person[]>} */
  async search(text) {
    if (!this.#online || !text) return [];
    this.#connection?.send({ type: 'watch', names: this.#watched(), search: text });
    /** @type {any[]} */
    const found = await new Promise((resolve) => {
      this.#found = resolve;
      setTimeout(() => resolve([]), SEARCH_S * 1000);
    });
    return this.#people.found(found);
  }
  /** Calls of the past on this browser, newest first, at most 500. @returns {Promise<Entry[]>} */
  async history() {
    return this.#past.all();
  }
  async clearHistory() {
    await this.#past.clear();
    this.#tell('history');
  }
  /** @param {string[]} calls */
  async forgetCalls(calls) {
    await this.#past.forget(calls);
    this.#tell('history');
  }
  /** Choose the language of safety words. @param {'fr'|'en'} language */
  async setLanguage(language) {
    this.language = language;
    await this.#do(async (desk) => {
      for (const machine of desk.line.calls.values()) await this.#changed(machine);
    });
  }

  // ── for its calls ──

  /** @param {string} id @param {import('./life.js').Event} event */
  act(id, event) {
    if (event.type === 'Accept') this.#desk?.gate.requireTrust(id);
    this.#quietly((desk, now) => desk.act(id, event, now));
  }
  /** @param {string} id */
  acceptKeyOf(id) {
    this.#quietly((desk, now) => desk.acceptKey(id, now, Date.now() / 1000));
  }
  /** @param {string} id @param {boolean} match */
  confirmWords(id, match) {
    if (!this.#desk?.gate.trust(id).words) throw new Untrusted('words_not_there');
    this.#quietly((desk) => desk.confirmWords(id, match));
  }
  /** @param {string} id */
  voice(id) {
    return this.#voices.get(id);
  }

  // ── one thing after another ──

  /** Let the desk decide, and do what it says. @param {(desk: Desk, now: number) => any} work */
  #do(work) {
    const done = this.#queue.then(async () => {
      if (!this.#desk || this.#gone) return;
      try {
        await work(this.#desk, monotonic());
      } finally {
        await this.#carry();
      }
    });
    this.#queue = done.catch(() => {});
    return done;
  }
  /** As `#do`, for what nobody waits for. @param {(desk: Desk, now: number) => any} work */
  #quietly(work) {
    this.#do(work).catch((error) => {
      console.error('devcloud:', error);
      this.#tell('warning', error instanceof DevCloudError ? error : new DevCloudError('browser_failed', { detail: String(error) }));
    });
  }

  async #carry() {
    const desk = this.#desk;
    if (!desk) return;
    for (let actions = desk.drain(); actions.length; actions = desk.drain())
      for (const action of actions) await this.#carryOne(action);
    const { deadline } = desk;
    clearTimeout(this.#alarm);
    if (deadline < Infinity)
      this.#alarm = setTimeout(
        () => this.#quietly((it, now) => it.tick(now)), Math.max(0, (deadline - monotonic()) * 1000),
      ); // prettier-ignore
    this.#save();
    this.#tellStatus();
  }

  /** @param {import('./desk.js').Action} action */
  async #carryOne(action) {
    switch (action.type) {
      case 'Say':
        this.#connection?.send(action.message);
        break;
      case 'Order':
        this.#order(action.call, action.command);
        break;
      case 'Rang':
        await this.#changed(action.call);
        this.#tell('rang', this.calls.get(action.call.id));
        break;
      case 'Changed':
        await this.#changed(action.call);
        break;
      case 'Became':
        await this.#became(action.old, action.new);
        break;
      case 'Remembered':
        await this.#remember(action.record);
        break;
      case 'Pinned':
        for (const { key } of Object.values(action.book)) await this.#people.print(key);
        await this.options.store.update('pins', () => action.book);
        this.#tell('people');
        break;
      case 'Distrusted': {
        const call = action.call && this.calls.get(action.call.id);
        if (call) {
          call.trouble = action.error;
          this.#tellCall(call);
        } else this.#tell('warning', action.error);
        break;
      }
      case 'Dropped':
        console.warn('devcloud: dropped a message of', action.sender, action.error.code);
    }
  }

  /** @param {Machine} machine @param {import('./life.js').Command} command */
  #order(machine, command) {
    const { id } = machine;
    if (command.type === 'OpenMedia') {
      /** @param {(desk: Desk, now: number) => any} work */
      const tell = (work) => this.#quietly(work);
      this.#voices.set(id, new Voice(this.media, stunOf(this.url), {
        event: (event) => tell((desk, now) => desk.act(id, event, now)),
        found: (generation, candidates) => tell((desk, now) => desk.found(id, generation, candidates, now)),
        quality: (quality) => this.#news(id, { quality }),
        trouble: (trouble) => this.#news(id, { trouble }),
      })); // prettier-ignore
    }
    this.#voices.get(id)?.order(command);
  }

  /** @param {string} id @param {Partial<Call>} news */
  #news(id, news) {
    const call = this.calls.get(id);
    if (call) this.#tellCall(Object.assign(call, news));
  }

  /** @param {Machine} machine */
  async #changed(machine) {
    const trust = this.#desk?.gate.trust(machine.id);
    let call = this.calls.get(machine.id);
    if (!call) {
      if (machine.over) return;
      call = new Call(this, machine);
      this.calls.set(machine.id, call);
    }
    if (trust?.key || trust?.changedKey) {
      call.peerKey = await this.#people.print(trust.key || trust.changedKey);
      call.keyChanged = trust.changedKey !== '';
      call.verified = trust.verdict === 'verified';
    }
    if (trust?.words) {
      const list = await wordList(this.language).catch((error) => {
        this.#tell('warning', error);
        return /** @type {string[]} */ ([]);
      });
      call.safetyWords = list.length ? trust.words.map((place) => list[place]) : [];
    }
    call.take(machine, monotonic());
    if (machine.state === 'ended') {
      this.calls.delete(machine.id);
      this.#voices.delete(machine.id);
    }
    this.#tellCall(call);
  }

  /** @param {string} old @param {string} next */
  async #became(old, next) {
    const ours = this.calls.get(old);
    const machine = this.#desk?.line.calls.get(next);
    this.calls.delete(old);
    this.#voices.delete(old);
    if (!ours || !machine || this.calls.has(next)) return;
    ours.become(machine);
    this.calls.set(next, ours);
    await this.#changed(machine);
  }

  /** @param {any} record */
  async #remember(record) {
    const entry = this.#past.entry(record, this.name);
    await this.#past.keep(entry).catch((error) => this.#tell('warning', error));
    this.#tell('history');
    if (wasMissed(entry)) this.#tell('missed', { peer: entry.peer, at: entry.begunAt, reason: entry.reason });
  }

  // ── the connection ──

  /** @param {import('./connection.js').SignIn} signIn @param {any} saved
   * @param {(error: DevCloudError|null) => void} settled */
  #start(signIn, saved, settled) {
    const connection = new Connection(this.url, signIn, {
      welcomed: (welcome) => {
        this.#welcomed(welcome, saved).then(() => settled(null), settled);
        saved = null;
      },
      received: (message) => this.#received(message),
      lost: (pauseS, error) => {
        if (!this.#desk) {
          connection.close();
          settled(error);
        } else this.#lost(pauseS, error);
      },
    });
    this.#connection = connection;
    connection.start();
    addEventListener('online', () => this.retry());
    addEventListener('pagehide', () => this.#farewell());
    addEventListener('pageshow', ({ persisted }) => persisted && this.#gone && location.reload());
  }

  /** @param {any} welcome @param {any} saved */
  async #welcomed({ name, people, everyone }, saved) {
    this.name = name;
    this.everyone = everyone;
    if (!this.#desk) {
      const { warmUp = 'known', waiting = false, store } = this.options;
      const book = (await store.get('pins')) ?? {};
      for (const pin of Object.values(book)) await this.#people.print(pin.key);
      // Before the microphone may be used, a page has only addresses that nobody can reach.
      /** @param {boolean} known */
      const warm = (known) =>
        this.media.permission === 'granted' && (warmUp === 'always' || (warmUp === 'known' && known));
      this.#desk = new Desk({ me: name, key: this.key, book, warm, waiting });
      this.#desk.line.quiet = this.status === 'do_not_disturb';
    }
    this.#online = true;
    this.#nextTryAt = null;
    this.#people.forget();
    await this.#do(async (desk, now) => {
      desk.signedIn(now);
      if (saved) await desk.resume(saved, now, Date.now() / 1000);
    });
    if (!everyone) this.#connection?.send({ type: 'watch', names: this.#watched() });
    this.#tell('connection');
    await this.#came(people, []);
  }

  /** @param {number|null} pauseS @param {DevCloudError|null} error */
  #lost(pauseS, error) {
    this.#desk?.signedOut();
    const was = this.#online;
    this.#online = false;
    this.#nextTryAt = pauseS === null ? null : monotonic() + pauseS;
    this.#told = '';
    if (was) void this.#came([], this.people.map((person) => person.name));
    this.#tell('connection');
    if (pauseS === null && error) this.#tell('failed', error);
  }

  /** @param {any} message */
  #received(message) {
    const { type, call, seq } = message;
    if (type === 'presence') {
      if (message.found) this.#found?.(message.found);
      void this.#came(message.people, message.gone);
    } else if (isCallMessage(type) || type === 'undeliverable')
      this.#quietly((desk, now) => desk.received(message, now, Date.now() / 1000));
    else if (type === 'error' && call)
      this.#quietly((desk, now) => desk.notTaken(call, seq, 'error', now));
  }

  /** @param {import('./protocol.js').Person[]} people @param {string[]} gone */
  async #came(people, gone) {
    await this.#people.change(people, gone);
    this.#tell('people');
  }

  #watched() {
    const names = Object.values(this.#desk?.gate.book ?? {}).map((pin) => pin.name);
    return (/** @type {Connection} */ (this.#connection).watched = this.everyone ? [] : names.slice(-500));
  }

  #tellStatus() {
    const talking = [...this.calls.values()].some((call) => call.startedAt !== null && !isOver(call.state));
    const status = talking && this.status === 'available' ? 'busy' : this.status;
    if (this.#connection) this.#connection.status = status;
    if (!this.#online || this.#told === status) return;
    if (this.#told || status !== 'available') this.#connection?.send({ type: 'status', status });
    this.#told = status;
  }

  // ── the page goes, and comes back ──

  /** Whether it is closed or loaded again, a page cannot know: the server says our last words unless
   * this device is back in time. */
  #farewell() {
    const desk = this.#desk;
    if (!desk || this.#gone) return;
    const last = desk.farewell(monotonic());
    for (const action of desk.drain())
      if (action.type === 'Say') this.#connection?.send(action.message);
    this.#save();
    this.#leave(last);
  }
  /** @param {any[]} last */
  #leave(last) {
    this.#gone = true;
    clearTimeout(this.#alarm);
    for (const voice of this.#voices.values()) voice.close();
    this.#connection?.close(last);
    this.#online = false;
  }
  #save() {
    if (this.#gone || !this.#desk) return;
    const calls = this.#desk.save();
    const { tab } = this.options.store;
    const kept = { url: this.url, name: this.name, at: Date.now(), calls };
    if (calls.length) tab.set('resume', JSON.stringify(kept));
    else if (tab.get('resume')) tab.set('resume', null);
  }

  /** @param {Call} call */
  #tellCall(call) {
    call.dispatchEvent(new Event('changed'));
    this.#tell('call', call);
  }
  /** @param {string} type @param {any} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const monotonic = () => performance.now() / 1000;
