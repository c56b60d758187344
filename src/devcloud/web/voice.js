/**
 * The voice of one call: one peer connection after another, each of a generation of its own. Does
 * what the desk orders, in order, and reports what becomes of it. Decides nothing, and sees only
 * descriptions whose claim has been checked.
 */
import { DevCloudError } from './errors.js';
import { bufferFloorMs, countersIn, Meter } from './quality.js';
import { check, edit, prefersRed } from './sdp.js';

const OWN_PORT = 10000;
const GATHER_MS = 20;
const MEASURE_MS = 1000;

/** @typedef {import('./life.js').Command} Command */
/** @typedef {{event: (event: import('./life.js').Event) => void,
 *   found: (generation: number, candidates: any[]) => void,
 *   quality: (quality: import('./client.js').Quality) => void,
 *   trouble: (error: DevCloudError|null) => void}} Owner */

export class Voice {
  /** @type {RTCPeerConnection|null} */
  #pc = null;
  #generation = 0;
  #orders = Promise.resolve();
  #sending = false;
  #hearing = false;
  #closed = false;
  #speaker = new Audio();
  /** @type {MediaStreamTrack|null} */
  #microphone = null;
  #lacking = false;
  #stopWatching = () => {};

  /** @param {import('./media.js').Media} media @param {string[]} stun @param {Owner} owner */
  constructor(media, stun, owner) {
    this.media = media;
    this.stun = stun;
    this.owner = owner;
  }

  /** @param {Command} command */
  order(command) {
    this.#orders = this.#orders.then(() => this.#obey(command)).catch((error) => this.#failed(command, error));
  }

  /** The peak of what is heard, in dBFS. */
  get outputDbfs() {
    const [source] = this.#pc?.getReceivers()[0]?.getSynchronizationSources() ?? [];
    const level = (this.#hearing && source?.audioLevel) || 0;
    return level ? Math.max(-100, 20 * Math.log10(level)) : -100;
  }

  /** @param {Command} command */
  async #obey(command) {
    if (this.#closed) return;
    const { type, generation, sdp } = command;
    if (type === 'OpenMedia') await this.#open();
    else if (type === 'MakeOffer') await this.#makeOffer(generation);
    else if (type === 'TakeOffer') await this.#takeOffer(generation, sdp);
    else if (type === 'SetVoice') this.#setVoice(command.sending, command.hearing);
    else if (type === 'CloseMedia') this.close();
    else if (generation !== this.#generation || !this.#pc) return;
    else if (type === 'TakeAnswer') {
      check(sdp);
      await this.#pc.setRemoteDescription({ type: 'answer', sdp });
    } else for (const each of command.candidates) await this.#add(this.#pc, each);
  }

  /** @param {Command} command @param {any} error */
  #failed({ type, generation }, error) {
    if (this.#closed) return;
    console.warn('devcloud: media', type, error);
    this.owner.trouble(
      error instanceof DevCloudError ? error : new DevCloudError('path_description', {}, String(error)),
    );
    if (generation) this.owner.event({ type: 'PathLost', generation });
  }

  async #open() {
    const stop = this.media.watch(() => void this.#useMicrophone());
    this.#stopWatching();
    this.#stopWatching = stop;
    this.#speaker.autoplay = true;
    this.#setVoice(false, false);
    await this.#useMicrophone();
  }

  /** A copy of the microphone, so that each call is silent for itself. The call goes on without. */
  async #useMicrophone() {
    let track = null;
    try {
      track = (await this.media.track()).clone();
      if (this.#lacking) this.owner.trouble(null);
      this.#lacking = false;
    } catch (error) {
      if (!(error instanceof DevCloudError)) throw error;
      this.#lacking = true;
      this.owner.trouble(error);
    }
    this.#letGo();
    this.#microphone = track;
    if (this.#closed) return this.#letGo();
    if (track) track.enabled = this.#sending;
    await this.#pc?.getSenders()[0]?.replaceTrack(track);
    await this.media.playOn(this.#speaker);
  }

  /** @param {number} generation */
  #make(generation) {
    this.#drop();
    const pc = new RTCPeerConnection({ iceServers: [{ urls: this.stun }], bundlePolicy: 'max-bundle' });
    this.#pc = pc;
    this.#generation = generation;
    /** @type {any[]} */
    let found = [];
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate?.candidate || pc !== this.#pc) return;
      if (!found.length)
        setTimeout(() => {
          if (pc === this.#pc) this.owner.found(generation, found);
          found = [];
        }, GATHER_MS);
      const { candidate: line, sdpMid: mid, sdpMLineIndex: index } = candidate;
      found.push({ candidate: line, mid: mid ?? '', index: index ?? 0 });
    };
    pc.ontrack = ({ track, receiver }) => {
      this.#speaker.srcObject = new MediaStream([track]);
      this.#speaker.play().catch((error) => console.warn('devcloud: playing', error));
      const dtls = receiver.transport;
      // Nobody says goodbye but by closing; the states of the whole see it seconds later.
      if (dtls) dtls.addEventListener('statechange', () => {
        if (dtls.state === 'closed') this.#path(pc, generation, 'failed');
      });
    };
    pc.onconnectionstatechange = () => this.#path(pc, generation, pc.connectionState);
    const meter = new Meter();
    const timer = setInterval(async () => {
      if (pc !== this.#pc) return clearInterval(timer);
      if (pc.connectionState !== 'connected') return;
      const both = [pc.localDescription, pc.remoteDescription];
      const red = both.every((each) => prefersRed(each?.sdp));
      const counters = countersIn(await pc.getStats(), red);
      if (pc !== this.#pc) return;
      const quality = meter.measure(performance.now() / 1000, counters);
      const [receiver] = pc.getReceivers();
      const floor = bufferFloorMs(quality.loss, receiver.jitterBufferTarget ?? null);
      if (red && 'jitterBufferTarget' in receiver) receiver.jitterBufferTarget = floor;
      this.owner.quality(quality);
    }, MEASURE_MS);
    return pc;
  }

  /** @param {RTCPeerConnection} pc @param {number} generation @param {string} state */
  #path(pc, generation, state) {
    if (pc !== this.#pc) return;
    const type = { connected: 'PathUp', disconnected: 'PathWavered', failed: 'PathLost' }[state];
    if (type) this.owner.event({ type, generation });
  }

  /** @param {number} generation */
  async #makeOffer(generation) {
    const pc = this.#make(generation);
    const track = this.#microphone;
    const transceiver = pc.addTransceiver(track ?? 'audio', { direction: 'sendrecv' });
    const codecs = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [];
    const red = codecs.filter((codec) => codec.mimeType.toLowerCase() === 'audio/red');
    if (red.length && transceiver.setCodecPreferences)
      transceiver.setCodecPreferences([...red, ...codecs.filter((codec) => !red.includes(codec))]);
    await pc.setLocalDescription(await pc.createOffer());
    const sdp = edit(pc.localDescription?.sdp ?? '');
    if (pc === this.#pc) this.owner.event({ type: 'OfferMade', generation, sdp });
  }

  /** @param {number} generation @param {string} offer */
  async #takeOffer(generation, offer) {
    check(offer);
    const pc = this.#make(generation);
    await pc.setRemoteDescription({ type: 'offer', sdp: offer });
    const [transceiver] = pc.getTransceivers();
    transceiver.direction = 'sendrecv';
    await transceiver.sender.replaceTrack(this.#microphone);
    await pc.setLocalDescription(await pc.createAnswer());
    const sdp = edit(pc.localDescription?.sdp ?? '');
    if (pc === this.#pc) this.owner.event({ type: 'AnswerMade', generation, sdp });
  }

  /** @param {RTCPeerConnection} pc @param {any} found */
  async #add(pc, { candidate, mid, index }) {
    try {
      await pc.addIceCandidate({ candidate, sdpMid: mid, sdpMLineIndex: index });
    } catch (error) {
      // One way less; what the other side says of itself is not signed.
      console.warn('devcloud: candidate', error);
    }
  }

  /** @param {boolean} sending @param {boolean} hearing */
  #setVoice(sending, hearing) {
    this.#sending = sending;
    this.#hearing = hearing;
    if (this.#microphone) this.#microphone.enabled = sending;
    this.#speaker.muted = !hearing;
  }

  #letGo() {
    if (!this.#microphone) return;
    this.#microphone.stop();
    this.#microphone = null;
    this.media.release();
  }

  #drop() {
    const pc = this.#pc;
    this.#pc = null;
    pc?.close();
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWatching();
    this.#drop();
    this.#letGo();
    this.#speaker.srcObject = null;
    this.owner.event({ type: 'MediaClosed' });
  }
}

/** Where the server says from where it is reached: on its one port. Behind a proxy, which takes the
 * usual port for itself, it is the server's own. @param {string} url */
export function stunOf(url) {
  const { hostname, port, protocol } = new URL(url);
  const ports = port ? [port] : [protocol === 'wss:' ? 443 : 80, OWN_PORT];
  return ports.map((each) => `stun:${hostname}:${each}`);
}
