/**
 * The calls of the past on this browser: the list in the sidebar and the lines of a contact's page.
 */

import { app, attempt, draw, isMissed } from './app.js';
import { h, icon } from './dom.js';
import { callButton, callable, rowButton } from './home.js';
import { day, length, moment, say, time } from './texts.js';
import { avatar, group } from './widgets.js';

/** @typedef {import('../client.js').Entry} Entry */
/** @typedef {{entry: Entry, count: number}} Row  several missed calls in a row are one */

/** What a call was, as the end of a key. @param {Entry} entry */
function kind(entry) {
  if (isMissed(entry)) return 'missed';
  if (entry.answeredAt === null) return entry.outgoing ? 'unanswered' : 'declined';
  return entry.outgoing ? 'outgoing' : 'incoming';
}

/** @param {Entry} entry */
const glyph = (entry) =>
  isMissed(entry) ? 'call-missed' : entry.outgoing ? 'call-out' : 'call-in';

/** @param {Entry} entry */
const lasted = (entry) =>
  entry.answeredAt === null ? '' : length((entry.endedAt - entry.answeredAt) / 1000);

/** @param {Entry[]} entries @returns {Row[]} */
function fold(entries) {
  /** @type {Row[]} */
  const rows = [];
  for (const entry of entries) {
    const last = rows.at(-1);
    const same = last && last.entry.peer === entry.peer && isMissed(last.entry) &&
      isMissed(entry) && day(last.entry.begunAt) === day(entry.begunAt);
    if (same) last.count += 1;
    else rows.push({ entry, count: 1 });
  }
  return rows;
}

export function historyList() {
  const rows = fold(app.history.filter((entry) => !app.onlyMissed || isMissed(entry)));
  /** @type {Map<string, Row[]>} */
  const days = new Map();
  for (const row of rows) {
    const on = day(row.entry.begunAt);
    days.set(on, [...(days.get(on) ?? []), row]);
  }
  return [
    h('div.filters', { role: 'group', 'aria-label': say('history'), key: 'filters' },
      filter(false, 'all'), filter(true, 'missed_many')),
    rows.length === 0 && h('div.empty', { key: 'none' }, icon('history', 'l'),
      h('strong', say(app.onlyMissed ? 'no_missed' : 'no_calls'))),
    [...days].map(([on, ofDay]) => [
      h('h2', { key: `title ${on}` }, on), h('ul', { key: on }, ofDay.map(historyRow))]),
  ];
}

/** @param {boolean} missed @param {string} text */
const filter = (missed, text) =>
  h('button', { class: `chip ${app.onlyMissed === missed ? 'inv' : ''}`,
    'aria-pressed': app.onlyMissed === missed, onclick: () => {
      app.onlyMissed = missed;
      draw();
    } }, say(text));

/** @param {Row} row */
function historyRow({ entry, count }) {
  const name = entry.peer;
  const missed = isMissed(entry);
  const long = lasted(entry);
  const more = entry.kind === '2023' ? say('not_encrypted').toLowerCase() : long;
  const chosen = app.selected === name;
  return h('li', { key: entry.call, class: `item ${chosen ? 'sel' : ''}` },
    rowButton(name, chosen, avatar(name),
      h('span.txt',
        h('span', { class: `name ${missed ? 'bad-t' : ''}` }, h('span.ell', name),
          count > 1 && h('span', `(${count})`)),
        h('span.sub',
          h('span', { class: missed ? 'bad-t' : '' }, icon(glyph(entry), 's')),
          h('span.ell', [say(kind(entry)), more].filter(Boolean).join(' · ')))),
      h('time.small.muted.num', time(entry.begunAt))),
    callable(name) && callButton(name, say('call_back_name', { name })));
}

/** @param {Entry} entry @param {string} when @param {any} [more] */
export function callLine(entry, when, more) {
  const missed = isMissed(entry);
  const rang = missed ? ` · ${say('rang_for', { length: length((entry.endedAt - entry.begunAt) / 1000) })}` : '';
  return h('li.line', { key: entry.call },
    h('span', { class: missed ? 'bad-t' : 'muted' }, icon(glyph(entry))),
    h('div.k', h('span', { class: missed ? 'bad-t' : '' }, say(`${kind(entry)}_call`)),
      h('div.small.muted.num', when + rang)),
    h('span.v.small.num', lasted(entry)), more);
}

/** A call of the past that can be forgotten. @param {Entry} entry @param {string} when */
const erasable = (entry, when) =>
  callLine(entry, when, h('button.icon-btn.compact', {
    'aria-label': say('erase_call'), title: say('erase_call'),
    onclick: () => attempt(() => app.client?.forgetCalls([entry.call])) }, icon('trash', 's')));

/** All calls with somebody, today's apart. @param {string} name */
export function personHistory(name) {
  const all = app.history.filter((entry) => entry.peer === name);
  const now = all.filter((entry) => day(entry.begunAt) === say('today'));
  const before = all.filter((entry) => !now.includes(entry));
  return [
    now.length > 0 && group(say('today'), now.map((entry) => erasable(entry, time(entry.begunAt)))),
    before.length > 0 && group(say('earlier'), before.map((entry) => erasable(entry, moment(entry.begunAt)))),
  ];
}
