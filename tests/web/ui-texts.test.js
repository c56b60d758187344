import assert from 'node:assert/strict';
import test from 'node:test';

globalThis.document ??= { documentElement: {} };

const sentences = {
  today: 'Today',
  yesterday: 'Yesterday',
  call_text: 'Call “{text}”',
  error_unknown: 'Something went wrong ({code}). Try again.',
  'errors.name_taken': 'That name is already used.',
};
globalThis.fetch = async () => ({ ok: true, json: async () => sentences });

const texts = await import('../../src/devcloud/web/ui/texts.js');
await texts.speak('en');

test('a timer counts minutes, then hours', () => {
  assert.deepEqual([0, 59.9, 272, 3872].map(texts.clock), ['00:00', '00:59', '04:32', '1:04:32']);
  assert.equal(texts.clock(-3), '00:00');
});

test('a length is said in the largest unit that fits', () => {
  assert.equal(texts.length(45).replace(/\s/g, ' '), '45 s');
  assert.equal(texts.length(12 * 60).replace(/\s/g, ' '), '12 min');
  assert.equal(texts.length(64 * 60).replace(/\s/g, ' '), '1 h 04');
});

test('days have names for a week, then dates', () => {
  const now = new Date(2026, 2, 18, 0, 30).getTime();
  assert.equal(texts.day(now - 60_000, now), 'Today');
  assert.equal(texts.day(now - 3_600_000, now), 'Yesterday');
  assert.equal(texts.day(new Date(2026, 2, 16, 23).getTime(), now), 'Monday');
  assert.equal(texts.day(new Date(2026, 1, 12).getTime(), now), 'February 12');
});

test('values are put in, and one that is missing hides nothing', () => {
  assert.equal(texts.say('call_text', { text: 'John' }), 'Call “John”');
  assert.equal(texts.say('call_text'), 'Call “{text}”');
  assert.equal(texts.say('call_text', { text: '{text}' }), 'Call “{text}”');
  assert.equal(texts.say('not_there'), 'not_there');
});

test('an error is said by its code, and an unknown one names it', () => {
  assert.equal(texts.sayError({ code: 'name_taken' }), 'That name is already used.');
  assert.equal(texts.sayError({ code: 'brand_new' }), 'Something went wrong (brand_new). Try again.');
  assert.equal(texts.sayError({ code: 'brand_new', text: 'It rained.' }), 'It rained.');
});
