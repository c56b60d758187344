/**
 * The contacts: search, who is here and who is not, and a page for each. The history's list stands
 * in the same place and is drawn by `history.js`.
 */

import { app, away, call, copy, draw, person, pin, toggle, unseen } from './app.js';
import { h, icon } from './dom.js';
import { historyList } from './history.js';
import { personPage } from './person.js';
import { prefer } from './preferences.js';
import { address, echoIsHere, testSound } from './session.js';
import { moment, say } from './texts.js';
import { avatar, iconButton, popover } from './widgets.js';

/** @typedef {{name: string, here: boolean, status: string, old: boolean}} Row */

export function homePage() {
  const online = Boolean(app.client?.connection.online);
  return h('div', { class: `body ${app.selected ? 'chosen' : ''}` },
    h('aside.sidebar', { 'aria-label': say('contacts') },
      ownLine(online),
      h('div.side-tools', searchField(), tabs()),
      h('div.list', { role: 'tabpanel', id: 'list', 'aria-labelledby': `tab-${app.view}`,
        onkeydown: moveInList },
      app.view === 'contacts' ? contactList(online) : historyList()),
      statusLine(online)),
    h('main.pane', app.selected ? personPage(app.selected) : nobodyChosen()));
}

/** @param {boolean} online */
function ownLine(online) {
  const client = app.client;
  const name = client?.name ?? '';
  const busy = client?.status === 'do_not_disturb';
  const said = say(!online ? 'offline' : busy ? 'do_not_disturb' : 'available');
  return h('header.me',
    h('div.anchor.grow',
      h('button.own', { 'aria-expanded': app.open === 'status',
        title: say('status_of', { status: said }),
        onclick: () => toggle('status') },
      avatar(name, 's', !online ? 'off' : busy ? 'busy' : ''),
      h('span.who', h('span.strong.ell', name),
        h('span.caption.muted', said))),
      app.open === 'status' && popover(said, 'menu',
        ['available', 'do_not_disturb'].map((status) =>
          h('button', { key: status, class: 'item-btn',
            'aria-pressed': client?.status === status,
            onclick: () => {
              client?.setStatus(/** @type {'available'|'do_not_disturb'} */ (status));
              toggle(null);
            } },
          h('span', { class: `dot ${status === 'available' ? '' : 'busy'}` }),
          h('span.grow', say(status)),
          client?.status === status && icon('check', 's'))))),
    iconButton(say('settings'), 'settings', () => {
      app.settings = matchMedia('(max-width: 719px)').matches ? '' : 'audio';
      draw();
    }, { key_hint: 'Ctrl+,' }));
}

const searchField = () =>
  h('div.input.search', { role: 'search' }, icon('search', 's'),
    h('input', { id: 'search', type: 'search', 'aria-label': say('search'),
      placeholder: say('search'), value: app.search, autocomplete: 'off', spellcheck: 'false',
      oninput: (/** @type {any} */ event) => {
        app.search = event.target.value;
        app.view = 'contacts';
        void searchFar();
        draw();
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === 'Enter' && app.search.trim()) callFound();
        else if (event.key === 'Escape') {
          app.search = '';
          draw();
        } else if (event.key === 'ArrowDown') focusRow(0);
        else return;
        event.preventDefault();
      } }),
    h('kbd', { 'aria-hidden': 'true' }, /Mac/.test(navigator.platform) ? '⌘ K' : 'Ctrl K'));

/** Where the server does not tell of everybody, ask it. */
async function searchFar() {
  const { client, search } = app;
  if (!client || client.everyone) return;
  const found = await client.search(search.trim());
  if (app.search !== search) return;
  app.found = found;
  draw();
}

/** Call the only match, or whoever has the name that was typed. */
function callFound() {
  const found = rows();
  call(found.length === 1 ? found[0].name : app.search.trim());
  app.search = '';
}

function tabs() {
  const missed = unseen();
  const tab = (/** @type {'contacts'|'history'} */ name, /** @type {any} */ more) => {
    const chosen = app.view === name;
    return h('button', { role: 'tab', id: `tab-${name}`, 'aria-selected': chosen,
      'aria-controls': 'list', tabindex: chosen ? '0' : '-1', class: chosen ? 'sel' : '',
      onclick: () => showTab(name),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (!['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
        const other = name === 'contacts' ? 'history' : 'contacts';
        showTab(other);
        document.getElementById(`tab-${other}`)?.focus();
      } }, say(name), more);
  };
  return h('div.segmented', { role: 'tablist' }, tab('contacts', false),
    tab('history', missed > 0 && h('span.badge', String(missed),
      h('span.sr', ` (${say('missed_badge', { n: missed })})`))));
}

/** @param {'contacts'|'history'} name */
function showTab(name) {
  app.view = name;
  if (name === 'history') prefer({ seenUntil: Date.now() });
  draw();
}

/** Without accents and capitals. @param {string} text */
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** @returns {Row[]} */
function rows() {
  const wanted = plain(app.search.trim());
  const people = app.client?.people ?? [];
  const more = app.search ? app.found.filter((one) => !people.some((each) => each.name === one.name)) : [];
  const here = [...people, ...more].map((one) => (
    { name: one.name, here: true, status: one.status, old: one.kind === '2023' }));
  const gone = away().map((name) => ({ name, here: false, status: 'offline', old: false }));
  return [...here, ...gone]
    .filter((row) => plain(row.name).includes(wanted))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** @param {boolean} online */
function contactList(online) {
  const all = rows();
  // Who is there is unknown while the server is away; the banner over the page says so.
  if (!all.length) return app.search.trim() ? callRow(app.search.trim()) : online && nobody();
  if (!online) return [title(say('unknown_group', { n: all.length })), list('all', all, online)];
  const here = all.filter((row) => row.here);
  const gone = all.filter((row) => !row.here);
  return [
    here.length > 0 && [title(say('online_group', { n: here.length })), list('here', here, online)],
    gone.length > 0 && [title(say('offline_group', { n: gone.length })), list('gone', gone, online)],
  ];
}

/** @param {string} text */
const title = (text) => h('h2', { key: text }, text);

/** @param {string} key @param {Row[]} all @param {boolean} online */
const list = (key, all, online) =>
  h('ul', { key }, all.map((row) => contactRow(row, online)));

/** @param {Row} row @param {boolean} online */
function contactRow({ name, here, status, old }, online) {
  const chosen = app.selected === name;
  const known = here && online;
  const busy = status !== 'available';
  return h('li', { key: name, class: `item ${chosen ? 'sel' : ''} ${here ? '' : 'off'}` },
    rowButton(name, chosen,
      avatar(name, '', !known ? 'off' : busy ? 'busy' : ''),
      h('span.txt',
        h('span.name', h('span.ell', name),
          pin(name)?.verified && h('span.ok-i', { title: say('key_verified') },
            icon('shield-check', 's'), h('span.sr', say('key_verified')))),
        old ? h('span.sub.warn-t', icon('unlock', 's'), say('client_2023'))
          : online && h('span.sub', secondLine(name, here, status)))),
    known && callButton(name));
}

/** @param {string} name @param {boolean} here @param {string} status */
function secondLine(name, here, status) {
  if (here) return presence(status);
  const last = app.history.find((entry) => entry.peer === name);
  return last ? moment(last.endedAt) : say('offline');
}

/** @param {string} status */
export const presence = (status) =>
  say({ available: 'online', busy: 'in_a_call' }[status] ?? status);

/** @param {string} name @param {boolean} chosen @param {...import('./dom.js').Kid} kids */
export const rowButton = (name, chosen, ...kids) =>
  h('button.open', { 'aria-current': chosen || null,
    onclick: () => choose(name),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      call(name);
    } }, ...kids);

/** @param {string} name @param {string} [text] */
export const callButton = (name, text = say('call_name', { name })) =>
  iconButton(text, 'phone', () => call(name), { class: 'call', tabindex: '-1' });

/** @param {string} name */
function choose(name) {
  app.selected = name;
  draw();
}

/** @param {string} text */
const callRow = (text) =>
  h('ul', { key: 'call' }, h('li.item',
    h('button.open', { onclick: callFound },
      h('span.av', icon('phone')),
      h('span.txt', say('call_text', { text })))));

const nobody = () =>
  h('div.empty', { key: 'nobody' }, icon('users', 'l'), h('strong', say('nobody')),
    h('p.small', say('nobody_more')),
    h('button.btn.compact', { onclick: () => copy(location.origin, 'address_copied') },
    icon('copy', 's'), say('copy_address')));

const nobodyChosen = () =>
  h('div.empty.calm', { key: 'calm' }, icon('headset', 'l'),
    h('strong', say('choose')),
    echoIsHere() && [
      h('p.small', say('test_sound_why')),
      h('button.btn', { onclick: testSound }, say('test_sound'))]);

/** @param {boolean} online */
function statusLine(online) {
  const text = online ? 'connected_to' : app.client ? 'reconnecting_to' : 'disconnected';
  return h('footer.statusbar', h('span', { class: `dot ${online ? '' : 'busy'}` }),
    h('span.ell.num', say(text, { address: address() })));
}

/** Up, Down, Home, End and letters. @param {KeyboardEvent} event */
function moveInList(event) {
  const all = openers();
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) {
    if (to < 0) document.getElementById('search')?.focus();
    else focusRow(Math.min(to, all.length - 1));
    event.preventDefault();
  } else if (/^\p{L}$/u.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    const found = order.find((each) =>
      plain(each.querySelector('.ell')?.textContent ?? '').startsWith(plain(event.key)));
    if (!found) return;
    found.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}

/** @returns {HTMLElement[]} */
const openers = () => [...document.querySelectorAll(/** @type {'button'} */ ('.list .open'))];

/** @param {number} at */
const focusRow = (at) => openers()[at]?.focus();

/** Whether that name can be called now. @param {string} name */
export const callable = (name) => Boolean(app.client?.connection.online && person(name));
