/**
 * The sheet of an incoming call. The focus begins on the sheet itself, so that a stray Enter or
 * Space answers nothing; Esc silences and does not decline.
 */

import { app, attempt, draw, isOver, pin, toggle } from './app.js';
import { answer } from './call.js';
import { h, icon } from './dom.js';
import { secondsLeft, silenced } from './session.js';
import { say } from './texts.js';
import { avatar, chip, iconButton } from './widgets.js';

/** @typedef {import('../client.js').Call} Call */

/** How long each rings in all, in milliseconds, as first seen. @type {WeakMap<Call, number>} */
const whole = new WeakMap();

/** @param {Call} call */
export function incomingSheet(call) {
  return h('dialog.sheet', { key: `incoming ${call.id}`, tabindex: '-1',
    'aria-label': say('incoming_from', { name: call.peer }),
    ref: open, oncancel: (/** @type {Event} */ event) => event.preventDefault(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => keys(event, call) },
  call.kind === '2023' ? oldCaller(call) : caller(call),
  warning(call),
  call.keyChanged ? acceptKey(call) : choices(call),
  call.kind === 'devcloud' && replies(call));
}

/** @param {HTMLDialogElement} el */
function open(el) {
  if (!el.isConnected) return;
  el.showModal();
  el.focus();
}

/** @param {KeyboardEvent} event @param {Call} call */
function keys(event, call) {
  if (event.key !== 'Escape') return;
  event.preventDefault();
  if (app.open) toggle(null);
  else silence(call);
}

/** @param {Call} call */
function silence(call) {
  silenced.add(call.id);
  draw();
}

/** @param {Call} call */
const silenceButton = (call) =>
  iconButton(say('silence'), 'bell-off', () => silence(call),
    { class: silenced.has(call.id) ? 'on' : '', 'aria-pressed': silenced.has(call.id), key_hint: 'Esc' });

/** @param {Call} call */
function caller(call) {
  const left = secondsLeft(call);
  return h('div.who-calls',
    h('div.row.wide', h('span.grow.small.muted', say('incoming_call')),
      silenceButton(call)),
    countdown(call), h('h2', call.peer),
    h('p.muted.num', say('rings_for', { n: left })),
    !call.keyChanged && h('div.chips',
      pin(call.peer)?.verified ? chip('ok', 'shield-check', say('key_verified'))
        : chip('', 'shield-ask', say('key_not_verified')),
      chip('', 'lock', say('encrypted'))));
}

/** @param {Call} call */
const oldCaller = (call) =>
  h('div.row.wide.old', avatar(call.peer),
    h('div.grow', h('h2.strong', call.peer),
      h('div.small.muted.num', `${say('incoming_call')} · ${secondsLeft(call)}\u00a0s`)),
    silenceButton(call));

/** A ring that empties. @param {Call} call */
function countdown(call) {
  const left = Math.max(0, (call.ringsUntil ?? 0) - Date.now());
  const all = whole.get(call) ?? left;
  whole.set(call, all);
  return h('span.countdown',
    h('svg', { viewBox: '0 0 110 110', 'aria-hidden': 'true' },
      h('circle.track', { cx: '55', cy: '55', r: '53' }),
      h('circle', { cx: '55', cy: '55', r: '53', pathLength: '100',
        'stroke-dasharray': `${all ? ((100 * left) / all).toFixed(1) : 0} 100` })),
    avatar(call.peer, 'l'));
}

/** @param {Call} call */
function warning(call) {
  if (call.keyChanged) {
    return h('div.notice.bad', icon('alert'),
      h('div.small', h('b', say('key_changed'), '. '), say('key_changed_more'),
        h('p.mono', call.peerKey)));
  }
  return call.kind === '2023' && h('div.notice.warn', icon('unlock'),
    h('p.small', h('b', say('not_encrypted'), '. '), say('why_2023')));
}

/** @param {Call} call */
const decline = (call) =>
  h('button.btn.danger.large', { onclick: () => attempt(() => call.decline()) },
    icon('hang-up'), say('decline'));

/** @param {Call} call */
function choices(call) {
  const busy = app.call && app.call !== call && !isOver(app.call);
  return h('div', { class: busy ? 'stack tight' : 'two' }, decline(call),
    busy && h('button.btn.large', { onclick: () => answer(call, true) },
      say('hang_up_answer')),
    h('button.btn.call.large', { onclick: () => answer(call) },
      icon('phone-fill'), say(busy ? 'hold_answer' : 'accept')));
}

/** @param {Call} call */
const acceptKey = (call) =>
  h('div.two', decline(call),
    h('button.btn.large', { onclick: () => attempt(() => call.acceptKey()) },
      say('accept_key')));

/** @param {Call} call */
const replies = (call) =>
  h('div.replies',
    h('button.btn.flat.compact', { 'aria-expanded': app.open === 'replies',
      onclick: () => toggle('replies') }, say('decline_with'), icon('down', 's')),
    app.open === 'replies' && ['reply_back', 'reply_later', 'reply_write'].map((key) =>
      h('button', { key, class: 'btn compact block', onclick: () => {
        app.open = null;
        attempt(() => call.decline(say(key)));
      } }, say(key))));
