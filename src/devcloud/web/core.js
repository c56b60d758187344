/**
 * A running client: the desk between a connection and the microphone. It only carries: what the desk
 * decides goes where it belongs, whatever happens goes to the desk, and one thing ends before the next
 * begins. Decides nothing about calls.
 *
 * @typedef {import('./call.js').Machine} Machine
 */
import { Connection } from './connection.js';
import { Desk } from './desk.js';
import { DevCloudError, Untrusted } from './errors.js';
import { Media } from './media.js';
import { Call } from './ongoing.js';
import { Past, wasMissed } from './past.js';
import { People } from './people.js';
import { isCallMessage } from './protocol.js';
import { saveCalls } from './tab.js';
import { isOver } from './table.js';
import { stunOf, Voice } from './voice.js';
import { wordList } from './words.js';

export const monotonic = () => performance.now() / 1000;

/** What carries; `client.js` says which events it tells. */
export class Core extends EventTarget {
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
  /** @protected @type {Desk|null} */
  desk = null;
  /** To the server. @protected @type {Connection|null} */
  link = null;
  /** @protected */
  online = false;
  /** @protected @type {number|null} */
  nextTryAt = null;
  /** Who is here. @protected */
  known = new People();
  /** @type {Map<string, Voice>} */
  #voices = new Map();
  /** Who waits for what a search finds. @protected @type {((found: any[]) => void)|null} */
  found = null;
  /** @type {any} */
  #alarm = null;
  /** @protected */
  past;
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
    this.past = new Past(options.store);
  }

  // ── for its calls ──

  /** @param {string} id @param {import('./life.js').Event} event */
  act(id, event) {
    if (event.type === 'Accept') this.desk?.gate.requireTrust(id);
    this.#quietly((desk, now) => desk.act(id, event, now));
  }
  /** @param {string} id */
  acceptKeyOf(id) {
    this.#quietly((desk, now) => desk.acceptKey(id, now, Date.now() / 1000));
  }
  /** @param {string} id @param {boolean} match */
  confirmWords(id, match) {
    if (!this.desk?.gate.trust(id).words) throw new Untrusted('words_not_there');
    this.#quietly((desk) => desk.confirmWords(id, match));
  }
  /** @param {string} id */
  voice(id) {
    return this.#voices.get(id);
  }

  // ── one thing after another ──

  /** Let the desk decide, and do what it says. @protected
   * @param {(desk: Desk, now: number) => any} work */
  do(work) {
    const done = this.#queue.then(async () => {
      if (!this.desk || this.#gone) return;
      try {
        await work(this.desk, monotonic());
      } finally {
        await this.#carry();
      }
    });
    this.#queue = done.catch(() => {});
    return done;
  }
  /** As `do`, for what nobody waits for. @param {(desk: Desk, now: number) => any} work */
  #quietly(work) {
    this.do(work).catch((error) => {
      console.error('devcloud:', error);
      const known = error instanceof DevCloudError;
      this.tell('warning', known ? error : new DevCloudError('browser_failed', { detail: String(error) }));
    });
  }

  async #carry() {
    const desk = this.desk;
    if (!desk) return;
    for (let actions = desk.drain(); actions.length; actions = desk.drain())
      for (const action of actions) await this.#carryOne(action);
    const { deadline } = desk;
    clearTimeout(this.#alarm);
    if (deadline < Infinity)
      this.#alarm = setTimeout(
        () => this.#quietly((it, now) => it.tick(now)), Math.max(0, (deadline - monotonic()) * 1000),
      );
    this.#save();
    this.tellStatus();
  }

  /** @param {import('./desk.js').Action} action */
  async #carryOne(action) {
    switch (action.type) {
      case 'Say':
        this.link?.send(action.message);
        break;
      case 'Order':
        this.#order(action.call, action.command);
        break;
      case 'Rang':
        await this.changed(action.call);
        this.tell('rang', this.calls.get(action.call.id));
        break;
      case 'Changed':
        await this.changed(action.call);
        break;
      case 'Became':
        await this.#became(action.old, action.new);
        break;
      case 'Remembered':
        await this.#remember(action.record);
        break;
      case 'Pinned':
        for (const { key } of Object.values(action.book)) await this.known.print(key);
        await this.options.store.update('pins', () => action.book);
        this.tell('people');
        break;
      case 'Distrusted': {
        const call = action.call && this.calls.get(action.call.id);
        if (call) {
          call.trouble = action.error;
          this.tellCall(call);
        } else this.tell('warning', action.error);
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
      }));
    }
    this.#voices.get(id)?.order(command);
  }

  /** @param {string} id @param {Partial<Call>} news */
  #news(id, news) {
    const call = this.calls.get(id);
    if (call) this.tellCall(Object.assign(call, news));
  }

  /** @protected @param {Machine} machine */
  async changed(machine) {
    const trust = this.desk?.gate.trust(machine.id);
    let call = this.calls.get(machine.id);
    if (!call) {
      if (machine.over) return;
      call = new Call(this, machine);
      this.calls.set(machine.id, call);
    }
    if (trust?.key || trust?.changedKey) {
      call.peerKey = await this.known.print(trust.key || trust.changedKey);
      call.keyChanged = trust.changedKey !== '';
      call.verified = trust.verdict === 'verified';
    }
    if (trust?.words) {
      const list = await wordList(this.language).catch((error) => {
        this.tell('warning', error);
        return /** @type {string[]} */ ([]);
      });
      call.safetyWords = list.length ? trust.words.map((place) => list[place]) : [];
    }
    call.take(machine, monotonic());
    if (machine.state === 'ended') {
      this.calls.delete(machine.id);
      this.#voices.delete(machine.id);
    }
    this.tellCall(call);
  }

  /** @param {string} old @param {string} next */
  async #became(old, next) {
    const ours = this.calls.get(old);
    const machine = this.desk?.line.calls.get(next);
    this.calls.delete(old);
    this.#voices.delete(old);
    if (!ours || !machine || this.calls.has(next)) return;
    ours.become(machine);
    this.calls.set(next, ours);
    await this.changed(machine);
  }

  /** @param {any} record */
  async #remember(record) {
    const entry = this.past.entry(record, this.name);
    await this.past.keep(entry).catch((error) => this.tell('warning', error));
    this.tell('history');
    if (wasMissed(entry)) this.tell('missed', { peer: entry.peer, at: entry.begunAt, reason: entry.reason });
  }

  // ── the connection ──

  /** @protected @param {import('./connection.js').SignIn} signIn @param {any} saved
   * @param {(error: DevCloudError|null) => void} settled */
  start(signIn, saved, settled) {
    const connection = new Connection(this.url, signIn, {
      welcomed: (welcome) => {
        this.#welcomed(welcome, saved).then(() => settled(null), settled);
        saved = null;
      },
      received: (message) => this.#received(message),
      lost: (pauseS, error) => {
        if (!this.desk) {
          connection.close();
          settled(error);
        } else this.#lost(pauseS, error);
      },
    });
    this.link = connection;
    connection.start();
    addEventListener('online', () => connection.retry());
    addEventListener('pagehide', () => this.#farewell());
    addEventListener('pageshow', ({ persisted }) => persisted && this.#gone && location.reload());
  }

  /** @param {any} welcome @param {any} saved */
  async #welcomed({ name, people, everyone }, saved) {
    this.name = name;
    this.everyone = everyone;
    if (!this.desk) {
      const { warmUp = 'known', waiting = false, store } = this.options;
      const book = (await store.get('pins')) ?? {};
      for (const pin of Object.values(book)) await this.known.print(pin.key);
      // Before the microphone may be used, a page has only addresses that nobody can reach.
      /** @param {boolean} known */
      const warm = (known) =>
        this.media.permission === 'granted' && (warmUp === 'always' || (warmUp === 'known' && known));
      this.desk = new Desk({ me: name, key: this.key, book, warm, waiting });
      this.desk.line.quiet = this.status === 'do_not_disturb';
    }
    this.online = true;
    this.nextTryAt = null;
    this.known.forget();
    await this.do(async (desk, now) => {
      desk.signedIn(now);
      if (saved) await desk.resume(saved, now, Date.now() / 1000);
    });
    if (!everyone) this.link?.send({ type: 'watch', names: this.watched() });
    this.tell('connection');
    await this.#came(people, []);
  }

  /** @param {number|null} pauseS @param {DevCloudError|null} error */
  #lost(pauseS, error) {
    this.desk?.signedOut();
    const was = this.online;
    this.online = false;
    this.nextTryAt = pauseS === null ? null : monotonic() + pauseS;
    this.#told = '';
    if (was) void this.#came([], this.known.shown.map((person) => person.name));
    this.tell('connection');
    if (pauseS === null && error) this.tell('failed', error);
  }

  /** @param {any} message */
  #received(message) {
    const { type, call, seq } = message;
    if (type === 'presence') {
      if (message.found) this.found?.(message.found);
      void this.#came(message.people, message.gone);
    } else if (isCallMessage(type) || type === 'undeliverable')
      this.#quietly((desk, now) => desk.received(message, now, Date.now() / 1000));
    else if (type === 'error' && call)
      this.#quietly((desk, now) => desk.notTaken(call, seq, 'error', now));
  }

  /** @param {import('./protocol.js').Person[]} people @param {string[]} gone */
  async #came(people, gone) {
    await this.known.change(people, gone);
    this.tell('people');
  }

  /** @protected */
  watched() {
    const names = Object.values(this.desk?.gate.book ?? {}).map((pin) => pin.name);
    return (/** @type {Connection} */ (this.link).watched = this.everyone ? [] : names.slice(-500));
  }

  /** @protected */
  tellStatus() {
    const talking = [...this.calls.values()].some((call) => call.startedAt !== null && !isOver(call.state));
    const status = talking && this.status === 'available' ? 'busy' : this.status;
    if (this.link) this.link.status = status;
    if (!this.online || this.#told === status) return;
    if (this.#told || status !== 'available') this.link?.send({ type: 'status', status });
    this.#told = status;
  }

  // ── the page goes, and comes back ──

  /** Whether it is closed or loaded again, a page cannot know: the server says our last words unless
   * this device is back in time. */
  #farewell() {
    const desk = this.desk;
    if (!desk || this.#gone) return;
    const last = desk.farewell(monotonic());
    for (const action of desk.drain())
      if (action.type === 'Say') this.link?.send(action.message);
    this.#save();
    this.leave(last);
  }
  /** @protected @param {any[]} last */
  leave(last) {
    this.#gone = true;
    clearTimeout(this.#alarm);
    for (const voice of this.#voices.values()) voice.close();
    this.link?.close(last);
    this.online = false;
  }
  #save() {
    if (this.#gone || !this.desk) return;
    saveCalls(this.options.store, this.url, this.name, this.desk.save());
  }

  /** @protected @param {Call} call */
  tellCall(call) {
    call.dispatchEvent(new Event('changed'));
    this.tell('call', call);
  }
  /** @protected @param {string} type @param {any} [detail] */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
