/**
 * The connection to the server: signed in, and again after it was lost, until refused. Carries
 * messages and knows nothing of calls. The clock and the socket are arguments, for tests.
 *
 * @typedef {{welcomed: (welcome: any) => void, received: (message: any) => void,
 *   lost: (pauseS: number|null, error: DevCloudError|null) => void}} Listener
 *   `lost`: the next attempt comes after so many seconds, or never (null), and why
 * @typedef {{key: import('./identity.js').SigningKey, device: string, name: string,
 *   invite: string, origin: string, program: string}} SignIn  `origin`: of this page
 * @typedef {{set: (act: () => void, ms: number) => any, clear: (timer: any) => void}} Clock
 */
import { DevCloudError, ProtocolViolation } from './errors.js';
import { signInClaim } from './identity.js';
import { decode, encode, FINAL_CODES, pauseBefore, SUBPROTOCOL, VERSION } from './protocol.js';

const SIGN_IN_S = 8;
const HEARTBEAT_S = 15;

/** @type {Clock} */
const CLOCK = { set: (act, ms) => setTimeout(act, ms), clear: (timer) => clearTimeout(timer) };

export class Connection {
  /** Of this device. */
  status = 'available';
  /** Whom to hear of, where the server does not tell of everybody. @type {string[]} */
  watched = [];
  /** @type {WebSocket|null} */
  #socket = null;
  #online = false;
  #attempt = 0;
  #over = false;
  #heard = false;
  /** @type {any} */
  #timer = null;

  /** @param {string} url @param {SignIn} signIn @param {Listener} listener
   * @param {{clock?: Clock, chance?: () => number, Socket?: typeof WebSocket}} [world] */
  constructor(url, signIn, listener, { clock = CLOCK, chance = Math.random, Socket = WebSocket } = {}) {
    this.url = url;
    this.signIn = signIn;
    this.listener = listener;
    this.clock = clock;
    this.chance = chance;
    this.Socket = Socket;
  }

  /** Begin; everything else is told. */
  start() {
    this.clock.clear(this.#timer);
    const socket = new this.Socket(this.url, SUBPROTOCOL);
    this.#socket = socket;
    this.#later(SIGN_IN_S, () => this.#ended(new DevCloudError('server_silent', this.#where)));
    socket.onopen = () => this.#say(this.#hello());
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) void this.#take(data);
    };
    socket.onclose = () => {
      if (socket === this.#socket)
        this.#ended(new DevCloudError(this.#online ? 'server_silent' : 'server_unreachable', this.#where));
    };
  }

  /** Send a message, if there is a connection: what is about a call comes again by itself.
   * @param {any} message */
  send(message) {
    if (this.#online) this.#say(message);
  }

  /** Do not wait for the next attempt. */
  retry() {
    if (this.#socket || this.#over) return;
    this.start();
  }

  /** Say goodbye. `last`: what the server is to say for us unless this device is back in time.
   * @param {any[]} [last] */
  close(last = []) {
    this.#over = true;
    this.send({ type: 'bye', code: 'leaving', last: last.length ? last : null });
    this.#drop();
  }

  get #where() {
    return { address: new URL(this.url).host };
  }

  #hello() {
    const { name, key, device, program, invite } = this.signIn;
    const { status } = this;
    return { type: 'hello', versions: [VERSION], name, key: key.public, device, program, status, invite };
  }

  /** @param {any} data */
  async #take(data) {
    this.#heard = true;
    const socket = this.#socket;
    let message;
    try {
      if (typeof data !== 'string') throw new ProtocolViolation('message_not_text');
      message = decode(data);
    } catch (error) {
      console.warn('devcloud: dropped', error);
      if (!this.#online) this.#ended(new DevCloudError('not_devcloud', this.#where));
      return;
    }
    const { type, code, text } = message;
    if (this.#online) {
      this.listener.received(message);
      if (type === 'bye') this.#ended(new DevCloudError(code));
    } else if (type === 'challenge') {
      if (message.version !== VERSION)
        return this.#ended(new DevCloudError('version_unsupported', { spoken: message.version }));
      const { name, device, origin, key } = this.signIn;
      const { version, nonce } = message;
      // A page cannot see the certificate: what it knows for certain is where it came from.
      const certificate = origin && `origin ${origin}`;
      const claim = signInClaim({ version, nonce, certificate, name, device });
      const signature = await key.sign(claim);
      if (socket === this.#socket) this.#say({ type: 'proof', signature });
    } else if (type === 'welcome') {
      this.#online = true;
      this.#attempt = 0;
      this.#beat();
      this.listener.welcomed(message);
    } else if (type === 'error' || type === 'bye') this.#ended(new DevCloudError(code, {}, text));
    else this.#ended(new DevCloudError('not_devcloud', this.#where));
  }

  /** A page cannot ping; what is watched is a question with an answer. */
  #beat() {
    this.#heard = false;
    this.#later(HEARTBEAT_S, () => {
      if (!this.#heard) {
        this.send({ type: 'watch', names: this.watched });
        this.#later(HEARTBEAT_S, () =>
          this.#heard ? this.#beat() : this.#ended(new DevCloudError('server_silent', this.#where)),
        );
      } else this.#beat();
    });
  }

  /** @param {DevCloudError} error */
  #ended(error) {
    this.#drop();
    if (this.#over) return;
    const final = FINAL_CODES.has(error.code);
    this.#over = final;
    const pause = final ? null : pauseBefore(this.#attempt, this.chance());
    this.#attempt += 1;
    if (pause !== null) this.#later(pause, () => this.start());
    this.listener.lost(pause, error);
  }

  #drop() {
    this.clock.clear(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    this.#online = false;
    socket?.close();
  }

  /** @param {number} seconds @param {() => void} act */
  #later(seconds, act) {
    this.clock.clear(this.#timer);
    this.#timer = this.clock.set(act, seconds * 1000);
  }

  /** @param {any} message */
  #say(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(encode(message));
  }
}
