// How things stand with the collector, from one waking to the next.

/**
 * `settings` as last answered, `waiting` after a failure, `trouble` to be told with the next report.
 * @typedef {{waiting?: import('./backoff.js').Waiting, settings?: Record<string, unknown>, trouble?: string}} Standing
 */

const STORED = 'standing';

/** @param {chrome.storage.StorageArea} storage @returns {Promise<Standing>} */
export async function standing(storage) {
  const {[STORED]: stored} = await storage.get(STORED);
  return /** @type {Standing | undefined} */ (stored) ?? {};
}

/**
 * Changes what is given, and forgets what is given as undefined.
 * @param {chrome.storage.StorageArea} storage @param {{[K in keyof Standing]: Standing[K] | undefined}} change
 */
export async function note(storage, change) {
  await storage.set({[STORED]: {...(await standing(storage)), ...change}});
}
