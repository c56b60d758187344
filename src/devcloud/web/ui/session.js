/**
 * From a name to being signed in, and what happens then without a page being looked at: sounds,
 * notifications, the screen kept awake, the tab's title.
 */

import { Client } from '../client.js';
import { openStore } from '../store.js';
import { isUnanswered } from '../table.js';
import { announce, app, attempt, call, draw, isOver, ringing, show, toast, unseen } from './app.js';
import { tellWhy } from './join.js';
import { preferences, prefer } from './preferences.js';
import { play, repeat } from './sounds.js';
import { clock, language, say, sayError, time } from './texts.js';

/** @typedef {import('../client.js').Call} Call */

const ECHO = 'echo';
const JOINED = 'devcloud.joined';

/** The invitation of the link, `#invite=…`: taken out of the address, kept for this tab. */
export const invite = { token: '' };

/** Where the page came from. */
export const address = () => location.host;

const LONGEST_TOKEN = 128;

/** Read the link, once. */
export function readLink() {
  const found = new URLSearchParams(location.hash.slice(1)).get('invite');
  const tab = session();
  // One that is longer than any is one that nobody knows: the server says so, where it asks for one.
  invite.token = (found || tab?.getItem('devcloud.invite') || '').slice(0, LONGEST_TOKEN);
  if (found === null) return;
  tab?.setItem('devcloud.invite', invite.token);
  history.replaceState(null, '', location.pathname);
}

function session() {
  try {
    return sessionStorage;
  } catch {
    return null; // switched off in this browser
  }
}

/** Whether this tab was signed in before it was reloaded. */
export const wasJoined = () => session()?.getItem(JOINED) === '1';

/** Sign in. Throws DevCloudError. @param {string} name */
export async function connect(name) {
  const client = await Client.open({
    name,
    language,
    store: await openStore(),
    media: preferences.media,
    waiting: true,
    ...(invite.token ? { invite: invite.token } : {}),
  });
  invite.token = '';
  session()?.removeItem('devcloud.invite');
  session()?.setItem(JOINED, '1');
  app.client = client;
  app.media = client.media;
  prefer({ name: client.name });
  listen(client);
  await readHistory();
  await app.media.known;
  app.page = app.media.permission === 'granted' ? 'home' : 'microphone';
  const going = [...client.calls.values()].find((one) => !isOver(one) && !isUnanswered(one.state));
  if (going) show(going); // taken up again after a reload
  draw();
}

/** Sign out. */
export async function leave() {
  const { client } = app;
  session()?.removeItem(JOINED);
  app.client = null;
  app.call = null;
  app.settings = null;
  app.page = 'join';
  draw();
  await client?.close();
}

/** Whether there is somebody who repeats what one says. */
export const echoIsHere = () =>
  Boolean(app.client?.connection.online && app.client.people.some((one) => one.name === ECHO));

export const testSound = () => call(ECHO);

async function readHistory() {
  app.history = (await attempt(() => app.client?.history())) ?? [];
  draw();
}

let wasOnline = true;

/** @param {Client} client */
function listen(client) {
  wasOnline = true;
  client.addEventListener('people', draw);
  client.addEventListener('history', readHistory);
  client.media.addEventListener('changed', draw);
  client.addEventListener('connection', () => {
    if (client.connection.online && !wasOnline) toast(say('back_online'));
    if (!client.connection.online && wasOnline) announce(say('lost_sr'), true);
    wasOnline = client.connection.online;
    draw();
  });
  on(client, 'rang', (one) => rang(one));
  on(client, 'call', (one) => changed(one));
  on(client, 'missed', (missed) => {
    notify(say('missed_from', { name: missed.peer, time: time(missed.at) }));
    void readHistory();
  });
  on(client, 'warning', (error) => toast(sayError(error), true));
  on(client, 'failed', (error) => {
    if (app.client !== client) return;
    void leave();
    tellWhy(sayError(error));
  });
}

/** @param {Client} client @param {string} name @param {(detail: any) => void} act */
const on = (client, name, act) =>
  client.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));

/** @type {Notification | null} */
let notice = null;

/** @param {Call} incoming */
function rang(incoming) {
  silenced.delete(incoming.id);
  announce(`${say('incoming_from', { name: incoming.peer })}. ${say('rings_for', { n: secondsLeft(incoming) })}`, true);
  notice = notify(say('incoming_from', { name: incoming.peer }), true);
  draw();
}

/** Only while the page is hidden, and only if the person asked for it. @param {string} text
 * @param {boolean} [stays] */
function notify(text, stays = false) {
  if (!document.hidden || !preferences.notify || !('Notification' in window)) return null;
  try {
    const made = new Notification('DevCloud', { body: text, icon: '/icon.svg', tag: 'devcloud',
      requireInteraction: stays });
    made.onclick = () => {
      window.focus();
      made.close();
    };
    return made;
  } catch {
    return null; // some browsers on phones have notifications for installed workers only
  }
}

/** Calls whose ring the person silenced, by id. @type {Set<string>} */
export const silenced = new Set();

/** @param {Call} one */
export const secondsLeft = (one) =>
  one.ringsUntil === null ? 0 : Math.max(0, Math.ceil((one.ringsUntil - Date.now()) / 1000));

/** What was last seen of each call. @type {WeakMap<Call, string>} */
const states = new WeakMap();

/** @param {Call} one */
function changed(one) {
  const before = states.get(one);
  states.set(one, one.state);
  const accepted = !isUnanswered(one.state) && !isOver(one);
  if (accepted && app.call !== one && (before === undefined || isUnanswered(before))) show(one);
  if (one.state === 'active' && before !== 'active' && before !== 'held') {
    if (before !== 'reconnecting') play('joined');
    announce(`${one.peer}. ${say('in_a_call')}`);
  }
  if (one.state === 'reconnecting' && before !== 'reconnecting') announce(say('reconnecting'), true);
  if (isOver(one) && before !== 'ending' && before !== 'ended') over(one);
  if (one.quality && app.call === one) app.trips = tripsWith(one);
  draw();
}

let lastQuality = /** @type {any} */ (null);

/** @param {Call} one */
function tripsWith(one) {
  const { quality } = one;
  if (!quality || quality === lastQuality || quality.rttMs === null) return app.trips;
  lastQuality = quality;
  return [...app.trips, quality.rttMs].slice(-60);
}

/** @param {Call} one */
function over(one) {
  notice?.close();
  if (app.call !== one) return;
  app.open = null;
  app.minimised = false;
  const answered = one.startedAt !== null;
  if (answered) play('ended');
  if (one.reason === 'busy' && preferences.sounds) repeat('busy');
  announce(endOf(one), true);
  // The page stays for a moment, longer where there is something to do.
  const stays = answered && one.reason === 'completed' ? 2000
    : one.reason === 'cancelled' && one.role === 'caller' ? 0 : 8000;
  setTimeout(() => {
    if (app.call === one) {
      app.call = null;
      draw();
    }
  }, stays);
}

/** The sentence about how a call ended. @param {Call} one */
export function endOf(one) {
  if (one.trouble && ['error', 'media_failed', 'untrusted'].includes(one.reason ?? '')) {
    return sayError(one.trouble);
  }
  if (one.startedAt !== null && one.reason === 'completed') {
    return say('end_completed_after', { length: clock(one.durationS) });
  }
  return say(`end_${one.reason ?? 'completed'}`, { name: one.peer });
}

/** @type {{name: string, stop: () => void} | null} */
let sounding = null;
/** @type {WakeLockSentinel | null} */
let awake = null;

/** Bring title, ring and screen in line with what is; called whenever something is drawn. */
export function settle() {
  const talking = app.call && !isOver(app.call) ? app.call : null;
  const incoming = ringing().find((one) => one !== talking);
  document.title = titleNow(incoming, talking);
  ring(incoming, talking);
  keepAwake(Boolean(talking && talking.startedAt !== null));
}

/** @param {Call | undefined} incoming @param {Call | null} talking */
function titleNow(incoming, talking) {
  if (incoming) return say('incoming_title', { name: incoming.peer });
  if (talking && isUnanswered(talking.state)) return say('calling_title', { name: talking.peer });
  if (talking) return `● ${clock(talking.durationS)} ${talking.peer}`;
  const missed = unseen();
  return missed ? `(${missed}) DevCloud` : 'DevCloud';
}

/** @param {Call | undefined} incoming @param {Call | null} talking */
function ring(incoming, talking) {
  const quiet = app.client?.status === 'do_not_disturb';
  /** @type {'ring'|'knock'|'ringback'|null} */
  let wanted = null;
  if (incoming && !quiet && !silenced.has(incoming.id)) wanted = talking ? 'knock' : 'ring';
  else if (talking?.role === 'caller' && isUnanswered(talking.state) && talking.state !== 'dialling') {
    wanted = 'ringback';
  }
  if (sounding?.name === wanted || (!sounding && !wanted)) return;
  sounding?.stop();
  sounding = wanted ? { name: wanted, stop: repeat(wanted) } : null;
}

let asked = false;

/** @param {boolean} on */
function keepAwake(on) {
  if (!on) {
    void awake?.release();
    awake = null;
  } else if (!awake && !asked && !document.hidden && 'wakeLock' in navigator) {
    asked = true;
    navigator.wakeLock.request('screen').then((lock) => {
      awake = lock;
      lock.addEventListener('release', () => (awake = null));
    }).catch(() => {}) // a battery that is low: the screen may sleep
      .finally(() => (asked = false));
  }
}
