/**
 * A contact's page: who they are, whether their key is known, the calls with them.
 */

import { app, attempt, call, draw, forgetKey, person, pin, toast, toggle } from './app.js';
import { h, icon } from './dom.js';
import { callLine, personHistory } from './history.js';
import { callable, presence } from './home.js';
import { day, moment, say } from './texts.js';
import { avatar, chip, group, iconButton, item, keyLine, line, popover } from './widgets.js';

/** @param {string} name */
export function personPage(name) {
  const here = person(name);
  const online = Boolean(app.client?.connection.online);
  const status = here && online ? here.status : 'offline';
  const dot = status === 'offline' ? 'off' : status === 'available' ? '' : 'busy';
  return h('div.card-col', { key: name },
    h('div.back', iconButton(say('back'), 'left', goBack)),
    h('div.ident', avatar(name, 'l', dot), h('h1', name),
      h('p.muted', status === 'offline' ? say('offline') : presence(status)),
      h('div.chips', keyChips(name)),
      h('div.acts',
        h('button.btn.call.large', { disabled: !callable(name),
          onclick: () => call(name) },
        icon('phone-fill'), say(app.view === 'history' ? 'call_back' : 'call')),
        pin(name) && more(name))),
    changedKey(name),
    app.view === 'history' ? personHistory(name) : lastCalls(name),
    identity(name));
}

/** Back to the list, where it fills the page. */
export function goBack() {
  const name = app.selected;
  app.selected = null;
  draw();
  setTimeout(() => {
    const row = [...document.querySelectorAll('.list .open')].find(
      (each) => each.querySelector('.ell')?.textContent === name);
    /** @type {HTMLElement | undefined} */ (row)?.focus();
  }, 60);
}

/** @param {string} name */
function hasChangedKey(name) {
  const shown = person(name)?.key;
  const known = pin(name)?.key;
  return Boolean(shown && known && shown !== known);
}

/** @param {string} name */
function keyChips(name) {
  if (person(name)?.kind === '2023') return chip('warn', 'unlock', say('not_encrypted'), say('why_2023'));
  const verified = pin(name)?.verified;
  return [
    hasChangedKey(name) ? chip('bad', 'alert', say('key_changed'), say('key_changed_more'))
      : verified ? chip('ok', 'shield-check', say('key_verified'), say('why_verified'))
        : chip('', 'shield-ask', say('key_not_verified'), say('why_not_verified')),
    chip('', 'lock', say('encrypted_long'), say('why_encrypted'))];
}

/** @param {string} name */
const more = (name) =>
  h('div.anchor',
    h('button.btn.large.square', { 'aria-label': say('more'),
      title: say('more'), 'aria-expanded': app.open === 'person', onclick: () => toggle('person') },
    icon('more')),
    app.open === 'person' && popover(say('more'), 'menu',
      item('trash', 'forget_key', () => {
        toggle(null);
        forgetKey(name);
      })));

/** @param {string} name */
function changedKey(name) {
  const shown = person(name)?.key ?? '';
  return hasChangedKey(name) && h('div.notice.bad', icon('alert'),
    h('div.grow', h('p', say('key_changed_more')),
      h('p.mono', shown)),
    h('button.btn.outline.compact', { onclick: () =>
      attempt(async () => {
        await app.client?.acceptKey(name, shown);
        toast(say('key_accepted'));
      }) }, say('accept_key')));
}

/** @param {string} name */
function lastCalls(name) {
  const last = app.history.filter((entry) => entry.peer === name).slice(0, 3);
  return last.length > 0 && group(say('last_calls'),
    last.map((entry) => callLine(entry, moment(entry.begunAt))));
}

/** @param {string} name */
function identity(name) {
  const known = pin(name);
  const key = known?.key || person(name)?.key;
  return key && group(say('identity'),
    known && line(say('first_seen'), '', h('span.v', day(known.firstSeen))),
    keyLine(say('fingerprint'), key));
}
