/**
 * Edits of the descriptions that are sent, and a look at those that come (docs/protocol.md,
 * section 8). What a description offers to receive steers the other side's encoder. Text in, text
 * out; fingerprints pass through as they are.
 */
import { ProtocolViolation } from './errors.js';

const BITRATE_BPS = 48000;
const LONGEST = 32768;
const FEEDBACK = /^a=extmap:.*(?:transport-wide-cc|abs-send-time)|^a=rtcp-fb:.* transport-cc$/;

/** @param {string} text */
const linesOf = (text) => text.split(/\r?\n/).filter(Boolean);

/** Return the browser's own description as it is sent: RED before Opus, in-band FEC, no feedback
 * for bandwidth probes, no other codecs. @param {string} text */
export function edit(text) {
  const lines = linesOf(text);
  /** @param {string} codec */
  const payload = (codec) =>
    lines.map((line) => /^a=rtpmap:(\d+) (\S+)/.exec(line)).find((match) => match?.[2].toLowerCase() === codec)?.[1];
  const opus = payload('opus/48000/2');
  if (!opus) return text;
  const kept = [payload('red/48000/2'), opus, payload('telephone-event/48000')].filter(Boolean);
  return lines
    .filter((line) => {
      const of = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+)\b/.exec(line);
      return !FEEDBACK.test(line) && (!of || kept.includes(of[1]));
    })
    .map((line) => {
      if (line.startsWith('m=audio ')) line = [...line.split(' ').slice(0, 3), ...kept].join(' ');
      if (line.startsWith(`a=fmtp:${opus} `))
        for (const [name, value] of [['useinbandfec', 1], ['maxaveragebitrate', BITRATE_BPS]])
          if (!line.includes(`${name}=`)) line += `;${name}=${value}`;
      return `${line}\r\n`;
    })
    .join('');
}

/** Whether a description asks for RED before Opus. @param {string|undefined} text */
export function prefersRed(text = '') {
  const first = /^m=audio \S+ \S+ (\d+)/m.exec(text)?.[1];
  return first !== undefined && new RegExp(`^a=rtpmap:${first} red/48000/2`, 'mi').test(text);
}

/** Refuse a description that is not of a call with audio alone. @param {string} text */
export function check(text) {
  const media = linesOf(text).filter((line) => line.startsWith('m='));
  if (text.length > LONGEST || media.length !== 1 || !media[0].startsWith('m=audio '))
    throw new ProtocolViolation('path_description');
}
