/**
 * The call page: calling, talking, and how it ended. What a call is and does is `client.js`.
 */

import { isUnanswered } from '../table.js';
import { app, attempt, call as dial, draw, isOver, mute, show, talk, talkMode, toggle } from './app.js';
import { devicesPanel, qualityButton, weakness, wordsPanel } from './callpanels.js';
import { h, icon } from './dom.js';
import { preferences } from './preferences.js';
import { endOf, secondsLeft } from './session.js';
import { clock, say, sayError } from './texts.js';
import { avatar, chip, iconButton, item, meter, popover, showLevel } from './widgets.js';

/** @typedef {import('../client.js').Call} Call */

/** @param {Call} call */
export function callPage(call) {
  const over = isOver(call);
  return h('main', { class: `callpage ${over ? 'over' : ''}`, key: call.id, 'aria-label': call.peer },
    !over && head(call),
    !over && banner(call),
    h('div.stage', { id: 'stage', tabindex: '-1',
      ref: (/** @type {HTMLElement} */ el) => el.focus() },
    h('div.center', picture(call), h('h1', call.peer),
      h('p.state.num', { id: 'state' }, over ? endOf(call) : state(call)),
      over && call.text && h('p', say('said', { text: call.text })),
      !over && h('div.chips', chips(call)))),
    over ? endBar(call) : bar(call));
}

/** @param {Call} call */
function head(call) {
  const answered = !isUnanswered(call.state);
  return h('header.call-head',
    h('div.row',
      iconButton(say('minimise'), 'down', () => {
        app.minimised = true;
        draw();
      }),
      answered && h('span.wide-only', lockChip(call))),
    h('div.mid'),
    h('div.end', answered && qualityButton(call),
      h('div.anchor',
        iconButton(say('more'), 'more', () => toggle('more'), { 'aria-expanded': app.open === 'more' }),
        app.open === 'more' && popover(say('more'), 'menu right',
          item('headset', 'output_choose', () => toggle('devices')),
          item('info', 'call_details', () => toggle('quality')),
          call.kind === 'devcloud' && item('shield', 'verify', () => toggle('words')),
          item('settings', 'audio_settings', () => {
            app.open = null;
            app.settings = 'audio';
            draw();
          })))));
}

/** @param {Call} call */
function lockChip(call) {
  if (call.kind === '2023') return chip('warn', 'unlock', say('not_encrypted'), say('why_2023'));
  return call.encrypted && chip('ok', 'lock', say('encrypted'), say('why_encrypted'));
}

/** @param {Call} call */
function banner(call) {
  const text = bannerText(call);
  return text && h('div', { class: `banner ${call.keyChanged ? 'bad' : 'warn'}`, role: 'status' },
    icon(call.state === 'reconnecting' ? 'refresh' : 'alert'), h('span.grow', text),
    call.keyChanged && h('span.mono', call.peerKey),
    call.keyChanged && h('button.btn.outline.compact', {
      onclick: () => attempt(() => call.acceptKey()) }, say('accept_key')));
}

/** What matters most of what is wrong. @param {Call} call */
function bannerText(call) {
  const weak = weakness(call); // first: it counts for how long
  if (call.state === 'reconnecting') return say('reconnecting');
  if (call.keyChanged) return say('key_changed_more');
  if (call.trouble?.code.startsWith('device_')) return sayError(call.trouble);
  if (isSilent() && !isUnanswered(call.state)) return say('no_sound');
  return weak && say(weak);
}

/** @param {Call} call */
function picture(call) {
  const calling = isUnanswered(call.state);
  return h('span', { class: `rings ${calling ? 'calling' : ''}`, id: 'picture' },
    calling && h('i'), calling && h('i'), avatar(call.peer, 'xl'));
}

/** @param {Call} call */
function state(call) {
  if (call.state === 'dialling' || call.state === 'connecting_after_accepted') return say('connecting');
  if (isUnanswered(call.state)) return say('ringing');
  if (call.heldHere || call.heldThere) return `${say('on_hold')} · ${clock(call.durationS)}`;
  return clock(call.durationS);
}

/** @param {Call} call */
function chips(call) {
  const answered = !isUnanswered(call.state);
  const verified = call.verified ? 'ok' : '';
  const shield = call.verified ? 'shield-check' : 'shield-ask';
  if (call.kind === '2023') return h('span', { class: answered ? 'narrow-only' : '' }, lockChip(call));
  if (!answered) {
    return [chip(verified, shield, say(call.verified ? 'key_verified' : 'key_not_verified'),
      say(call.verified ? 'why_verified' : 'why_not_verified')),
    chip('', 'lock', say('encrypted_long'), say('why_encrypted'))];
  }
  return [
    h('span.narrow-only', lockChip(call)),
    h('span.anchor',
      h('button', { class: `chip ${verified}`, 'aria-expanded': app.open === 'words',
        'aria-label': `${say('safety_words')}, ${say(call.verified ? 'key_verified' : 'key_not_verified')}`,
        onclick: () => toggle('words') }, icon(shield, 's'), say('safety_words')),
      app.open === 'words' && wordsPanel(call))];
}

/** @param {Call} call */
function bar(call) {
  const calling = isUnanswered(call.state);
  return h('div.bar',
    h('div.meterbox', { ref: nameDevice }, icon('headset'),
      h('div.lab', h('span.caption.ell.wide-only', { id: 'device' }, deviceName()),
        meter())),
    h('div', { class: `ctls ${calling ? 'few' : ''}`, role: 'toolbar', 'aria-label': say('call_controls'),
      onkeydown: moveInBar },
    micControl(call),
    !calling && control('talk', 'talk', app.talk ? 'on' : '', () => talkMode(!app.talk),
      { 'aria-label': say('talk_on'), 'aria-pressed': app.talk, key_hint: 'T' }),
    !calling && control('hold', call.heldHere ? 'play' : 'pause', call.heldHere ? 'on' : '',
      () => attempt(() => call.hold(!call.heldHere)),
      { 'aria-label': say(call.heldHere ? 'hold_off' : 'hold_on'), 'aria-pressed': call.heldHere,
        key_hint: 'P' }),
    h('div.anchor',
      control('output', 'volume', app.open === 'devices' ? 'on' : '', () => toggle('devices'),
        { 'aria-label': say('output_choose'), 'aria-expanded': app.open === 'devices' }),
      app.open === 'devices' && devicesPanel()),
    !calling && call.kind === 'devcloud' && h('div.narrow-only',
      control('verify', call.verified ? 'shield-check' : 'shield', '', () => toggle('words'), {})),
    control('hang_up', 'hang-up', 'end', () => call.hangUp(), { key_hint: 'H' })),
    h('p.hint.caption.muted.num', { id: 'hint' }, hint(call)));
}

/** @param {Call} call */
function micControl(call) {
  const word = app.talk ? (call.muted ? 'mic_closed' : 'talking') : call.muted ? 'mic_muted' : 'mic';
  const held = app.talk
    ? { onpointerdown: () => talk(true), onpointerup: () => talk(false),
      onpointerleave: () => talk(false), onpointercancel: () => talk(false) }
    : {};
  return control(word, call.muted ? 'mic-off' : 'mic',
    `main ${app.talk && !call.muted ? 'on' : call.muted ? 'off' : ''}`,
    () => app.talk || mute(!call.muted),
    { 'aria-label': say(app.talk ? 'hold_to_talk' : call.muted ? 'unmute' : 'mute'),
      'aria-pressed': call.muted, key_hint: 'M', ...held });
}

/** @param {string} key @param {string} glyph @param {string} kind @param {() => void} act
 * @param {Record<string, any>} more */
function control(key, glyph, kind, act, { key_hint: hint, ...more }) {
  const action = more['aria-label'] ?? say(key);
  const seen = say(key);
  // The name holds what is seen, for those who speak to their computer.
  const name = action.toLowerCase().includes(seen.toLowerCase()) ? action : `${seen}, ${action}`;
  return h('button', { class: `ctl ${kind}`, 'data-ctl': key,
    tabindex: kind.startsWith('main') ? '0' : '-1',
    title: hint && preferences.letters ? `${action} (${hint})` : action,
    onclick: (/** @type {MouseEvent} */ event) => {
      act();
      // After a click the page has the focus again, so that Space talks.
      if (event.detail && !app.open) document.getElementById('stage')?.focus();
    },
    ...more, 'aria-label': name }, h('b', icon(glyph)), h('span', seen));
}

/** One tab stop, arrows inside. @param {KeyboardEvent} event */
function moveInBar(event) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.ctls .ctl')]
    .filter((each) => each.checkVisibility?.() ?? true));
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (!by || at < 0) return;
  event.preventDefault();
  all[(at + by + all.length) % all.length].focus();
}

/** @type {string} */
let microphone = '';
const deviceName = () => microphone || say('microphone');

/** Learn what the microphone is called. */
async function nameDevice() {
  const { microphones } = await app.media.devices();
  const chosen = preferences.media.microphone;
  microphone = (microphones.find((each) => each.id === chosen) ?? microphones[0])?.label ?? '';
  draw();
}

/** @param {Call} call */
function hint(call) {
  if (isUnanswered(call.state)) {
    return call.ringsUntil === null ? '' : say('no_answer_in', { n: secondsLeft(call) });
  }
  if (app.talk) return say('hint_talk');
  return say(speechWhileMuted > 3000 / TICK_MS ? 'hint_muted' : 'hint_talk_muted');
}

/** @param {Call} call */
const endBar = (call) =>
  h('div.bar.ends',
    h('button.btn.large', { onclick: () => {
      app.call = null;
      draw();
    } }, say('close')),
    (call.reason === 'connection_lost' || (call.startedAt === null && call.role === 'caller')) &&
      h('button.btn.call.large', { onclick: () => dial(call.peer) },
        icon('phone-fill'), say('call_again')));

/** The call in a green bar over the other pages. @param {Call} call */
export const minimisedBar = (call) =>
  h('div.banner.live', { key: `bar ${call.id}`, role: 'region', 'aria-label': call.peer },
    h('span.grow.ell', h('span.strong', call.peer), ' ',
      h('span.num', state(call))),
    call === app.call && iconButton(say(call.muted ? 'unmute' : 'mute'), call.muted ? 'mic-off' : 'mic',
      () => mute(!call.muted), { class: 'compact', 'aria-pressed': call.muted }),
    iconButton(say('hang_up'), 'hang-up', () => call.hangUp(), { class: 'compact' }),
    h('button.btn.compact', { onclick: () => back(call) }, say('return')));

/** Show a call again; one that waited is taken up, the other one waits. @param {Call} call */
function back(call) {
  if (call === app.call) {
    app.minimised = false;
    app.settings = null;
    draw();
    return;
  }
  attempt(() => {
    if (!isOver(app.call)) app.call?.hold(true);
    call.hold(false);
    show(call);
  });
}

const TICK_MS = 50;
const SPEECH_DBFS = -45;
let spokeAt = -Infinity;
let silentSince = 0;
let speechWhileMuted = 0;

const isSilent = () => Boolean(silentSince) && performance.now() - silentSince > 10_000;

/** Show the levels, 20 times a second. @param {number} [now] milliseconds */
function showLevels(now = performance.now()) {
  const { call } = app;
  if (!call || isOver(call)) return;
  const { inputDbfs, outputDbfs } = call.levels;
  showLevel(call.muted || call.heldHere ? -100 : inputDbfs, now);
  if (outputDbfs > SPEECH_DBFS) spokeAt = now;
  document.querySelector('#picture .av')?.classList.toggle('speaking', now - spokeAt < 400);
  const live = call.state === 'active' && !call.muted && !call.heldHere;
  silentSince = !live || inputDbfs > -90 ? 0 : silentSince || now;
  speechWhileMuted = call.muted && !app.talk && inputDbfs > SPEECH_DBFS ? speechWhileMuted + 1 : 0;
}

setInterval(() => showLevels(), TICK_MS);

/** Take a call. One that goes on is put on hold, or hung up first. @param {Call} incoming
 * @param {boolean} [instead] */
export function answer(incoming, instead = false) {
  const { call } = app;
  attempt(() => {
    if (instead && call && call !== incoming && !isOver(call)) call.hangUp();
    incoming.accept();
    show(incoming);
  });
}
