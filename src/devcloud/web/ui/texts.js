/**
 * What the page says, in the language chosen: sentences, times, lengths. Draws nothing.
 */

/** @type {Record<string, string>} */
let texts = {};
/** @type {'fr'|'en'} */
export let language = 'en';

/** @param {'system'|'fr'|'en'} choice @returns {'fr'|'en'} */
export function spoken(choice) {
  if (choice !== 'system') return choice;
  return navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

/** Fetch the sentences. @param {'system'|'fr'|'en'} choice */
export async function speak(choice) {
  const wanted = spoken(choice);
  const answer = await fetch(`/texts/${wanted}.json`);
  if (!answer.ok) throw new Error(`texts: ${answer.status}`);
  texts = await answer.json();
  language = wanted;
  document.documentElement.lang = wanted;
}

/** The sentence `web.<key>` with its values. @param {string} key @param {Record<string, any>} [values] */
export const say = (key, values) => fill(texts[key] ?? key, values);

/** What an error says to a person. @param {any} error */
export function sayError(error) {
  const code = error?.code ?? error?.name ?? 'unexpected';
  const known = texts[`errors.${code}`];
  if (known) return fill(known, error?.values);
  return error?.text && error.text !== code ? error.text : say('error_unknown', { code });
}

/** @param {string} text @param {Record<string, any>} [values] */
function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

/** "04:32", "1:04:32". @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** "45 s", "12 min", "1 h 04". @param {number} seconds */
export function length(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}\u00a0s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  return `${Math.floor(minutes / 60)}\u00a0h\u00a0${String(minutes % 60).padStart(2, '0')}`;
}

/** @param {number} value @param {number} [digits] */
export const number = (value, digits = 0) =>
  value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** French times have 24 hours, English ones follow the system. @param {number} at */
export const time = (at) =>
  new Date(at).toLocaleTimeString(language === 'fr' ? 'fr' : undefined, {
    hour: '2-digit',
    minute: '2-digit',
  });

/** "Today", "Yesterday", "Monday", "12 March". @param {number} at @param {number} [now] */
export function day(at, now = Date.now()) {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const days = Math.round((midnight - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days <= 0) return say('today');
  if (days === 1) return say('yesterday');
  /** @type {Intl.DateTimeFormatOptions} */
  const how = days < 7 ? { weekday: 'long' } : { day: 'numeric', month: 'long' };
  const said = new Date(at).toLocaleDateString(language, how);
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** "Yesterday at 18:12". @param {number} at */
export const moment = (at) => say('at', { day: day(at), time: time(at) });
