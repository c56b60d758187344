/** The lists of safety words, which the server has as text: one word a line, 2048 of them. */
import { DevCloudError } from './errors.js';

/** @typedef {'en'|'fr'} Language */

const COUNT = 2048;

/** @param {string} text */
export function readWords(text) {
  const words = text.normalize('NFC').split(/\s+/).filter(Boolean);
  if (words.length !== COUNT) throw new DevCloudError('words_not_there');
  return words;
}

/** @type {Partial<Record<Language, Promise<string[]>>>} */
const lists = {};

/** Return the list of a language; a failure is not remembered. @param {Language} language */
export function wordList(language) {
  return (lists[language] ??= fetchWords(language).catch((error) => {
    delete lists[language];
    throw error;
  }));
}

/** @param {Language} language */
async function fetchWords(language) {
  const reply = await fetch(new URL(`/words/${language}.txt`, import.meta.url));
  if (!reply.ok) throw new DevCloudError('words_not_there');
  return readWords(await reply.text());
}
