/**
 * The panels of a call: its quality, the safety words, the devices.
 */

import { app, attempt, draw, toast, toggle } from './app.js';
import { h, icon } from './dom.js';
import { preferences, prefer } from './preferences.js';
import { number, say } from './texts.js';
import { bars, errorLine, grade, popover, select } from './widgets.js';

/** @typedef {import('../client.js').Call} Call */

/** @param {Call} call */
export function qualityButton(call) {
  const of = grade(call.quality?.mos);
  const word = of ? say(`q${of}`) : say('quality_measuring');
  return h('div.anchor.quality',
    h('button.btn.flat.compact', { 'aria-expanded': app.open === 'quality',
      'aria-label': say('quality', { quality: word }), onclick: () => toggle('quality') },
    bars(of), h('span', word)),
    app.open === 'quality' && detailsPanel(call));
}

/** @param {Call} call */
function detailsPanel(call) {
  const of = grade(call.quality?.mos);
  const q = call.quality;
  /** @type {[string, string][]} */
  const facts = q ? [
    ['rtt', ms(q.rttMs)],
    ['loss', percent(q.loss)],
    ['jitter', ms(q.jitterMs)],
    ['mos', q.mos === null ? '–' : say('mos_of', { mos: number(q.mos, 1) })],
    ['path', q.path && say(q.path === 'relay' ? 'path_relay' : 'path_direct')],
    ['codec', [q.codec.charAt(0).toUpperCase() + q.codec.slice(1), q.bitrateBps && `${number(q.bitrateBps / 1000)}\u00a0kbit/s`].filter(Boolean).join(', ')],
  ] : [];
  return popover(say('call_details'), 'right',
    h('div.row', bars(of),
      h('strong.grow', say(of ? `quality_${of}` : 'quality_measuring')),
      h('span.small.muted', say('last_minute'))),
    tripLine(app.trips),
    h('dl.kv', facts.map(([key, value]) => [
      h('dt', { key: `${key} of` }, say(key)), h('dd', { key }, value || '–')])));
}

/** @param {number | null} value */
const ms = (value) => (value === null ? '–' : `${number(value)}\u00a0ms`);

/** @param {number | null} share */
const percent = (share) => (share === null ? '–' : say('percent', { n: number(100 * share, 1) }));

/** Round trips as a line: 268 by 40, a second every 1/60 of the width. @param {number[]} trips */
function tripPath(trips) {
  const most = Math.max(40, ...trips) * 1.2;
  const start = 60 - trips.length;
  return trips.map((trip, at) =>
    `${at ? 'L' : 'M'}${(((start + at) * 268) / 59).toFixed(1)} ${(38 - (trip / most) * 36).toFixed(1)}`).join('');
}

/** @param {number[]} trips */
const tripLine = (trips) =>
  h('svg.trips', { viewBox: '0 0 268 40', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    h('path.ground', { d: 'M0 39.5h268' }),
    h('path', { d: tripPath(trips) || 'M0 0' }));

/** @type {WeakMap<Call, number>} */
const poorSince = new WeakMap();

/** Who has the weak connection, once it has been poor for five seconds: a key, or ''.
 * @param {Call} call @param {number} [now] */
export function weakness(call, now = Date.now()) {
  if (grade(call.quality?.mos) !== 1) {
    poorSince.delete(call);
    return '';
  }
  const since = poorSince.get(call) ?? now;
  poorSince.set(call, since);
  if (now - since < 5000) return '';
  return (call.quality?.remoteLoss ?? 0) > (call.quality?.loss ?? 0) ? 'weak_there' : 'weak_here';
}

let doubt = false;

/** @param {Call} call */
export function wordsPanel(call) {
  const title = say('words_read', { name: call.peer });
  if (!call.safetyWords.length) {
    return popover(title, 'words-pop', h('p.small', say('words_wait')));
  }
  if (doubt) {
    return popover(title, 'words-pop', h('strong', { role: 'alert' }, say('different_ask')),
      h('div.two',
        h('button.btn', { onclick: () => leave(null) }, say('stay')),
        h('button.btn.danger', { onclick: () => leave(call) },
          icon('hang-up'), say('hang_up'))));
  }
  return popover(title, 'words-pop',
    h('div.row', h('strong.grow', title), wordsLanguage()),
    h('ol.words', call.safetyWords.map((word, at) =>
      h('li', { key: at }, h('span', { 'aria-hidden': 'true' }, String(at + 1)), word))),
    h('p.small.muted', say('words_why')),
    h('div.two',
      h('button.btn.danger-text', { onclick: () => confirm(call, false) },
        say('different')),
      h('button.btn.primary', { onclick: () => confirm(call, true) },
        icon('check'), say('identical'))));
}

/** The lists are paired: two people can read in the same language. */
const wordsLanguage = () =>
  h('div.segmented.small', { role: 'group', 'aria-label': say('language') },
    ['fr', 'en'].map((each) => {
      const chosen = app.client?.language === each;
      return h('button', { key: each, class: chosen ? 'sel' : '', 'aria-pressed': chosen,
        onclick: () => attempt(() => app.client?.setLanguage(/** @type {'fr'|'en'} */ (each))) },
      each.toUpperCase());
    }));

/** @param {Call} call @param {boolean} same */
function confirm(call, same) {
  attempt(async () => {
    await call.confirmWords(same);
    if (same) {
      toggle(null);
      toast(say('key_verified'));
    } else doubt = true;
  });
}

/** @param {Call | null} call whom to hang up on */
function leave(call) {
  doubt = false;
  toggle(null);
  call?.hangUp();
}

/** @type {{microphones: import('../client.js').Device[], speakers: import('../client.js').Device[]} | null} */
let known = null;

/** Learn which devices there are. */
export async function findDevices() {
  known = (await attempt(() => app.media.devices())) ?? known;
  draw();
}

/** @param {'microphone'|'speaker'} kind @param {string} label */
export function deviceSelect(kind, label) {
  const list = (kind === 'microphone' ? known?.microphones : known?.speakers) ?? [];
  const choices = list.filter((one) => one.id && one.id !== 'default')
    .map((one) => [one.id, one.label || one.id]);
  return select(label, [['', say('device_default')], ...choices], preferences.media[kind] ?? '',
    (id) => useMedia({ [kind]: id }));
}

/** Why there is no microphone, where there is none. */
export function microphoneProblem() {
  const key = app.media.permission === 'denied' ? 'microphone_denied'
    : known?.microphones.length === 0 ? 'microphone_none' : '';
  return key && errorLine(say(key), { role: 'status' });
}

/** @param {import('../client.js').MediaOptions} change */
export function useMedia(change) {
  prefer({ media: { ...preferences.media, ...change } });
  return attempt(() => app.media.use(change));
}

export const devicesPanel = () =>
  popover(say('output_choose'), 'up', h('div.stack.tight', { ref: findDevices },
    h('strong', say('microphone')), deviceSelect('microphone', say('microphone')),
    microphoneProblem(), h('strong', say('speaker')), deviceSelect('speaker', say('speaker'))));
