// What the tests share. Node 18 has WebCrypto, but not as a global.
import { execFileSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';

if (!globalThis.crypto) Object.defineProperty(globalThis, 'crypto', { value: webcrypto });

/** Return the content of a file of tests/vectors. */
export const vectors = (path) =>
  JSON.parse(readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf-8'));

/** Return what a Python program prints, in the environment that PYTHON names. */
export const python = (program) =>
  execFileSync(process.env.PYTHON || 'python3', ['-c', program], {
    encoding: 'utf-8',
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  });
