/**
 * The settings: what one chooses is so at once, there is no button to confirm it.
 */

import { app, attempt, draw, forgetKey, toast } from './app.js';
import { deviceSelect, findDevices, microphoneProblem, useMedia } from './callpanels.js';
import { h, icon } from './dom.js';
import { preferences, prefer } from './preferences.js';
import { address, leave } from './session.js';
import { taste } from './sounds.js';
import { day, language, say, speak } from './texts.js';
import { group, iconButton, keyLine, line, meter, segmented, select, showLevel, slider, toggleSwitch } from './widgets.js';

/** @type {[string, string, () => any][]} page, icon, what is on it */
const PAGES = [
  ['profile', 'user', profile],
  ['audio', 'headset', audio],
  ['tones', 'bell', tones],
  ['appearance', 'palette', appearance],
  ['shortcuts', 'keyboard', shortcuts],
  ['privacy', 'lock', privacy],
  ['language', 'globe', languages],
  ['about', 'info', about],
];

export function settingsPage() {
  const [name, , content] = PAGES.find(([one]) => one === app.settings) ?? PAGES[1];
  return h('div', { class: `body settings ${app.settings ? 'chosen' : ''}` },
    h('nav.nav', { 'aria-label': say('settings') },
      h('div.row.nav-head',
        iconButton(say('back'), 'left', () => go(null), { key_hint: 'Esc' }),
        h('h1.strong', { tabindex: '-1', ref: (/** @type {HTMLElement} */ el) => el.focus() },
          say('settings'))),
      PAGES.map(([page, glyph]) =>
        h('button', { key: page, class: page === name ? 'sel' : '',
          'aria-current': page === name ? 'page' : null, onclick: () => go(page) },
        icon(glyph), say(page)))),
    h('main.prefs', { key: name },
      h('div.row',
        h('span.narrow-only', iconButton(say('back'), 'left', () => go(''))),
        h('h2', say(name))),
      content()));
}

/** @param {string | null} page */
function go(page) {
  stopTest();
  app.settings = page;
  draw();
}

/** @param {string} name @param {boolean} on @param {(on: boolean) => void} act @param {string} [why] */
const choice = (name, on, act, why = '') => line(name, why, toggleSwitch(name, on, act));

/** @param {import('./preferences.js').Preferences | any} change */
function choose(change) {
  prefer(change);
  draw();
}

function profile() {
  return [
    group('', line(say('name'), '', h('span.v', app.client?.name)),
      keyLine(say('own_fingerprint'), app.client?.ownFingerprint ?? '')),
    group('', line(say('server'), '', h('span.v.num', address()),
      h('button.btn.danger-text.compact', { onclick: leave },
        icon('power', 's'), say('sign_out')))),
  ];
}

/** @type {(() => void) | null} */
let test = null;

function stopTest() {
  test?.();
  test = null;
  showLevel(-100);
}

async function tryMicrophone() {
  if (test) stopTest();
  else test = (await attempt(() => app.media.testMicrophone((level) => showLevel(level)))) ?? null;
  draw();
}

function audio() {
  const media = preferences.media;
  /** @param {'noiseSuppression'|'echoCancellation'|'autoGain'} key @param {string} text @param {string} [why] */
  const processing = (key, text, why) =>
    choice(say(text), media[key] ?? true, (on) => useMedia({ [key]: on }), why);
  return h('div.stack', { ref: findDevices },
    group(say('microphone'),
      line(say('device'), microphoneProblem(), deviceSelect('microphone', say('microphone'))),
      line(say('input_volume'), '', slider(say('input_volume'), media.inputGain ?? 1,
        (value) => useMedia({ inputGain: value }), 2)),
      line(say('mic_test'), say('mic_speak'), meter(),
        h('button.btn.compact.fixed', { 'aria-pressed': Boolean(test), onclick: tryMicrophone },
          icon('mic', 's'), say(test ? 'stop' : 'test')))),
    group(say('speaker'),
      line(say('device'), '', deviceSelect('speaker', say('speaker'))),
      line(say('volume'), '', slider(say('volume'), media.outputGain ?? 1,
        (value) => useMedia({ outputGain: value })),
      h('button.btn.compact.fixed', { onclick: () => taste('drops', media.speaker) },
        icon('volume', 's'), say('listen')))),
    group(say('processing'),
      processing('noiseSuppression', 'noise', say('noise_why')),
      processing('echoCancellation', 'echo'),
      processing('autoGain', 'gain'),
      choice(say('talk_default'), preferences.talk, (talk) => choose({ talk }), say('talk_default_why'))));
}

function tones() {
  return group('',
    line(say('tone'), '',
      select(say('tone'), ['clearing', 'drops', 'classic'].map((tone) => [tone, say(`tone_${tone}`)]),
        preferences.tone, (tone) => {
          choose({ tone });
          void taste(tone, preferences.media.speaker);
        })),
    line(say('volume'), '', slider(say('volume'), preferences.toneVolume, (toneVolume) => choose({ toneVolume })),
      h('button.btn.compact.fixed', {
        onclick: () => taste(preferences.tone, preferences.media.speaker) }, icon('volume', 's'), say('listen'))),
    choice(say('sounds'), preferences.sounds, (sounds) => choose({ sounds })),
    'Notification' in window && choice(say('notify'), preferences.notify, notifications));
}

/** The browser is asked only when the person wants it. @param {boolean} on */
async function notifications(on) {
  const allowed = on && (await Notification.requestPermission()) === 'granted';
  if (on && !allowed) toast(say('notify_refused'), true);
  choose({ notify: allowed });
}

const ACCENTS = ['blue', 'teal', 'violet', 'rose', 'ochre', 'graphite'];

function appearance() {
  return group('',
    line(say('theme'), '', segmented(say('theme'),
      ['light', 'dark', 'system'].map((one) => [one, say(one)]), preferences.theme, (theme) => choose({ theme }))),
    line(say('accent'), '', h('div.accents', { role: 'radiogroup', 'aria-label': say('accent') },
      ACCENTS.map((accent) =>
        h('label', { key: accent, title: say(accent), class: accent === preferences.accent ? 'sel' : '' },
          h('input', { type: 'radio', class: 'sr', name: 'accent', 'aria-label': say(accent),
            checked: accent === preferences.accent, onchange: () => choose({ accent }) }),
          h('span.swatch', { 'data-accent': accent }))),
      h('span.small.muted', say(preferences.accent)))),
    line(say('font_size'), '', segmented(say('font_size'),
      ['90', '100', '115', '130'].map((size) => [size, say('percent', { n: size })]),
      preferences.fontSize, (fontSize) => choose({ fontSize }))),
    choice(say('still'), preferences.still, (still) => choose({ still }), say('still_why')));
}

/** @type {[string, string][]} */
const KEYS = [
  ['search', 'Ctrl+K'], ['key_call', 'Ctrl+Enter'], ['settings', 'Ctrl+,'],
  ['accept', 'Ctrl+Shift+A'], ['decline', 'Ctrl+Shift+D'], ['hang_up', 'Ctrl+Shift+H, H'],
  ['mute', 'M'], ['hold', 'P'], ['talk_on', 'T'], ['key_talk', ''], ['silence', 'Esc'],
];

function shortcuts() {
  return [
  group('', choice(say('letters'), preferences.letters, (letters) => choose({ letters }), say('letters_why'))),
  group('', KEYS.map(([key, keys]) =>
    line(say(key), '', h('kbd', { key }, keys || say('key_space'))))),
  ];
}

function privacy() {
  const pins = app.client?.pins() ?? [];
  return [
    group('', line(say('keep_history'), '',
      h('button.btn.danger-text.compact', { disabled: !app.history.length,
        onclick: () => attempt(async () => {
          await app.client?.clearHistory();
          app.history = [];
          toast(say('erased'));
        }) }, icon('trash', 's'), say('erase')))),
    group(say('known_keys'),
      pins.length === 0 && line('', say('no_keys')),
      pins.map((one) => h('li.line', { key: one.name },
        h('div.k', one.name,
          h('div.small.muted.mono', one.key),
          h('div.small.muted', say('first_seen_on', { day: day(one.firstSeen) }))),
        h('span.small.muted', say('mark_verified')),
        toggleSwitch(`${one.name}, ${say('mark_verified')}`, one.verified, (on) =>
          attempt(() => app.client?.setVerified(one.name, on))),
        iconButton(`${say('forget_key')}, ${one.name}`, 'trash', () => forgetKey(one.name),
          { class: 'compact' })))),
  ];
}

function languages() {
  return group('', line(say('language'), '', segmented(say('language'),
    [['fr', 'Français'], ['en', 'English'], ['system', say('system')]], preferences.language,
    (chosen) => attempt(async () => {
      prefer({ language: /** @type {'fr'|'en'|'system'} */ (chosen) });
      await speak(preferences.language);
      await app.client?.setLanguage(language);
    }))));
}

function about() {
  return [
  group('', line('DevCloud', '', h('span.v', say('tagline'))),
    line(say('licence'), '', h('span.v', 'MIT'))),
  h('p.small.muted', say('about_text')),
  ];
}
