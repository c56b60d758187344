/**
 * What the pages share: where the person is, and what they may do from anywhere. Draws nothing
 * itself: whoever changes something says `draw()`.
 */

import { DevCloudError, Media } from '../client.js';
import { isOver as hasEnded, isUnanswered } from '../table.js';
import { preferences } from './preferences.js';
import { play } from './sounds.js';
import { say, sayError } from './texts.js';

/** @typedef {import('../client.js').Call} Call */
/** @typedef {import('../client.js').Person} Person */
/** @typedef {import('../client.js').Entry} Entry */
/** @typedef {{id: number, text: string, urgent: boolean}} Toast */

const SHOWN_MS = 5000;

export const app = {
  /** @type {import('../client.js').Client | null} */
  client: null,
  /** Before signing in; afterwards the client's. @type {Media} */
  media: new Media(),
  /** @type {'join'|'microphone'|'home'} */
  page: 'join',
  /** @type {'contacts'|'history'} */
  view: 'contacts',
  /** @type {string | null} */
  selected: null,
  search: '',
  /** What the server found for the search. @type {Person[]} */
  found: [],
  onlyMissed: false,
  /** @type {string | null} A page of the settings, or '' for their list. */
  settings: null,
  /** The call on the page, also for a while after its end. @type {Call | null} */
  call: null,
  minimised: false,
  /** Which popover is open. @type {string | null} */
  open: null,
  /** @type {HTMLElement | null} */
  opener: null,
  /** Push-to-talk mode, and the key held. */
  talk: false,
  talking: false,
  /** @type {Toast[]} */
  toasts: [],
  /** @type {Entry[]} */
  history: [],
  /** Round trips of the last minute, in milliseconds. @type {number[]} */
  trips: [],
};

let waiting = false;
/** @type {() => void} */
let render = () => {};

/** @param {() => void} how */
export const drawWith = (how) => {
  render = how;
};

/** Show what changed, once, before the next picture; a hidden page has none, so its turn is soon. */
export function draw() {
  if (waiting) return;
  waiting = true;
  const now = () => {
    waiting = false;
    render();
  };
  if (document.hidden) setTimeout(now, 50);
  else requestAnimationFrame(now);
}

/** @type {Map<Element, ReturnType<typeof setTimeout>>} */
const said = new Map();

/** Tell a screen reader. @param {string} text @param {boolean} [urgent] */
export function announce(text, urgent = false) {
  const region = document.getElementById(urgent ? 'urgent' : 'polite');
  if (!region) return;
  region.textContent = '';
  clearTimeout(said.get(region));
  const later = setTimeout(() => {
    region.textContent = text;
    // What was so then may not be so any more for who reads the page later.
    said.set(region, setTimeout(() => (region.textContent = ''), SHOWN_MS));
  }, 60);
  said.set(region, later);
}

let toasts = 0;

/** @param {string} text @param {boolean} [urgent] */
export function toast(text, urgent = false) {
  const one = { id: (toasts += 1), text, urgent };
  app.toasts = [...app.toasts.slice(-2), one];
  announce(text, urgent);
  setTimeout(() => {
    app.toasts = app.toasts.filter((each) => each !== one);
    draw();
  }, SHOWN_MS);
  draw();
}

/** Do it; what goes wrong is told. @param {() => any} what */
export async function attempt(what) {
  try {
    return await what();
  } catch (error) {
    if (!(error instanceof DevCloudError)) console.error(error);
    toast(sayError(error), true);
    return undefined;
  } finally {
    draw();
  }
}

/** @param {string} text @param {string} said */
export const copy = (text, said) =>
  attempt(async () => {
    await navigator.clipboard.writeText(text);
    toast(say(said));
  });

/** Open or close a popover. @param {string | null} name */
export function toggle(name) {
  const back = app.opener;
  if (app.open === name || name === null) {
    app.open = null;
    back?.focus();
  } else {
    app.open = name;
    app.opener = /** @type {HTMLElement | null} */ (document.activeElement);
  }
  draw();
}

/** The calls in which somebody calls here and waits. */
export const ringing = () =>
  [...(app.client?.calls.values() ?? [])].filter(
    (call) => call.role === 'callee' && isUnanswered(call.state),
  );

/** @param {Call | null} call */
export const isOver = (call) => !call || hasEnded(call.state);

/** @param {string} name */
export const call = (name) =>
  attempt(() => {
    if (!app.client || (app.call && !isOver(app.call))) {
      throw new DevCloudError('already_in_call', { peer: app.call?.peer });
    }
    show(app.client.call(name));
  });

/** Put a call on the page. @param {Call} call */
export function show(call) {
  app.call = call;
  app.minimised = false;
  app.settings = null;
  app.open = null;
  app.trips = [];
  app.talk = preferences.talk;
  app.talking = false;
  if (app.talk) call.mute(true);
  draw();
}

/** @param {boolean} on */
export function mute(on) {
  if (!app.call || isOver(app.call)) return;
  app.call.mute(on);
  play(on ? 'mute' : 'unmute');
  announce(say(on ? 'mic_muted' : 'mic'));
  draw();
}

/** @param {boolean} on */
export function talkMode(on) {
  if (!app.call || isOver(app.call)) return;
  app.talk = on;
  app.talking = false;
  app.call.mute(on);
  announce(say(on ? 'hint_talk' : 'mic'));
  draw();
}

/** The talk key, held or let go. @param {boolean} down */
export function talk(down) {
  const { call } = app;
  if (!call || isOver(call) || down === app.talking || (down && !call.muted)) return;
  app.talking = down;
  call.mute(!down);
  play(down ? 'talk' : 'hush');
  draw();
}

/** Known people who are not here, by name. @returns {string[]} */
export function away() {
  const { client } = app;
  if (!client) return [];
  const here = new Set([client.name, ...client.people.map((person) => person.name)]);
  const known = [...client.pins().map((pin) => pin.name), ...app.history.map((entry) => entry.peer)];
  return [...new Set(known)].filter((name) => !here.has(name));
}

/** @param {string} name */
export const pin = (name) => app.client?.pins().find((each) => each.name === name);

/** As if never seen. @param {string} name */
export const forgetKey = (name) =>
  attempt(async () => {
    await app.client?.forgetKey(name);
    toast(say('key_forgotten'));
  });

/** @param {string} name */
export const person = (name) =>
  [...(app.client?.people ?? []), ...app.found].find((each) => each.name === name);

/** @param {Entry} entry */
export const isMissed = (entry) =>
  !entry.outgoing &&
  entry.answeredAt === null &&
  !['declined', 'answered_elsewhere'].includes(entry.reason);

/** Missed calls since the history was last looked at. */
export const unseen = () =>
  app.history.filter((each) => isMissed(each) && each.endedAt > preferences.seenUntil).length;
