/**
 * How good a call is, by the sums of Python's `media/quality.py`: the browser's running totals in,
 * once a second what the pages show. Pure.
 *
 * @typedef {{codec: string, path: string, packetsReceived: number, packetsLost: number,
 *   jitterS: number, bufferDelayS: number, bufferEmitted: number, packetsSent: number,
 *   bytesSent: number, remotePacketsLost: number, rttS: number|null}} Counters
 */
const LOSS_WINDOW_S = 10;
const OWN_DELAY_MS = 35;
const BEST_R = 93.2;
const OPUS_BPL = 20;
const WORST_IE = 95;

/** Return an estimate of the mean opinion score, 1 to 4.5: the E-model of ITU-T G.107 (06/2015).
 * With `red` each block travels twice. @param {number} oneWayMs from mouth to ear
 * @param {number} loss from 0 to 1 @param {boolean} red */
export function mos(oneWayMs, loss, red) {
  const lost = 100 * (red ? loss * loss : loss);
  const r = BEST_R - delayImpairment(oneWayMs) - (WORST_IE * lost) / (lost + OPUS_BPL);
  return r <= 0 ? 1 : Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

/** Idd, equations 7-27 and 7-28. @param {number} ms */
function delayImpairment(ms) {
  if (ms <= 100) return 0;
  const x = Math.log2(ms / 100);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
}

/** The least delay of the jitter buffer in milliseconds, null for the browser's own choice: the second
 * copy of a block (RED) comes 20 ms after the first. Between the two limits it stays as before.
 * @param {number|null} loss @param {number|null} before */
export function bufferFloorMs(loss, before) {
  if (loss === null || (loss >= 0.02 && loss < 0.04)) return before;
  return loss >= 0.04 ? 100 : null;
}

/** The quality of one path. */
export class Meter {
  /** @type {[number, Counters][]} */
  #past = [];

  /** What happened since the last time; `now` in seconds, rising. @param {number} now
   * @param {Counters} c @returns {import('./client.js').Quality} */
  measure(now, c) {
    const past = this.#past;
    const [at, before] = past.at(-1) ?? [now, c];
    while (past.length > 1 && past[1][0] <= now - LOSS_WINDOW_S) past.shift();
    const oldest = past[0]?.[1];
    past.push([now, c]);
    const lost = Math.max(0, c.packetsLost - (oldest?.packetsLost ?? 0));
    const all = lost + c.packetsReceived - (oldest?.packetsReceived ?? 0);
    const loss = all > 0 ? lost / all : null;
    const rttMs = c.rttS === null ? null : c.rttS * 1000;
    const sent = c.packetsSent - (oldest?.packetsSent ?? 0);
    const missing = Math.max(0, c.remotePacketsLost - (oldest?.remotePacketsLost ?? 0));
    const emitted = c.bufferEmitted - before.bufferEmitted;
    const bufferedMs = emitted > 0 ? (1000 * Math.max(0, c.bufferDelayS - before.bufferDelayS)) / emitted : 0;
    const delay = OWN_DELAY_MS + (rttMs ?? 0) / 2 + bufferedMs;
    return {
      rttMs,
      loss,
      remoteLoss: rttMs === null || sent <= 0 ? null : Math.min(1, missing / sent),
      jitterMs: c.packetsReceived > 0 ? c.jitterS * 1000 : null,
      mos: loss === null ? null : mos(delay, loss, c.codec === 'opus+red'),
      codec: c.codec,
      path: c.path,
      bitrateBps: now > at ? (Math.max(0, c.bytesSent - before.bytesSent) * 8) / (now - at) : null,
    };
  }
}

/** The totals in a browser's report; `red`: both ask for each block twice.
 * @param {Map<string, any>|RTCStatsReport} report @param {boolean} red @returns {Counters} */
export function countersIn(report, red) {
  /** @type {Record<string, any>} */
  const of = {};
  /** @type {any} */
  let pair = null;
  report.forEach((/** @type {any} */ each) => {
    if (each.type === 'candidate-pair') {
      if (each.nominated && each.state === 'succeeded' && (!pair || each.bytesSent >= pair.bytesSent)) pair = each;
    } else if (each.kind === 'audio' || each.mediaType === 'audio') of[each.type] = each;
  });
  const { 'inbound-rtp': heard, 'outbound-rtp': said, 'remote-inbound-rtp': there } = of;
  const mime = String(report.get(said?.codecId ?? heard?.codecId)?.mimeType ?? '').toLowerCase();
  const ends = pair && [report.get(pair.localCandidateId), report.get(pair.remoteCandidateId)];
  const relayed = ends?.some((/** @type {any} */ end) => end?.candidateType === 'relay');
  return {
    codec: mime && red ? 'opus+red' : mime.replace('audio/', ''),
    path: pair ? (relayed ? 'relay' : 'direct') : '',
    packetsReceived: heard?.packetsReceived ?? 0,
    packetsLost: heard?.packetsLost ?? 0,
    jitterS: heard?.jitter ?? 0,
    bufferDelayS: heard?.jitterBufferDelay ?? 0,
    bufferEmitted: heard?.jitterBufferEmittedCount ?? 0,
    packetsSent: said?.packetsSent ?? 0,
    bytesSent: said?.bytesSent ?? 0,
    remotePacketsLost: there?.packetsLost ?? 0,
    rttS: there?.roundTripTime ?? pair?.currentRoundTripTime ?? null,
  };
}
