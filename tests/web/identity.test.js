// Keys, claims, fingerprints, words and the handshake, against the vectors that Python has written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { python, vectors } from './common.js';

const id = {
  ...(await import('../../src/devcloud/web/identity.js')),
  ...(await import('../../src/devcloud/web/handshake.js')),
};
const { readWords } = await import('../../src/devcloud/web/words.js');
const { foldName, parseName } = await import('../../src/devcloud/web/names.js');

const { subtle } = crypto;
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (each) => parseInt(each, 16));

/** The key that a seed makes: PKCS #8 is a fixed head before it (RFC 8410). */
async function keyFromSeed(seed) {
  const raw = id.fromBase64url(seed, 32);
  const der = new Uint8Array([...bytes('302e020100300506032b657004220420'), ...raw]);
  const { public: key } = vectors('identity/keys.json').find((each) => each.seed === seed);
  const publicKey = await subtle.importKey('raw', id.fromBase64url(key, 32), 'Ed25519', true, ['verify']);
  const privateKey = await subtle.importKey('pkcs8', der, 'Ed25519', false, ['sign']);
  return id.signingKey({ privateKey, publicKey });
}
const keys = Object.fromEntries(
  await Promise.all(
    vectors('identity/keys.json').map(async (each) => [each.public, await keyFromSeed(each.seed)]),
  ),
);
const [MARC, JOHN] = Object.values(keys);

test('keys and their fingerprints', async () => {
  for (const each of vectors('identity/keys.json')) {
    assert.equal(await id.fingerprint(each.public), each.fingerprint);
    assert.ok(id.isPublicKey(each.public));
  }
});

test('what is signed to sign in, byte for byte', async () => {
  for (const { fields, bytes: expected, key, signature } of vectors('identity/sign-in.json')) {
    const claim = id.signInClaim(fields);
    assert.equal(id.hex(claim), expected);
    assert.equal(await keys[key].sign(claim), signature);
    assert.ok(await id.verify(key, signature, claim));
  }
});

test('what is signed in a call, byte for byte', async () => {
  for (const { fields, bytes: expected, key, signature, digests } of vectors('identity/call.json')) {
    const claim = await id.callClaim(fields);
    assert.equal(id.hex(claim), expected);
    assert.equal(id.hex(await id.digest(fields.offer)), digests.offer);
    assert.equal(await keys[key].sign(claim), signature);
    assert.ok(await id.verify(key, signature, claim));
    const own = fields.kind === 'offer' ? fields.offer : fields.answer;
    if (own) assert.equal(id.dtlsFingerprint(own), fields.fingerprint);
  }
});

test('safety words, in the lists that Python reads', async () => {
  const lists = JSON.parse(
    python(
      'import json; from devcloud.identity.words import word_list; from devcloud.model.texts import Language;' +
        'print(json.dumps({str(each): word_list(each) for each in Language}))',
    ),
  );
  for (const each of vectors('identity/words.json')) {
    const nonce = (text) => id.fromBase64url(text, 32);
    const promised = await id.commitment(nonce(each.caller_nonce), each.call, each.caller_key);
    assert.equal(promised, each.commitment);
    const places = await id.safetyWords({
      ...each,
      caller_nonce: nonce(each.caller_nonce),
      callee_nonce: nonce(each.callee_nonce),
    });
    assert.deepEqual(places, each.indices);
    for (const language of ['en', 'fr']) {
      const words = readWords(lists[language].join('\n'));
      assert.deepEqual(places.map((place) => words[place]), each[language]);
    }
  }
});

test('keys of small order are nobody\'s, and each key has one spelling', async () => {
  for (const small of ['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`])
    assert.ok(!id.isPublicKey(id.toBase64url(bytes(small))), small);
  assert.ok(!id.isPublicKey(`${MARC.public}=`));
  assert.ok(!id.isPublicKey(MARC.public.replace(/g$/, 'h')), 'left-over bits');
  assert.ok(!(await id.verify(MARC.public, 'A'.repeat(86), new Uint8Array(1))));
});

const sdp = (octet, more = '') => {
  const value = Array(32).fill(octet).join(':');
  return `v=0\r\ns=-\r\nt=0 0\r\n${more}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=fingerprint:sha-256 ${value}\r\n`;
};

test('a description leaves no choice of certificates', () => {
  const refused = {
    fingerprint_ambiguous: sdp('AB', `a=fingerprint:sha-256 ${Array(32).fill('CD').join(':')}\r\n`),
    fingerprint_weak: sdp('AB', `a=fingerprint:sha-1 ${Array(20).fill('CD').join(':')}\r\n`),
    fingerprint_malformed: sdp('AB', 'a=fingerprint: sha-256 AB\r\n'),
    fingerprint_missing: sdp('AB').replace(/a=fingerprint.*\r\n/, ''),
    description_not_encrypted: sdp('AB').replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP'),
    description_malformed: sdp('AB').replace('s=-', 's=\u0000'),
  };
  for (const [code, text] of Object.entries(refused))
    assert.throws(() => id.dtlsFingerprint(text), { code });
  assert.throws(() => id.dtlsFingerprint('v=0\r\n'), { code: 'description_malformed' });
  assert.throws(() => id.dtlsFingerprint(`${sdp('AB')}a=crypto:1 x\r\n`), { code: 'description_not_encrypted' });
  assert.throws(() => id.dtlsFingerprint(sdp('AB').replace('s=-', 's=a\u2028b')), { code: 'description_malformed' });
});

const sides = (more = {}) => {
  const call = { call: '0'.repeat(32), caller: 'Marc', callee: 'John', pin: undefined };
  return [
    new id.Handshake({ ...call, role: 'caller', key: MARC, nonce: id.random(32), ...more }),
    new id.Handshake({ ...call, role: 'callee', key: JOHN, nonce: id.random(32), ...more }),
  ];
};

test('both sides have the same words, and go on with new paths, through a reload too', async () => {
  let [marc, john] = sides();
  await john.checkInvite(1, sdp('AA'), await marc.signInvite(1, sdp('AA')));
  await marc.checkRinging(1, sdp('BB'), await john.signRinging(sdp('BB')));
  await marc.checkAccept(1, sdp('BB'), await john.signAccept(sdp('BB')));
  await john.checkReveal(marc.reveal);
  assert.deepEqual(marc.words, john.words);
  assert.equal(marc.peerKey, JOHN.public);
  const again = (side, key) =>
    id.Handshake.resume(side.call, JSON.parse(JSON.stringify(side.save())), key, undefined);
  marc = again(marc, MARC);
  john = again(john, JOHN);
  await marc.checkOffer(2, sdp('CC'), await john.signOffer(2, sdp('CC')));
  await john.checkAnswer(2, sdp('DD'), await marc.signAnswer(2, sdp('DD')));
  assert.deepEqual(marc.words, john.words);
  const old = await john.signOffer(2, sdp('EE'));
  await assert.rejects(marc.checkOffer(2, sdp('EE'), old), { code: 'description_out_of_place' });
});

test('what a server in between can edit', async () => {
  const [marc, john] = sides();
  const signed = await marc.signInvite(1, sdp('AA'));
  const edited = [
    ['claim_invalid', 1, sdp('AB'), signed],
    ['claim_invalid', 2, sdp('AA'), signed],
    ['claim_invalid', 1, `${sdp('AA')}a=setup:passive\r\n`, signed],
    ['claim_invalid', 1, sdp('AA'), { ...signed, commitment: id.toBase64url(id.random(32)) }],
    ['claim_invalid', 1, sdp('AA'), { ...signed, commitment: 'short' }],
    ['claim_invalid', 1, sdp('AA'), { ...signed, key: JOHN.public }],
    ['claim_missing', 1, sdp('AA'), { ...signed, claim: '' }],
  ];
  for (const [code, ...what] of edited) await assert.rejects(john.checkInvite(...what), { code });
  assert.equal(john.peerKey, '');
  await john.checkInvite(1, sdp('AA'), signed);
  const ringing = await john.signRinging(sdp('BB'));
  await assert.rejects(marc.checkAccept(1, sdp('BB'), { ...ringing, nonce: id.toBase64url(id.random(32)) }), {
    code: 'claim_invalid',
  });
  await assert.rejects(john.checkReveal(id.toBase64url(id.random(32))), { code: 'reveal_out_of_place' });
  await marc.checkAccept(1, sdp('BB'), await john.signAccept(sdp('BB')));
  await assert.rejects(john.checkReveal(id.toBase64url(id.random(32))), { code: 'commitment_mismatch' });
  const [, other] = sides({ me: 'Support' });
  await assert.rejects(other.checkInvite(1, sdp('AA'), signed), { code: 'claim_wrong_person' });
});

test('a key that is not the pinned one waits for the person', async () => {
  const pin = { name: 'Marc', key: JOHN.public, first_seen: 1, verified: true };
  const [marc] = sides();
  const [, john] = sides({ pin });
  await assert.rejects(john.checkInvite(1, sdp('AA'), await marc.signInvite(1, sdp('AA'))), {
    code: 'key_changed',
  });
});

test('the pin book: first use, then the same key, and no change by itself', () => {
  let book = id.rememberPin({}, 'Zoé', MARC.public, 5);
  assert.equal(id.judge(id.findPin(book, 'ZOÉ'), MARC.public), 'same');
  assert.equal(id.rememberPin(book, 'zoé', JOHN.public, 6), book);
  assert.equal(id.judge(id.findPin(book, 'zoé'), JOHN.public), 'changed');
  assert.equal(id.findPin(book, 'constructor'), undefined);
  assert.deepEqual(id.withoutPin(book, 'ZOE\u0301'), {});
});

test('names fold as in Python, for every character there is', () => {
  const pairs = JSON.parse(
    python(`
import json, sys, unicodedata
from devcloud.model.names import fold_name
known = (chr(p) for p in range(sys.maxunicode + 1) if unicodedata.category(chr(p)) not in ("Cs", "Cn"))
print(json.dumps([(c, fold_name(c)) for c in known if len({c, c.lower(), c.upper(), fold_name(c)}) > 1]))`),
  );
  assert.ok(pairs.length > 2000);
  const [ours, theirs] = [new Map(), new Map()];
  const wrong = [];
  for (const [c, folded] of pairs) {
    if (foldName(c) !== foldName(folded)) wrong.push(`${c} is ${folded}`);
    const seen = ours.get(foldName(c)) ?? folded;
    ours.set(foldName(c), seen);
    theirs.set(folded, c);
    if (seen !== folded) wrong.push(`${seen} is not ${folded}`);
  }
  assert.deepEqual(wrong, []);
});

test('names that may not be', () => {
  for (const [name, code] of [
    ['', 'name_empty'],
    ['  ', 'name_empty'],
    ['x'.repeat(33), 'name_too_long'],
    [' Marc', 'name_blank_at_end'],
    ['Ma\u202erc', 'name_unprintable'],
    ['Ma\u0000rc', 'name_unprintable'],
    ['Jo\u200bhn', 'name_unprintable'],
    ['\u3164', 'name_unprintable'],
    ['\u200d\ufe0f', 'name_empty'],
    ['John \u200d', 'name_blank_at_end'],
  ])
    assert.throws(() => parseName(name), { code });
  assert.equal(foldName('Jo\u200dhn'), foldName('John\ufe0f'));
  assert.equal(parseName('👩\u200d🚒'), '👩\u200d🚒');
  assert.equal(parseName('Zoe\u0301'), 'Zoé');
});
