/**
 * What the person chose on this browser, kept here and shown on the root element. No secrets.
 *
 * @typedef {{name: string, language: 'system'|'fr'|'en', theme: 'system'|'light'|'dark',
 *   accent: string, fontSize: string, still: boolean, letters: boolean, sounds: boolean,
 *   tone: 'clearing'|'drops'|'classic', toneVolume: number, notify: boolean, talk: boolean,
 *   seenUntil: number, media: import('../client.js').MediaOptions}} Preferences
 */

const KEY = 'devcloud.preferences';

/** @type {Preferences} */
const FIRST = {
  name: '',
  language: 'system',
  theme: 'system',
  accent: 'blue',
  fontSize: '100',
  still: false,
  letters: true,
  sounds: true,
  tone: 'clearing',
  toneVolume: 1,
  notify: false,
  talk: false,
  seenUntil: 0,
  media: {},
};

/** @type {Preferences} */
export const preferences = { ...FIRST, ...stored() };

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    // What is not of the right kind was not written by this page.
    return Object.fromEntries(
      Object.entries(FIRST)
        .filter(([name, value]) => typeof found?.[name] === typeof value && found[name] !== null)
        .map(([name]) => [name, found[name]]),
    );
  } catch {
    return {}; // storage is switched off, or damaged: begin with what is usual
  }
}

/** @param {Partial<Preferences>} change */
export function prefer(change) {
  Object.assign(preferences, change);
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Storage is switched off: the choice holds until the page is closed.
  }
  dress();
}

/** Put theme, accent, font size and motion on the root. */
export function dress() {
  const { dataset } = document.documentElement;
  if (preferences.theme === 'system') delete dataset.theme;
  else dataset.theme = preferences.theme;
  dataset.accent = preferences.accent;
  dataset.fontSize = preferences.fontSize;
  if (preferences.still) dataset.motion = 'reduced';
  else delete dataset.motion;
}
