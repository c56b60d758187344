/**
 * A client that only pretends, so that every page can be shown and looked at without a server. It
 * has the facade of `client.js`; `globalThis.fake` makes things happen. Not shipped.
 */

export class DevCloudError extends Error {
  constructor(code, values = {}, text = '') {
    super(text || code);
    Object.assign(this, { code, values, text: text || code });
  }
}

const HOUR = 3_600_000;
const MINUTE = 60_000;

export class Media extends EventTarget {
  permission = new URLSearchParams(location.search).get('mic') ?? 'granted';
  async ask() {
    this.permission = new URLSearchParams(location.search).get('answer') ?? 'granted';
    if (this.permission === 'denied') throw new DevCloudError('microphone_denied');
  }
  async devices() {
    return {
      microphones: [{ id: 'default', label: 'Default' }, { id: 'usb', label: 'Casque USB' }],
      speakers: [{ id: 'usb', label: 'Casque USB – Sortie' }, { id: 'hp', label: 'Haut-parleurs' }],
    };
  }
  async use() {}
  async testMicrophone(onLevel) {
    const timer = setInterval(() => onLevel(-18), 50);
    return () => clearInterval(timer);
  }
}

export class Call extends EventTarget {
  constructor(client, peer, more) {
    super();
    Object.assign(this, {
      client, peer, id: `${peer}${Math.random()}`, role: 'caller', kind: 'devcloud',
      state: 'dialling', reason: null, text: '', muted: false, heldHere: false, heldThere: false,
      encrypted: true, verified: false, safetyWords: [], peerKey: '7F3A 19C2 E04B 88D1 52BC 0A9E',
      keyChanged: false, ringsUntil: Date.now() + 38_000, startedAt: null, endedAt: null,
      quality: null, levels: { inputDbfs: -100, outputDbfs: -100 }, trouble: null, ...more,
    });
    client.calls.set(this.id, this);
  }
  get durationS() {
    return this.startedAt === null ? 0 : ((this.endedAt ?? Date.now()) - this.startedAt) / 1000;
  }
  become(more) {
    Object.assign(this, more);
    this.dispatchEvent(new Event('changed'));
    this.client.tell('call', this);
  }
  accept() {
    if (this.keyChanged) throw new DevCloudError('key_changed_ask', { name: this.peer });
    this.become({ state: 'active', startedAt: Date.now(), safetyWords: ['orage', 'tulipe', 'canard', 'velours'] });
  }
  end(reason) {
    this.become({ state: 'ended', reason, endedAt: Date.now() });
    this.client.calls.delete(this.id);
  }
  decline(text = '') {
    this.text = text;
    this.end('declined');
  }
  hangUp() {
    this.end(this.startedAt === null ? 'cancelled' : 'completed');
  }
  hold(on) {
    this.become({ heldHere: on, state: on ? 'held' : 'active' });
  }
  mute(on) {
    this.become({ muted: on });
  }
  acceptKey() {
    this.become({ keyChanged: false });
  }
  confirmWords(match) {
    if (match) this.become({ verified: true });
  }
}

export class Client extends EventTarget {
  static async open({ name }) {
    if (name === 'Accueil') throw new DevCloudError('name_taken');
    if (name === 'nobody') throw new DevCloudError('server_unreachable', { address: location.host });
    const client = new Client();
    client.name = name;
    globalThis.fake = client;
    if (new URLSearchParams(location.search).has('alone')) {
      client.people = [];
      client.past = [];
      client.known = [];
    }
    return client;
  }
  name = '';
  ownFingerprint = '41D0 9B7C 33F2 A810 6E5D C01F';
  connection = { online: true, nextTryS: null };
  status = 'available';
  media = new Media();
  calls = new Map();
  everyone = true;
  people = [
    { name: 'Accueil', status: 'available', kind: 'devcloud', key: '7F3A 19C2 E04B 88D1 52BC 0A9E' },
    { name: 'Atelier', status: 'busy', kind: 'devcloud', key: 'AA12 0D5F 77C0 91B3 18E2 44F0' },
    { name: 'echo', status: 'available', kind: 'devcloud', key: '0B3E 5D22 9CC1 7701 A4F8 63D9' },
    { name: 'John', status: 'available', kind: 'devcloud', key: '5C77 21AA 09BE D3F4 8810 76E2' },
    { name: 'Salle 204', status: 'available', kind: '2023', key: '' },
    { name: 'Support', status: 'do_not_disturb', kind: 'devcloud', key: '19C2 7F3A 88D1 E04B 0A9E 52BC' },
  ];
  known = ['Accueil', 'John', 'Studio', 'Équipe son'].map((name, at) => ({
    name, key: this.people.find((one) => one.name === name)?.key ?? '33AF 18D0 C2B7 640E 9F51 7A28',
    firstSeen: Date.now() - 40 * 24 * HOUR, verified: at !== 3,
  }));
  past = [
    ['John', false, 12 * MINUTE, null, 30_000, 'no_answer'],
    ['John', false, 14 * MINUTE, null, 12_000, 'no_answer'],
    ['Accueil', true, 2 * HOUR, 1, 12 * MINUTE, 'completed'],
    ['Atelier', false, 3 * HOUR, 1, 3 * MINUTE, 'completed'],
    ['Accueil', false, 26 * HOUR, null, 45_000, 'no_answer'],
    ['Salle 204', false, 28 * HOUR, 1, 41 * MINUTE, 'completed'],
    ['Studio', true, 50 * HOUR, 1, 64 * MINUTE, 'completed'],
    ['John', true, 75 * HOUR, 1, 8 * MINUTE, 'completed'],
    ['Équipe son', true, 200 * HOUR, null, 45_000, 'no_answer'],
  ].map(([peer, outgoing, ago, answered, lasted, reason], at) => ({
    call: `past${at}`, peer, outgoing, kind: peer === 'Salle 204' ? '2023' : 'devcloud',
    begunAt: Date.now() - ago, answeredAt: answered && Date.now() - ago,
    endedAt: Date.now() - ago + lasted, reason,
  }));

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
  call(name) {
    if (name === this.name) throw new DevCloudError('name_own');
    return new Call(this, name, {});
  }
  ring(name, more = {}) {
    const call = new Call(this, name, { role: 'callee', state: 'ringing_in', ...more });
    this.tell('rang', call);
    this.tell('call', call);
    return call;
  }
  talking(name, more = {}) {
    const call = this.ring(name, more);
    call.accept();
    call.become({ startedAt: Date.now() - 272_400,
      quality: { rttMs: 38, loss: 0.003, remoteLoss: 0, jitterMs: 6, mos: 4.1, codec: 'Opus', path: 'host', bitrateBps: 32_000 },
      levels: { inputDbfs: -20, outputDbfs: -20 } });
    for (let at = 0; at < 60; at += 1) {
      call.become({ quality: { ...call.quality, rttMs: 36 + 8 * Math.sin(at * 0.9) + (at === 33 ? 20 : 0) } });
    }
    return call;
  }
  retry() {}
  async close() {}
  setStatus(status) {
    this.status = status;
    this.tell('people');
  }
  async acceptKey() {}
  pins() {
    return this.known;
  }
  async forgetKey(name) {
    this.known = this.known.filter((one) => one.name !== name);
  }
  async setVerified(name, verified) {
    this.known = this.known.map((one) => (one.name === name ? { ...one, verified } : one));
  }
  async history() {
    return this.past;
  }
  async clearHistory() {
    this.past = [];
  }
  async forgetCalls(calls) {
    this.past = this.past.filter((one) => !calls.includes(one.call));
    this.tell('history');
  }
  language = 'fr';
  async setLanguage(language) {
    this.language = language;
  }
}
