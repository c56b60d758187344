/**
 * Draws: a page is described by `h(…)` each time, and `patch` changes only what differs, so that
 * the focus, the selection and what is typed stay. Knows nothing of calls.
 *
 * @typedef {{tag: string, props: Record<string, any>, kids: Node_[], key: any, el?: any}} Node_
 * @typedef {Node_ | string | number | null | undefined | false | any[]} Kid
 */

const AGAIN_MS = 2000;
const SVG = 'http://www.w3.org/2000/svg';
const DRAWN = new Set(['svg', 'path', 'circle']);
const AS_PROPERTY = new Set(['value', 'checked', 'disabled', 'readOnly', 'hidden', 'selected']);

/** @type {WeakMap<Element, Node_[]>} */
const shown = new WeakMap();
/** @type {Map<string, Promise<Element>>} */
const icons = new Map();

/**
 * Describe an element: `h('p.small.muted', {…}, 'Text')`; classes and properties may lack. `ref` is
 * called once with the new element; `icon` fills it with that icon; `vars` are CSS custom properties;
 * `on…` are handlers; a `key` keeps its element among siblings.
 * @param {string} tag @param {...any} kids  the first may be the properties @returns {Node_}
 */
export function h(tag, ...kids) {
  const [name, ...classes] = tag.split('.');
  const { key = null, ...props } = isNode(kids[0]) ? {} : kids.shift();
  if (classes.length) props.class = classes.join(' ');
  return { tag: name, props, kids: flat(kids), key };
}

/** What stands in a page, and is not the properties of something. @param {Kid|object} kid */
const isNode = (kid) => !kid || typeof kid !== 'object' || Array.isArray(kid) || 'tag' in kid;

/** @param {any[]} kids @returns {Node_[]} */
function flat(kids) {
  return kids.flat(4).map((kid) => {
    if (kid && typeof kid === 'object') return kid;
    const text = kid === false || kid === null || kid === undefined ? '' : String(kid);
    return { tag: '#', props: { text }, kids: [], key: null };
  });
}

/** An icon that says nothing to a screen reader.
 * @param {string} name @param {string} [size] "s" 16 px, "" 20 px, "l" 24 px */
export const icon = (name, size = '') =>
  h('span', { class: `i ${size}`, icon: name, 'aria-hidden': 'true' });

/** Make the children of `parent` what `kids` say. @param {Element} parent @param {...Kid} kids */
export function patch(parent, ...kids) {
  const next = flat(kids);
  const before = shown.get(parent) ?? [];
  const keyed = new Map(before.filter((old) => old.key !== null).map((old) => [old.key, old]));
  const loose = before.filter((old) => old.key === null);
  /** @type {Set<Node_ | undefined>} */
  const kept = new Set();
  let place = 0;
  for (const one of next) {
    const old = one.key === null ? loose[place++] : keyed.get(one.key);
    if (!old || kept.has(old) || old.tag !== one.tag || old.props.icon !== one.props.icon) continue;
    one.el = old.el;
    kept.add(old);
  }
  for (const old of before) if (!kept.has(old)) old.el.remove();
  next.forEach((one, at) => {
    one.el ??= create(one);
    if (parent.childNodes[at] !== one.el) parent.insertBefore(one.el, parent.childNodes[at] ?? null);
    update(one.el, one);
  });
  shown.set(parent, next);
}

/** @param {Node_} one */
function create(one) {
  if (one.tag === '#') return document.createTextNode('');
  const el = DRAWN.has(one.tag)
    ? document.createElementNS(SVG, one.tag)
    : document.createElement(one.tag);
  if (one.tag === 'button') el.setAttribute('type', 'button');
  if (one.props.icon) void fill(el, one.props.icon);
  if (one.props.ref) queueMicrotask(() => one.props.ref(el));
  return el;
}

/** @type {WeakMap<Element, Record<string, any>>} */
const given = new WeakMap();

/** @param {any} el @param {Node_} one */
function update(el, one) {
  if (one.tag === '#') {
    if (el.data !== one.props.text) el.data = one.props.text;
    return;
  }
  const before = given.get(el) ?? {};
  for (const name of Object.keys(before)) {
    if (!(name in one.props)) set(el, name, undefined);
  }
  for (const [name, value] of Object.entries(one.props)) {
    if (before[name] !== value || AS_PROPERTY.has(name)) set(el, name, value);
  }
  given.set(el, one.props);
  if (!one.props.icon && !one.props.own) patch(el, one.kids);
}

/** @param {any} el @param {string} name @param {any} value */
function set(el, name, value) {
  if (name === 'ref' || name === 'icon' || name === 'own') return;
  if (name.startsWith('on')) el[name] = value ?? null;
  else if (name === 'vars') {
    for (const [key, each] of Object.entries(value ?? {})) el.style.setProperty(key, String(each));
  } else if (AS_PROPERTY.has(name)) {
    if (el[name] !== (value ?? '')) el[name] = value ?? '';
  } else if (value === undefined || value === null || (value === false && !name.startsWith('aria')))
    el.removeAttribute(name);
  else el.setAttribute(name, value === true && !name.startsWith('aria') ? '' : String(value));
}

/** Icons that must be there even where the server is not. @param {...string} names */
export const keepIcons = (...names) =>
  void Promise.allSettled(names.map(load)); // who shows one that did not come asks again

/** Put an icon in as soon as it can be had: the server may be away just when it is first needed.
 * @param {Element} el @param {string} name */
async function fill(el, name) {
  const icon = await load(name).catch(() => null);
  if (icon) el.replaceChildren(icon.cloneNode(true));
  else setTimeout(() => el.isConnected && void fill(el, name), AGAIN_MS);
}

/** Icons are put into the page, so that they take the colour of their text and of the system.
 * @param {string} name @returns {Promise<Element>} */
function load(name) {
  const known = icons.get(name);
  if (known) return known;
  const coming = bring(name);
  icons.set(name, coming);
  coming.catch(() => icons.delete(name));
  return coming;
}

/** @param {string} name @returns {Promise<Element>} */
async function bring(name) {
  const answer = await fetch(`/icons/${name}.svg`);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  const made = document.createElement('template');
  made.innerHTML = await answer.text();
  return /** @type {Element} */ (made.content.firstElementChild);
}
