/**
 * The microphone, the loudspeaker, and what the browser does to the voice on its way. Knows no calls.
 *
 * @typedef {{microphone?: string, speaker?: string, echoCancellation?: boolean,
 *   noiseSuppression?: boolean, autoGain?: boolean, inputGain?: number, outputGain?: number}}
 *   MediaOptions  devices by their id (empty: the system's own), gains as factors (1: as it is)
 * @typedef {{id: string, label: string}} Device
 */
import { DevCloudError } from './errors.js';

const LEVEL_MS = 50;
export const SILENCE_DBFS = -100;
/** @type {Record<string, string>} */
const CODES = {
  NotAllowedError: 'device_microphone_denied',
  SecurityError: 'device_microphone_denied',
  NotFoundError: 'device_no_microphone',
  OverconstrainedError: 'device_no_microphone',
};

/** Event 'changed' when devices or the permission change. */
export class Media extends EventTarget {
  /** Whether the microphone may be used. `prompt`: the browser will ask. */
  permission = /** @type {'granted'|'denied'|'prompt'} */ ('prompt');
  /** Settled once the browser has said that, or cannot. @type {Promise<void>|undefined} */
  known;
  /** What is chosen now. @type {Required<MediaOptions>} */
  options = {
    microphone: '', speaker: '', echoCancellation: true, noiseSuppression: true, autoGain: true,
    inputGain: 1, outputGain: 1,
  };
  /** @type {MediaStream|null} */
  #stream = null;
  /** @type {Promise<MediaStreamTrack>|null} */
  #opening = null;
  /** @type {AudioContext|null} */
  #context = null;
  /** @type {AnalyserNode|null} */
  #analyser = null;
  /** @type {MediaStreamTrack|null} */
  #track = null;
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #users = 0;
  #samples = new Float32Array(1024);

  /** @param {MediaOptions} [options] */
  constructor(options = {}) {
    super();
    Object.assign(this.options, options);
    if (typeof navigator === 'undefined' || !navigator.mediaDevices) return;
    navigator.mediaDevices.addEventListener('devicechange', () => this.#again());
    this.known = navigator.permissions
      ?.query({ name: /** @type {PermissionName} */ ('microphone') })
      .then((status) => {
        const tell = () => {
          this.permission = status.state;
          this.#again();
        };
        status.onchange = tell;
        tell();
      })
      .catch(() => {}); // a browser that cannot be asked beforehand: `prompt` it is
  }

  /** Ask for the microphone, and let it go again. Throws DevCloudError device_…. */
  async ask() {
    await this.track();
    this.release();
  }

  /** Labels are empty before `ask`. */
  async devices() {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    /** @param {string} kind @returns {Device[]} */
    const of = (kind) =>
      all.filter((each) => each.kind === kind && each.deviceId && each.deviceId !== 'communications')
        .map(({ deviceId, label }) => ({ id: deviceId === 'default' ? '' : deviceId, label }));
    return { microphones: of('audioinput'), speakers: of('audiooutput') };
  }

  /** What is not given stays. Calls change over at once. @param {MediaOptions} options */
  async use(options) {
    const before = JSON.stringify(this.options);
    Object.assign(this.options, options);
    if (JSON.stringify(this.options) === before) return;
    if (this.#users) {
      this.#stop();
      await this.track();
      this.release();
    }
    this.#tellCalls();
    this.#changed();
  }

  /** Open the microphone and tell its level, 20 times a second, until the returned function is
   * called. @param {(dbfs: number) => void} onLevel @returns {Promise<() => void>} */
  async testMicrophone(onLevel) {
    await this.track();
    const timer = setInterval(() => onLevel(this.inputDbfs), LEVEL_MS);
    return () => {
      clearInterval(timer);
      this.release();
    };
  }

  /** The peak of the microphone over the last 20 ms or so, in dBFS. */
  get inputDbfs() {
    if (!this.#analyser) return SILENCE_DBFS;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const peak = this.#samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    return peak ? Math.max(SILENCE_DBFS, 20 * Math.log10(peak)) : SILENCE_DBFS;
  }

  // ── for calls ──

  /** The microphone, opened; each `track` is followed by one `release`. Throws DevCloudError. */
  async track() {
    this.#users += 1;
    if (this.#track?.readyState === 'live') return this.#track;
    try {
      return await (this.#opening ??= this.#open());
    } catch (error) {
      this.release();
      throw error;
    } finally {
      this.#opening = null;
    }
  }
  release() {
    this.#users = Math.max(0, this.#users - 1);
    if (!this.#users) this.#stop();
  }
  /** Hear of another microphone. @param {() => void} changed @returns {() => void} stops */
  watch(changed) {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }
  /** @param {HTMLAudioElement} element */
  async playOn(element) {
    element.volume = Math.min(1, Math.max(0, this.options.outputGain));
    if (!element.setSinkId || element.sinkId === this.options.speaker) return;
    await element.setSinkId(this.options.speaker).catch((error) => {
      console.warn('devcloud: speaker', error); // unplugged: the system's own goes on
    });
  }

  /** @returns {Promise<MediaStreamTrack>} */
  async #open() {
    const { microphone, echoCancellation, noiseSuppression, autoGain, inputGain } = this.options;
    try {
      const audio = {
        ...(microphone && { deviceId: { exact: microphone } }),
        echoCancellation,
        noiseSuppression,
        autoGainControl: autoGain,
        channelCount: 1,
      };
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      if (name === 'OverconstrainedError' && microphone) {
        this.options.microphone = ''; // unplugged since it was chosen
        return this.#open();
      }
      if (name === 'NotAllowedError') this.permission = 'denied';
      throw new DevCloudError(CODES[name] ?? 'device_microphone_busy', {}, String(error));
    }
    this.permission = 'granted';
    const context = (this.#context ??= new AudioContext());
    void context.resume();
    const source = context.createMediaStreamSource(this.#stream);
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = this.#samples.length;
    let [track] = this.#stream.getAudioTracks();
    if (inputGain === 1) source.connect(this.#analyser);
    else {
      const gain = new GainNode(context, { gain: inputGain });
      const out = context.createMediaStreamDestination();
      source.connect(gain).connect(this.#analyser).connect(out);
      [track] = out.stream.getAudioTracks();
    }
    // Unplugged in mid-call: take the next one there is.
    this.#stream.getAudioTracks()[0].onended = () => {
      this.#stop();
      this.#tellCalls();
    };
    this.#track = track;
    this.#changed();
    return track;
  }

  #stop() {
    for (const track of this.#stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.#stream = this.#analyser = this.#track = null;
    void this.#context?.suspend();
  }

  /** A call that lacks its microphone may have one now. */
  #again() {
    this.#changed();
    if (!this.#track && !this.#opening) this.#tellCalls();
  }
  #tellCalls() {
    for (const watcher of this.#watchers) watcher();
  }
  #changed() {
    this.dispatchEvent(new Event('changed'));
  }
}
