/**
 * A contact's page: who they are, whether their key is known, the calls with them.
 */

import { app, attempt, call, copy, draw, person, pin, toast, toggle } from './app.js';
import { h, icon } from './dom.js';
import { callLine, personHistory } from './history.js';
import { callable, presence } from './home.js';
import { day, moment, say } from './texts.js';
import { avatar, chip, group, iconButton, line, popover } from './widgets.js';

/** @param {string} name */
export function personPage(name) {
  const here = person(name);
  const online = Boolean(app.client?.connection.online);
  const status = here && online ? here.status : 'offline';
  const dot = status === 'offline' ? 'off' : status === 'available' ? '' : 'busy';
  return h('div', { class: 'card-col', key: name },
    h('div', { class: 'back' }, iconButton(say('back'), 'left', goBack)),
    h('div', { class: 'ident' }, avatar(name, 'l', dot), h('h1', null, name),
      h('p', { class: 'muted' }, status === 'offline' ? say('offline') : presence(status)),
      h('div', { class: 'chips' }, keyChips(name)),
      h('div', { class: 'acts' },
        h('button', { type: 'button', class: 'btn call large', disabled: !callable(name),
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
export function hasChangedKey(name) {
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
  h('div', { class: 'anchor' },
    h('button', { type: 'button', class: 'btn large square', 'aria-label': say('more'),
      title: say('more'), 'aria-expanded': app.open === 'person', onclick: () => toggle('person') },
    icon('more')),
    app.open === 'person' && popover(say('more'), 'menu',
      h('button', { type: 'button', class: 'item-btn', onclick: () => {
        toggle(null);
        attempt(async () => {
          await app.client?.forgetKey(name);
          toast(say('key_forgotten'));
        });
      } }, icon('trash', 's'), say('forget_key'))));

/** @param {string} name */
function changedKey(name) {
  const shown = person(name)?.key ?? '';
  return hasChangedKey(name) && h('div', { class: 'notice bad' }, icon('alert'),
    h('div', { class: 'grow' }, h('p', null, say('key_changed_more')),
      h('p', { class: 'mono' }, shown)),
    h('button', { type: 'button', class: 'btn outline compact', onclick: () =>
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
    known && line(say('first_seen'), '', h('span', { class: 'v' }, day(known.firstSeen))),
    line(say('fingerprint'), '', h('span', { class: 'v mono' }, key),
      iconButton(say('copy_fingerprint'), 'copy', () => copy(key, 'fingerprint_copied'),
        { class: 'compact' })));
}
