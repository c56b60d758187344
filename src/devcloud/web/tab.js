/** What belongs to one tab: its device id, and the calls that it goes on with after a reload. */
import { hex, random } from './identity.js';
import { sameName } from './names.js';

const DEVICE_S = 1;
/** A page that was away for longer has no call to come back to. */
const RESUME_S = 30;

/** The device id of this tab, and whether it was there before: a copy of a tab gets another.
 * @param {import('./store.js').Store} store @returns {Promise<[string, boolean]>} */
export async function claimDevice({ tab }) {
  const old = tab.get('device');
  if (old && (await isOurs(old))) return [old, true];
  const made = hex(random(8));
  tab.set('device', made);
  await isOurs(made);
  return [made, false];
}

/** Whether no other page has this device id: held until the page is gone. @param {string} device
 * @returns {Promise<boolean>} */
const isOurs = (device) =>
  new Promise((resolve) => {
    if (held.has(device) || !globalThis.navigator?.locks) return resolve(true);
    navigator.locks
      .request(`devcloud ${device}`, { signal: AbortSignal.timeout(DEVICE_S * 1000) }, () => {
        held.add(device);
        resolve(true);
        return new Promise(() => {});
      })
      .catch(() => resolve(false));
  });
/** @type {Set<string>} */
const held = new Set();

/** Keep what the desk saves of the calls there are, at most until they are over.
 * @param {import('./store.js').Store} store @param {string} url @param {string} name
 * @param {any[]} calls */
export function saveCalls({ tab }, url, name, calls) {
  if (calls.length) tab.set('resume', JSON.stringify({ url, name, at: Date.now(), calls }));
  else if (tab.get('resume')) tab.set('resume', null);
}

/** What was kept a moment ago, or null.
 * @param {import('./store.js').Store} store @param {string} url @param {string} name */
export function savedCalls({ tab }, url, name) {
  try {
    const kept = JSON.parse(tab.get('resume') ?? 'null');
    const fits = kept && kept.url === url && sameName(kept.name, name);
    return fits && Date.now() - kept.at < RESUME_S * 1000 ? kept.calls : null;
  } catch {
    return null; // somebody has edited it
  }
}
