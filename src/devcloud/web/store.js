/**
 * What this browser keeps: the key (which cannot be taken out of it), the known keys, the calls of
 * the past; and, for one tab, its device id and the calls that it goes on with after a reload.
 *
 * @typedef {{get: (key: string) => Promise<any>,
 *   update: (key: string, change: (old: any) => any) => Promise<any>,
 *   tab: {get: (key: string) => string|null, set: (key: string, value: string|null) => void}}} Store
 *   `update` is atomic between tabs, and returns what is kept from now on
 */
import { DevCloudError } from './errors.js';

const AREA = 'kept';

/** Open the browser's own. Throws DevCloudError browser_store. @returns {Promise<Store>} */
export async function openStore() {
  /** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  /** @param {unknown} error */
  const unusable = (error) => new DevCloudError('browser_store', {}, String(error));
  let database;
  try {
    const opening = indexedDB.open('devcloud', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(AREA);
    database = await done(opening);
  } catch (error) {
    throw unusable(error);
  }
  return {
    async get(key) {
      return done(database.transaction(AREA).objectStore(AREA).get(key));
    },
    async update(key, change) {
      const transaction = database.transaction(AREA, 'readwrite');
      const area = transaction.objectStore(AREA);
      const value = change(await done(area.get(key)));
      area.put(value, key);
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(unusable(transaction.error));
      });
      return value;
    },
    tab: {
      get: (key) => sessionStorage.getItem(`devcloud.${key}`),
      set(key, value) {
        if (value === null) sessionStorage.removeItem(`devcloud.${key}`);
        else sessionStorage.setItem(`devcloud.${key}`, value);
      },
    },
  };
}
