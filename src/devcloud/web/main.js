/**
 * Begins: texts, the choices of this browser, the link; then draws one page after the other and
 * listens to the keys that work everywhere.
 */

import { isUnanswered } from './table.js';
import { app, attempt, draw, drawWith, isOver, mute, ringing, talk, talkMode, toggle } from './ui/app.js';
import { answer, callPage, minimisedBar } from './ui/call.js';
import { h, icon, keepIcons, patch } from './ui/dom.js';
import { homePage } from './ui/home.js';
import { incomingSheet } from './ui/incoming.js';
import { join, joinPage, microphonePage } from './ui/join.js';
import { goBack } from './ui/person.js';
import { dress, preferences } from './ui/preferences.js';
import { readLink, settle, wasJoined } from './ui/session.js';
import { settingsPage } from './ui/settings.js';
import { say, speak } from './ui/texts.js';

const root = /** @type {HTMLElement} */ (document.getElementById('app'));
const sheets = /** @type {HTMLElement} */ (document.getElementById('sheets'));
const toasts = /** @type {HTMLElement} */ (document.getElementById('toasts'));

function page() {
  if (app.page === 'join' || !app.client) return joinPage();
  if (app.page === 'microphone') return microphonePage();
  const { call } = app;
  if (call && !app.minimised && app.settings === null) return callPage(call);
  return app.settings === null ? homePage() : settingsPage();
}

/** Over everything: that the connection is lost, and a call that goes on elsewhere. */
function banners() {
  const { client, call } = app;
  const live = [...(client?.calls.values() ?? [])].filter(
    (one) => !isOver(one) && (one === call || !isUnanswered(one.state)));
  const lost = client && app.page === 'home' && !client.connection.online;
  const next = client?.connection.nextTryS;
  return [
    lost && h('div.banner.warn', { key: 'lost' }, icon('refresh'),
      h('span.grow.num',
        next ? say('lost_retry', { n: Math.ceil(next) }) : say('lost_now')),
      h('button.btn.outline.compact', { onclick: () => client?.retry() },
        say('retry'))),
    live.filter((one) => one !== call || app.minimised || app.settings !== null).map(minimisedBar),
  ];
}

drawWith(() => {
  patch(root, banners(), page());
  patch(sheets, ringing().map(incomingSheet));
  patch(toasts, app.toasts.map((one) =>
    h('p.toast', { key: one.id }, icon(one.urgent ? 'alert' : 'check', 's'), one.text)));
  settle();
});

/** @param {EventTarget | null} target */
const isField = (target) =>
  target instanceof HTMLElement && target.matches('input, select, textarea');

/** The keys with Ctrl (or Command). @param {KeyboardEvent} event @returns {(() => void) | undefined} */
function commandKey(event) {
  if (!(event.ctrlKey || event.metaKey)) return undefined;
  const [incoming] = ringing();
  const { call } = app;
  const live = call && !isOver(call) ? call : null;
  const key = event.key.toLowerCase();
  if (event.shiftKey) {
    if (key === 'a' && incoming) return () => answer(incoming);
    if (key === 'd' && incoming) return () => void attempt(() => incoming.decline());
    return live ? { h: () => live.hangUp(), ...inCall(live) }[key] : undefined;
  }
  if (key === ',' && app.client) {
    return () => {
      app.settings = app.settings === null ? 'audio' : null;
      draw();
    };
  }
  return key === 'k' ? () => document.getElementById('search')?.focus() : undefined;
}

/** @param {import('./client.js').Call} live @returns {Record<string, () => void>} */
const inCall = (live) => ({
  m: () => mute(!live.muted),
  p: () => void attempt(() => live.hold(!live.heldHere)),
  t: () => talkMode(!app.talk),
});

/** Keys alone, where no field has the focus. @param {KeyboardEvent} event */
function plainKey(event) {
  const { call } = app;
  if (event.key === 'Escape') return escape;
  if (!call || isOver(call) || app.minimised || app.settings !== null || isField(event.target)) return undefined;
  if (!preferences.letters || event.ctrlKey || event.altKey || event.metaKey) return undefined;
  return { h: () => call.hangUp(), ...inCall(call) }[event.key.toLowerCase()];
}

/** Close what is on top. */
function escape() {
  if (app.open) toggle(null);
  else if (app.settings !== null) {
    app.settings = null;
    draw();
  } else if (app.selected && !app.call) goBack();
}

/** Space talks unless a control has the focus that answers it itself. @param {KeyboardEvent} event */
function isTalkKey(event) {
  if (event.code === 'F8') return true;
  const at = event.target;
  if (event.code !== 'Space' || isField(at)) return false;
  if (at instanceof HTMLElement && at.closest('.ctl.main') && app.talk) return true;
  return !(at instanceof HTMLElement && at.closest('button, a, [role=dialog], dialog'));
}

addEventListener('keydown', (event) => {
  if (event.defaultPrevented) return;
  if (isTalkKey(event)) {
    if (app.call && !isOver(app.call)) event.preventDefault();
    if (!event.repeat) talk(true);
    return;
  }
  if (event.repeat) return;
  const act = commandKey(event) ?? plainKey(event);
  if (!act) return;
  if (event.key !== 'Escape') event.preventDefault();
  act();
});
addEventListener('keyup', (event) => {
  if (event.code === 'Space' || event.code === 'F8') talk(false);
});
addEventListener('blur', () => talk(false));
addEventListener('pointerdown', (event) => {
  const inside = event.target instanceof Element && event.target.closest('.anchor, .replies, .ctl, .item-btn');
  if (app.open && !inside) toggle(null);
});
addEventListener('beforeunload', (event) => {
  if (app.call && !isOver(app.call)) event.preventDefault();
});
document.addEventListener('visibilitychange', draw);
// Timers on the page count seconds; while it shows none, this draws nothing new.
setInterval(() => {
  if (app.call || ringing().length || (app.client && !app.client.connection.online)) draw();
}, 1000);

async function begin() {
  dress();
  readLink();
  await speak(preferences.language);
  draw();
  if (wasJoined() && preferences.name && window.isSecureContext) await join();
}

await begin();
// A call goes on without a server, and its page must.
keepIcons('alert', 'check', 'error', 'hang-up', 'lock', 'mic', 'mic-off', 'pause', 'phone-fill', 'play', 'refresh',
  'shield-ask', 'shield-check', 'unlock');
