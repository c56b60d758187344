/**
 * The first pages: the name under which one joins, then the microphone.
 */

import { app, attempt, draw } from './app.js';
import { h, icon } from './dom.js';
import { preferences, prefer } from './preferences.js';
import { connect, echoIsHere, invite, testSound } from './session.js';
import { language, say, sayError, speak } from './texts.js';
import { errorLine, meter, showLevel } from './widgets.js';

let connecting = false;
let problem = '';
/** @type {string | null} */
let nameProblem = null;
let micProblem = '';
let asking = false;
/** @type {(() => void) | null} */
let stopLevel = null;

const brand = () => h('span.brand', icon('brand'));

export function joinPage() {
  return h('main.pane.welcome',
    h('div.card-col.form',
      h('div.ident', brand(), h('h1', 'DevCloud'),
        h('p.muted', say('tagline'))),
      window.isSecureContext ? form() : insecure()));
}

const insecure = () =>
  h('div.notice.warn', icon('unlock'),
    h('p', h('b', say('insecure_title')), ' ', say('insecure')));

function form() {
  return h('form.stack', { novalidate: true, onsubmit: submit },
    h('div.field',
      h('label', { for: 'name' }, say('your_name')),
      h('input', { id: 'name', class: `input tall ${nameProblem ? 'error' : ''}`, maxlength: '64',
        autocomplete: 'nickname', value: preferences.name, readOnly: connecting,
        'aria-invalid': Boolean(nameProblem), 'aria-describedby': nameProblem ? 'name-error' : null,
        ref: (/** @type {HTMLElement} */ el) => preferences.name || el.focus(),
        oninput: (/** @type {any} */ event) => {
          preferences.name = event.target.value;
          if (nameProblem !== null) nameProblem = faultOf(preferences.name);
          draw();
        } }),
      nameProblem && errorLine(nameProblem, { id: 'name-error' })),
    invite.token && h('p.msg', icon('check', 's'),
      h('span.grow', `${say('invite')}. ${say('invite_from_link')}`)),
    problem && h('div.notice.bad', { role: 'alert' }, icon('alert'), h('p', problem)),
    h('button.btn.primary.large.block', { type: 'submit',
      ref: (/** @type {HTMLElement} */ el) => preferences.name && el.focus() },
      connecting && icon('spinner', 'spin'), say(connecting ? 'connecting' : 'connect')),
    h('div.row.end', languageChoice()));
}

const languageChoice = () =>
  h('label.lang', icon('globe', 's'),
    h('span.sr', say('language')),
    h('select', { onchange: async (/** @type {any} */ event) => {
      prefer({ language: event.target.value });
      await attempt(() => speak(preferences.language));
      if (nameProblem) nameProblem = faultOf(preferences.name);
      problem = '';
      draw();
    } },
    [['fr', 'Français'], ['en', 'English']].map(([value, text]) =>
      h('option', { key: value, value, lang: value, selected: value === language }, text))),
    icon('down', 's'));

/** @param {string} name */
const faultOf = (name) => (name.trim() ? '' : say('name_needed'));

/** @param {Event} event */
async function submit(event) {
  event.preventDefault();
  if (connecting) return;
  await join();
}

/** Sign in with the name that is remembered. */
export async function join() {
  problem = '';
  nameProblem = faultOf(preferences.name);
  if (nameProblem) {
    document.getElementById('name')?.focus();
    draw();
    return;
  }
  connecting = true;
  draw();
  try {
    await connect(preferences.name.trim());
  } catch (error) {
    if (/** @type {any} */ (error)?.code?.startsWith('name_')) {
      nameProblem = sayError(error);
      document.getElementById('name')?.focus();
    } else problem = sayError(error);
  } finally {
    connecting = false;
    draw();
  }
}

/** @param {string} text what ended the connection */
export function tellWhy(text) {
  problem = text;
  app.page = 'join';
  draw();
}

export function microphonePage() {
  const ready = app.media.permission === 'granted';
  const refused = app.media.permission === 'denied';
  return h('main.pane.welcome',
    h('div.card-col.form',
      h('div.ident',
        h('span', { class: `brand ${ready ? 'ok' : refused ? 'bad' : ''}` },
          icon(refused ? 'mic-off' : 'mic')),
        h('h1', { tabindex: '-1', ref: (/** @type {HTMLElement} */ el) => el.focus() },
          say(ready ? 'mic_works' : refused ? 'mic_refused' : 'mic_title')),
        h('p.muted', say(ready ? 'mic_speak' : 'mic_why'))),
      ready ? readyPart() : askPart(refused)));
}

/** @param {boolean} refused */
function askPart(refused) {
  return h('div.stack', { key: 'ask' },
    refused && h('div.notice', icon('info'), h('p', say(howToAllow()))),
    micProblem && !refused &&
      h('div.notice.bad', { role: 'alert' }, icon('alert'), h('p', micProblem)),
    h('button.btn.primary.large.block', { onclick: allow },
      asking && icon('spinner', 'spin'), say(refused || micProblem ? 'retry' : 'mic_allow')),
    asking && h('p.small.muted.center-text', say('mic_asking')),
    h('button.btn.flat.block', { onclick: enter }, say('mic_later')));
}

function readyPart() {
  return h('div.stack', { key: 'ready', ref: listen },
    meter(),
    echoIsHere() && h('div.stack.tight',
      h('button.btn.large.block', { onclick: () => {
          enter();
          testSound();
        } }, icon('headset'), say('test_sound')),
      h('p.small.muted.center-text', say('test_sound_why'))),
    h('button.btn.primary.large.block', { onclick: enter },
      say('go_on')));
}

/** @param {HTMLElement} el */
async function listen(el) {
  const stop = await attempt(() => app.media.testMicrophone((level) => showLevel(level)));
  if (!stop) return;
  // The page may have gone while the microphone opened.
  if (el.isConnected) stopLevel = stop;
  else stop();
}

async function allow() {
  if (asking) return;
  asking = true;
  micProblem = '';
  draw();
  try {
    await app.media.ask();
  } catch (error) {
    micProblem = sayError(error);
  } finally {
    asking = false;
    draw();
  }
}

/** Go on to the contacts. */
function enter() {
  stopLevel?.();
  stopLevel = null;
  app.page = 'home';
  draw();
}

/** Each browser hides the permission elsewhere. */
function howToAllow() {
  const agent = navigator.userAgent;
  if (/Firefox\//.test(agent) && !/Mobile/.test(agent)) return 'mic_how_firefox';
  if (/Android|Mobile/.test(agent)) return 'mic_how_phone';
  return /Chrom(e|ium)\//.test(agent) ? 'mic_how_chromium' : 'mic_how_safari';
}
