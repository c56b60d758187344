/**
 * The sounds of the interface, made by Web Audio: no files. Levels are peaks in dBFS; every sound
 * begins and ends with a fade. Knows nothing of calls: who wants a sound says which.
 */

import { preferences } from './preferences.js';

/** Seconds of fade at both ends. */
const FADE = 0.005;
const C5 = 523.25;
const G4 = 392;
const G5 = 783.99;
const A4 = 440;
const E5 = 659.26;
const A5 = 880;
const B5 = 987.77;
const E6 = 1318.51;

/** Notes of the mallet: [seconds from the start, hertz, level].
 * @type {Record<string, {every: number, notes: number[][]}>} */
const MELODIES = {
  clearing: {
    every: 4,
    notes: [[0, A4, 0.8], [0.16, E5, 0.9], [0.32, B5, 1], [0.8, E5, 0.6], [0.96, 1108.73, 0.8]],
  },
  drops: { every: 3, notes: [[0, E6, 1], [0.25, B5, 1], [0.5, E6, 1]] },
};

/** Short sounds: [hertz, seconds] one after the other, and their level. */
const SHORT = {
  joined: { level: -20, notes: [[E5, 0.09], [A5, 0.09]] },
  ended: { level: -20, notes: [[A5, 0.09], [E5, 0.09]] },
  mute: { level: -28, notes: [[C5, 0.04], [G4, 0.04]] },
  unmute: { level: -28, notes: [[G4, 0.04], [C5, 0.04]] },
  talk: { level: -30, notes: [[A5, 0.03]] },
  hush: { level: -30, notes: [[E5, 0.03]] },
};

/** The first time round softly, then louder (dBFS). */
const RISING = [-18, -13, -9];

/** @type {AudioContext | undefined} */
let context;

/** @param {number} db */
const factor = (db) => 10 ** (db / 20);

/** The one audio context; it may only begin after the person touched the page. */
function audio() {
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume().catch(() => {});
  return context;
}

/** @param {number} level peak, 0 to 1 */
function out(level) {
  const to = audio();
  const gain = to.createGain();
  gain.gain.value = level;
  gain.connect(to.destination);
  return gain;
}

/** Fade in, stay, fade out. @param {AudioParam} level @param {number} at @param {number} seconds
 * @param {number} peak */
function swell(level, at, seconds, peak) {
  level.setValueAtTime(0, at);
  level.linearRampToValueAtTime(peak, at + FADE);
  level.setValueAtTime(peak, at + seconds - FADE);
  level.linearRampToValueAtTime(0, at + seconds);
}

/** A sine of even loudness. @param {AudioNode} into @param {number} at @param {number} hertz
 * @param {number} seconds @param {number} [tremolo] hertz */
function tone(into, at, hertz, seconds, tremolo) {
  const to = audio();
  const wave = to.createOscillator();
  const gain = to.createGain();
  wave.frequency.value = hertz;
  swell(gain.gain, at, seconds, tremolo ? 0.5 : 1);
  if (tremolo) {
    const shake = to.createOscillator();
    const depth = to.createGain();
    shake.frequency.value = tremolo;
    swell(depth.gain, at, seconds, 0.5);
    shake.connect(depth).connect(gain.gain);
    shake.start(at);
    shake.stop(at + seconds);
  }
  wave.connect(gain).connect(into);
  wave.start(at);
  wave.stop(at + seconds);
}

/** A soft mallet: three partials that die away. @param {AudioNode} into @param {number} at
 * @param {number} hertz @param {number} level */
function mallet(into, at, hertz, level) {
  const to = audio();
  const soft = to.createBiquadFilter();
  soft.frequency.value = 6000;
  soft.connect(into);
  for (const [times, loud, decay] of [[1, 1, 0.5], [4, 0.18, 0.12], [10, 0.05, 0.04]]) {
    const wave = to.createOscillator();
    const gain = to.createGain();
    wave.frequency.value = hertz * times;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime((level * loud) / 1.23, at + 0.004);
    gain.gain.setTargetAtTime(0, at + 0.004, decay / 3);
    gain.gain.linearRampToValueAtTime(0, at + 4 * decay);
    wave.connect(gain).connect(soft);
    wave.start(at);
    wave.stop(at + 4 * decay);
  }
}

/** @param {keyof typeof SHORT} name */
export function play(name) {
  if (!preferences.sounds) return;
  const { level, notes } = SHORT[name];
  const into = out(factor(level));
  let at = audio().currentTime + 0.01;
  for (const [hertz, seconds] of notes) {
    tone(into, at, hertz, seconds);
    at += seconds;
  }
}

/** One round of a tune, for a person who chooses. @param {string} name @param {string} [speaker] */
export async function taste(name, speaker) {
  const to = /** @type {any} */ (audio());
  if (to.setSinkId) await to.setSinkId(speaker ?? '').catch(() => {});
  round(name, preferences.toneVolume * factor(-13));
}

/** @param {string} name @param {number} level */
function round(name, level) {
  const into = out(level);
  const at = audio().currentTime + 0.02;
  const melody = MELODIES[name];
  if (melody) for (const [when, hertz, loud] of melody.notes) mallet(into, at + when, hertz, loud);
  else tone(into, at, A4, 1.5, 20);
  return { into, every: melody?.every ?? 5 };
}

/** What goes on and on: `ring` (incoming), `ringback` (outgoing), `busy`, `knock` (a second call).
 * @param {'ring'|'ringback'|'busy'|'knock'} name @returns {() => void} stops it */
export function repeat(name) {
  let turn = 0;
  /** @type {GainNode | undefined} */
  let into;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const once = () => {
    let every = 5;
    const soon = audio().currentTime + 0.02;
    if (name === 'ring') {
      const loud = factor(RISING[Math.min(turn, RISING.length - 1)]) * preferences.toneVolume;
      ({ into, every } = round(preferences.tone, loud));
    } else if (name === 'knock') {
      into = out(factor(-24));
      mallet(into, soon, B5, 1);
      mallet(into, soon + 0.2, G5, 1);
      every = 4;
    } else {
      into = out(factor(-18));
      tone(into, soon, A4, name === 'busy' ? 0.5 : 1.5);
      if (name === 'busy') every = 1;
    }
    turn += 1;
    if (name !== 'busy' || turn < 3) timer = setTimeout(once, every * 1000);
  };
  once();
  return () => {
    clearTimeout(timer);
    into?.gain.setTargetAtTime(0, audio().currentTime, FADE);
  };
}
