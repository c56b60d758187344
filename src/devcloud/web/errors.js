/**
 * What went wrong. `code` is stable: `errors.<code>` in the catalogue says it to people, with
 * `values` in its sentence; `text` is a last resort, in English.
 */
export class DevCloudError extends Error {
  /** @param {string} code @param {Record<string, any>} [values] @param {string} [text] */
  constructor(code, values = {}, text = '') {
    super(text || code);
    this.name = 'DevCloudError';
    this.code = code;
    this.values = values;
    this.text = text || code;
  }
}

/** Somebody is not who they say, or nobody can be sure of it. */
export class Untrusted extends DevCloudError {}

/** Something from outside is not as the protocol has it. */
export class ProtocolViolation extends DevCloudError {}
