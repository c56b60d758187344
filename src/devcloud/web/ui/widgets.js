/**
 * Small parts that several pages use: avatar, chip, switch, meter, bars, popover. They know tokens
 * and texts, and no page.
 */

import { app, copy, toggle } from './app.js';
import { foldName } from '../names.js';
import { h, icon } from './dom.js';
import { say } from './texts.js';

/** Up to two letters or figures, of the first two words that have one. @param {string} name */
export function initials(name) {
  const firsts = name.normalize('NFC').split(/\s+/)
    .map((word) => word.match(/[\p{L}\p{N}]/u)?.[0] ?? '').filter(Boolean);
  const both = firsts.slice(0, 2).map((one) => [...one.toUpperCase()][0]);
  return both.join('') || [...name.trim()][0] || '?';
}

/** One of eight colours, the same for a name on every surface (FNV-1a, 32 bits).
 * @param {string} name */
export function shade(name) {
  let sum = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(foldName(name))) {
    sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  }
  return ((sum ^ (sum >>> 16)) & 7) + 1;
}

/** @param {string} name @param {string} [size] "s", "", "l", "xl" @param {string|null} [presence]
 * @param {string} [more] */
export const avatar = (name, size = '', presence = null, more = '') =>
  h('span', { class: `av av${shade(name)} ${size} ${more}`, 'aria-hidden': 'true' },
    initials(name),
    presence !== null && h('span', { class: `pres ${presence}` }));

/** @param {string} kind "ok", "warn", "bad" or "" @param {string} picture @param {string} text
 * @param {string} [explained] the sentence a click shows */
export function chip(kind, picture, text, explained) {
  if (!explained) return h('span', { class: `chip ${kind}` }, icon(picture, 's'), text);
  const name = `chip:${text}`;
  return h('span.anchor',
    h('button', { class: `chip ${kind}`, 'aria-expanded': app.open === name,
      onclick: () => toggle(name) }, icon(picture, 's'), text),
    app.open === name && popover(text, 'note', h('p.small', explained)));
}

/** @param {string} label @param {string} glyph @param {() => void} act
 * @param {Record<string, any>} [more] */
export const iconButton = (label, glyph, act, more = {}) => {
  const { class: kind = '', key_hint: hint = '', ...rest } = more;
  return h('button', { class: `icon-btn ${kind}`, 'aria-label': label,
    title: hint ? `${label} (${hint})` : label, onclick: act, ...rest }, icon(glyph));
};

/** A panel by its button; Esc and a click elsewhere close it. @param {string} label
 * @param {string} place @param {...import('./dom.js').Kid} kids */
export const popover = (label, place, ...kids) =>
  h('div', { class: `pop ${place}`, role: 'dialog', 'aria-label': label, tabindex: '-1',
    ref: (/** @type {HTMLElement} */ el) => {
      keepInside(el);
      el.focus();
    } }, ...kids);

/** A line of a menu. @param {string} glyph @param {string} key @param {() => void} act */
export const item = (glyph, key, act) =>
  h('button.item-btn', { onclick: act }, icon(glyph, 's'), say(key));

/** Move a panel so that none of it lies beyond the edge. @param {HTMLElement} el */
function keepInside(el) {
  const { left, right } = el.getBoundingClientRect();
  const edge = 8;
  const by = left < edge ? edge - left : Math.min(0, innerWidth - edge - right);
  if (by) el.style.setProperty('--shift', `${by}px`);
}

/** @param {string} name @param {boolean} on @param {(on: boolean) => void} act
 * @param {string} [described] */
export const toggleSwitch = (name, on, act, described) =>
  h('button', { class: `switch ${on ? '' : 'off'}`, role: 'switch',
    'aria-checked': on, 'aria-label': name, 'aria-describedby': described,
    onclick: () => act(!on) });

/** What is wrong, under its field. @param {string} text @param {Record<string, string>} props */
export const errorLine = (text, props) =>
  h('p.msg.error', props, icon('error', 's'), h('span', text));

/** A row of a boxed list. @param {string} title @param {import('./dom.js').Kid} more
 * @param {...import('./dom.js').Kid} kids */
export const line = (title, more, ...kids) =>
  h('li.line',
    h('div.k', title, more && h('div.small.muted', more)), ...kids);

/** A fingerprint, to be read or copied. @param {string} title @param {string} key */
export const keyLine = (title, key) =>
  line(title, '', h('span.v.mono', key),
    iconButton(say('copy_fingerprint'), 'copy', () => copy(key, 'fingerprint_copied'), { class: 'compact' }));

/** @param {string} title @param {...import('./dom.js').Kid} lines */
export const group = (title, ...lines) =>
  h('section.group',
    title && h('h3.group-title', title), h('ul.boxed', ...lines));

/** One of several, as radio buttons in a row. @param {string} label @param {string[][]} choices
 * [value, text] @param {string} chosen @param {(value: string) => void} act */
export const segmented = (label, choices, chosen, act) =>
  h('div.segmented', { role: 'radiogroup', 'aria-label': label },
    choices.map(([value, text]) =>
      h('label', { key: value, class: value === chosen ? 'sel' : '' },
        h('input', { type: 'radio', class: 'sr', name: label, checked: value === chosen,
          onchange: () => act(value) }), text)));

/** @param {string} label @param {string[][]} choices [value, text] @param {string} chosen
 * @param {(value: string) => void} act */
export const select = (label, choices, chosen, act) =>
  h('span.choice',
    h('select.select', { 'aria-label': label,
      onchange: (/** @type {any} */ event) => act(event.target.value) },
    choices.map(([value, text]) =>
      h('option', { key: value, value, selected: value === chosen }, text))),
    icon('updown', 's'));

/** @param {string} label @param {number} value 0 to `most` @param {(value: number) => void} act
 * @param {number} [most] */
export const slider = (label, value, act, most = 1) =>
  h('input', { type: 'range', class: 'slider', 'aria-label': label, min: '0', max: String(most),
    step: '0.05', value: String(value), vars: { '--at': `${(100 * value) / most}%` },
    oninput: (/** @type {any} */ event) => act(Number(event.target.value)) });

const SEGMENTS = 18;

/** Filled by `showLevel`, 20 times a second, without drawing the page anew. */
export const meter = () =>
  h('span.meter', { role: 'meter', 'aria-label': say('level'), 'aria-valuemin': '0',
    'aria-valuemax': '100', 'aria-valuenow': '0', own: true,
    ref: (/** @type {HTMLElement} */ el) => {
      el.append(...Array.from({ length: SEGMENTS }, () => document.createElement('i')));
    } });

let peak = 0;
let peakAt = 0;

/** Show a level on every meter of the page; the peak stays for a second. Three decibels a segment.
 * @param {number} dbfs @param {number} [now] milliseconds */
export function showLevel(dbfs, now = performance.now()) {
  const lit = Math.max(0, Math.min(SEGMENTS, Math.round((dbfs + 54) / 3)));
  if (lit >= peak || now - peakAt > 1000) {
    peak = lit;
    peakAt = now;
  }
  for (const each of document.querySelectorAll('.meter')) {
    [...each.children].forEach((segment, place) => {
      const on = place < lit || (peak > 0 && place === peak - 1);
      const kind = !on ? '' : place < 14 ? 'g' : place < 17 ? 'a' : 'r';
      if (segment.className !== kind) segment.className = kind;
    });
    const value = String(Math.round((100 * lit) / SEGMENTS));
    if (each.getAttribute('aria-valuenow') !== value) each.setAttribute('aria-valuenow', value);
  }
}

/** 4 (excellent) to 1 (poor), or 0 where there is no score yet. @param {number|null|undefined} mos */
export function grade(mos) {
  if (mos === null || mos === undefined) return 0;
  return mos >= 4.2 ? 4 : mos >= 3.8 ? 3 : mos >= 3.1 ? 2 : 1;
}

/** @param {number} of 0 to 4 */
export const bars = (of) =>
  h('span', { class: `bars q${of}`, 'aria-hidden': 'true' }, h('i'), h('i'), h('i'), h('i'));
