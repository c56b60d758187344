/** Names of people: what may be one, and when two of them are the same person's. */
import { DevCloudError } from './errors.js';

const LONGEST = 32;
// What nobody sees could dress a name up as another. Some languages and emoji need the two joiners.
const FORBIDDEN =
  /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0]/u;
const LEFT_OUT = /[\u200c\u200d\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;

/** Return `text` as a name in NFC. Throws name_empty, name_too_long, name_blank_at_end,
 * name_unprintable. @param {string} text */
export function parseName(text) {
  const name = text.normalize('NFC');
  const folded = foldName(name);
  if (!folded.trim()) throw new DevCloudError('name_empty');
  const length = [...name].length;
  if (length > LONGEST) throw new DevCloudError('name_too_long', { length, longest: LONGEST });
  // A blank that a joiner hides at the end is one at the end, too.
  if (name !== name.trim() || folded !== folded.trim()) throw new DevCloudError('name_blank_at_end');
  if (FORBIDDEN.test(name)) throw new DevCloudError('name_unprintable');
  return name;
}

/**
 * Return a text that two names share exactly where they are one person's. Full case folding, by way
 * of capitals, which make «ß» two letters; «ı» has a capital that is another letter's, and stays.
 * @param {string} name
 */
export function foldName(name) {
  const folded = [...name.normalize('NFD').replace(LEFT_OUT, '')].map((c) =>
    c === 'ı' ? c : c.toLowerCase().toUpperCase().toLowerCase().replace(/ς/g, 'σ'),
  );
  return folded.join('').normalize('NFC');
}

/** @param {string} one @param {string} other */
export const sameName = (one, other) => foldName(one) === foldName(other);
