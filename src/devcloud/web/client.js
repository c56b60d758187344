/**
 * What the pages stand on: a person who is signed in, their calls, the microphone.
 *
 * Decides nothing about calls (`desk.js` does) and draws nothing. Everything here may be read at
 * any time; each change is told by an event.
 *
 * @typedef {{name: string, status: 'available'|'busy'|'do_not_disturb', kind: 'devcloud'|'2023',
 *   key: string}} Person  `key` is the fingerprint people compare, or empty
 * @typedef {{online: boolean, nextTryS: number|null}} Connection
 *   `nextTryS`: seconds from now to the next attempt; null while online, or when there is none
 * @typedef {{name: string, key: string, firstSeen: number, verified: boolean}} PinShown
 *   `key` is a fingerprint, `firstSeen` milliseconds since 1970
 * @typedef {{call: string, peer: string, outgoing: boolean, kind: 'devcloud'|'2023',
 *   begunAt: number, answeredAt: number|null, endedAt: number, reason: string}} Entry
 *   one call of the past; times in milliseconds since 1970
 * @typedef {{rttMs: number|null, loss: number|null, remoteLoss: number|null, jitterMs: number|null,
 *   mos: number|null, codec: string, path: string, bitrateBps: number|null}} Quality
 *   `loss` and `remoteLoss` from 0 to 1; `path`: "host", "srflx", "prflx"
 * @typedef {{microphone?: string, speaker?: string, echoCancellation?: boolean,
 *   noiseSuppression?: boolean, autoGain?: boolean, inputGain?: number, outputGain?: number}}
 *   MediaOptions  devices by their id, gains as factors (1: as it is)
 * @typedef {{id: string, label: string}} Device
 * @typedef {'dialling'|'ringing_out'|'ringing_in'|'connecting_before_accepted'|
 *   'connected_before_accepted'|'connecting_after_accepted'|'active'|'held'|'reconnecting'|
 *   'ending'|'ended'} State
 */

/** What went wrong: `code` is stable (`errors.<code>` in the catalogue), `text` is for people, in
 * English as a last resort; `values` are what the catalogue's sentence asks for. */
export class DevCloudError extends Error {
  /** @param {string} code @param {Record<string, any>} [values] @param {string} [text] */
  constructor(code, values = {}, text = '') {
    super(text || code);
    this.code = code;
    this.values = values;
    this.text = text || code;
  }
}

/**
 * Events: 'people', 'connection', 'history'; 'rang' {detail: Call}; 'call' {detail: Call} (any
 * change of any call); 'missed' {detail: {peer, at, reason}}; 'warning' and 'failed'
 * {detail: DevCloudError}: 'failed' means that there will be no further attempt to sign in.
 */
export class Client extends EventTarget {
  /**
   * Sign in. Throws DevCloudError.
   * @param {{url?: string, name: string, invite?: string, store: import('./store.js').Store,
   *   language: 'fr'|'en', media?: MediaOptions, warmUp?: 'always'|'known'|'never'}} _options
   * @returns {Promise<Client>}
   */
  static async open(_options) {
    throw new DevCloudError('not_implemented');
  }

  /** As the server spells it. */
  name = '';
  ownFingerprint = '';
  /** @type {Connection} */
  connection = { online: false, nextTryS: null };
  /** Who is here, by name, without oneself. @type {Person[]} */
  people = [];
  /** Calls that are not over, and those that ended a moment ago. @type {Map<string, Call>} */
  calls = new Map();
  /** @type {Media} */
  media = new Media();
  /** One's own. @type {'available'|'busy'|'do_not_disturb'} */
  status = 'available';

  /** Call somebody. Throws DevCloudError (already_in_call, name_own, key_changed, …).
   * @param {string} _name @returns {Call} */
  call(_name) {
    throw new DevCloudError('not_implemented');
  }
  /** Do not wait for the next attempt to connect. */
  retry() {}
  /** End all calls, say goodbye. @returns {Promise<void>} */
  async close() {}
  /** @param {'available'|'busy'|'do_not_disturb'} _status */
  setStatus(_status) {}
  /** The person says that the changed key the server shows for `name` is right. `fingerprint` is
   * the one that was shown. Throws DevCloudError where it is another by now.
   * @param {string} _name @param {string} _fingerprint @returns {Promise<void>} */
  async acceptKey(_name, _fingerprint) {}
  /** @returns {PinShown[]} */
  pins() {
    return [];
  }
  /** @param {string} _name @returns {Promise<void>} */
  async forgetKey(_name) {}
  /** @param {string} _name @param {boolean} _verified @returns {Promise<void>} */
  async setVerified(_name, _verified) {}
  /** Calls of the past on this browser, newest first, at most 500. @returns {Promise<Entry[]>} */
  async history() {
    return [];
  }
  /** @returns {Promise<void>} */
  async clearHistory() {}
  /** Choose the language of safety words. @param {'fr'|'en'} _language @returns {Promise<void>} */
  async setLanguage(_language) {}
}

/** One call. Event 'changed'. */
export class Call extends EventTarget {
  id = '';
  peer = '';
  /** @type {'caller'|'callee'} */
  role = 'caller';
  /** @type {'devcloud'|'2023'} */
  kind = 'devcloud';
  /** @type {State} */
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
  /** Since acceptance, to the end where there is one. @returns {number} */
  get durationS() {
    return 0;
  }
  /** Once a second in a call. @type {Quality|null} */
  quality = null;
  /** Peaks in dBFS (-100: silence), at most 20 times a second; not told by 'changed'. */
  levels = { inputDbfs: -100, outputDbfs: -100 };
  /** What went wrong last. @type {DevCloudError|null} */
  trouble = null;

  /** Throws DevCloudError key_changed_ask. */
  accept() {}
  /** @param {string} [_text] a word for the caller, at most 200 characters */
  decline(_text) {}
  hangUp() {}
  /** @param {boolean} _on */
  hold(_on) {}
  /** @param {boolean} _on */
  mute(_on) {}
  /** The person says that the other side's changed key is right: the call goes on. An incoming one
   * still has to be accepted. */
  acceptKey() {}
  /** Throws DevCloudError words_not_there. @param {boolean} _match */
  confirmWords(_match) {}
}

/** The microphone, the loudspeaker, and what the browser does to the voice. Owned by Client; a page
 * may have one of its own before signing in. Event 'changed' when devices come or go. */
export class Media extends EventTarget {
  /** Whether the microphone may be used. `prompt`: `ask` will ask. @type {'granted'|'denied'|'prompt'} */
  permission = 'prompt';
  /** Ask for the microphone. Throws DevCloudError microphone_denied, microphone_missing,
   * microphone_busy. @returns {Promise<void>} */
  async ask() {}
  /** @returns {Promise<{microphones: Device[], speakers: Device[]}>} labels are empty before `ask` */
  async devices() {
    return { microphones: [], speakers: [] };
  }
  /** @param {MediaOptions} _options what is not given stays @returns {Promise<void>} */
  async use(_options) {}
  /** Open the microphone and tell its level (dBFS) at most 20 times a second until the returned
   * function is called. @param {(dbfs: number) => void} _onLevel @returns {Promise<() => void>} */
  async testMicrophone(_onLevel) {
    return () => {};
  }
}
