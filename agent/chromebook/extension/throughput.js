// How fast the way to the collector is: measured only with its leave, within the bytes that it grants, and once.
// Leave is given on the school's own networks only, and never where the link is paid by volume.

const PATH = '/api/v1/throughput';
const LONGEST_MS = 10_000;
const LEAST_BYTES = 50_000;
const LEAST_MS = 0.5;
const MOST_BYTES = 50_000_000;
const BLOCK_BYTES = 65_536;

/** @typedef {{id: string, notBefore: number, notAfter: number, bytes: number}} Leave times in Unix seconds */

/**
 * What the collector granted, or null. Pure.
 * @param {unknown} answered @returns {Leave | null}
 */
export function leave(answered) {
  const slot = /** @type {Record<string, unknown> | undefined} */ (answered) ?? {};
  const {slot_id: id, not_before: notBefore, not_after: notAfter, max_bytes: bytes} = slot;
  const numbers = [notBefore, notAfter, bytes].every(Number.isFinite);
  if (typeof id !== 'string' || !numbers || Number(bytes) < LEAST_BYTES) return null;
  return {
    id: id.slice(0, 64), notBefore: Number(notBefore), notAfter: Number(notAfter),
    bytes: Math.min(MOST_BYTES, Math.floor(Number(bytes))),
  };
}

/**
 * Whether it is time, and nobody pays. `used` is the last leave that was used. Pure.
 * @param {Leave | null} granted @param {string | undefined} used @param {number} now Unix milliseconds
 * @param {string | undefined} connection @returns {granted is Leave}
 */
export function isDue(granted, used, now, connection) {
  if (granted === null || granted.id === used || connection === 'cellular') return false;
  return granted.notBefore <= now / 1000 && now / 1000 <= granted.notAfter;
}

/**
 * Bytes per second each way, by the names of the report; a direction that breaks is left out.
 * @param {Host} host @param {string} collector @param {string} key @param {Leave} granted
 */
export async function measured(host, collector, key, granted) {
  const slot = encodeURIComponent(granted.id);
  const down = await rate(() => download(host, `${collector}${PATH}?bytes=${granted.bytes}&slot=${slot}`, key));
  const up = await rate(() => upload(host, `${collector}${PATH}?slot=${slot}`, key, granted.bytes));
  return {
    ...(down !== null && {download_bytes_per_second: down}),
    ...(up !== null && {upload_bytes_per_second: up}),
  };
}

/** @typedef {{bytes: number, milliseconds: number}} Passed */

/** @param {() => Promise<Passed>} transfer */
async function rate(transfer) {
  try {
    const {bytes, milliseconds} = await transfer();
    return bytes >= LEAST_BYTES && milliseconds >= LEAST_MS ? Math.round((bytes * 1000) / milliseconds) : null;
  } catch {
    return null; // broken off, refused, or a page of somebody else: there is nothing to say
  }
}

/**
 * Counts from the first bytes on, so that neither the leave (CORS) nor the way there is in it.
 * @param {Host} host @param {string} url @param {string} key @returns {Promise<Passed>}
 */
async function download(host, url, key) {
  const response = await host.fetch(url, request(key));
  const reader = ours(response).body?.getReader();
  await reader?.read();
  const started = host.elapsed();
  const passed = {bytes: 0, milliseconds: 0};
  while (reader && passed.milliseconds < LONGEST_MS) {
    const {done, value} = await reader.read();
    if (done) return passed;
    passed.bytes += value.length;
    passed.milliseconds = host.elapsed() - started;
  }
  await reader?.cancel();
  return passed;
}

/** @param {Host} host @param {string} url @param {string} key @param {number} bytes @returns {Promise<Passed>} */
async function upload(host, url, key, bytes) {
  const block = crypto.getRandomValues(new Uint8Array(BLOCK_BYTES)); // what no proxy on the way can compress
  const blocks = Array.from({length: Math.ceil(bytes / BLOCK_BYTES)}, () => block);
  const body = new Blob(blocks).slice(0, bytes, 'application/octet-stream');
  const started = host.elapsed();
  ours(await host.fetch(url, {...request(key), method: 'POST', body}));
  return {bytes, milliseconds: host.elapsed() - started};
}

/** @param {string} key @returns {RequestInit} */
function request(key) {
  return {
    headers: {Authorization: `Bearer ${key}`},
    credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer',
    signal: AbortSignal.timeout(LONGEST_MS * 2),
  };
}

/** @param {Response} response */
function ours(response) {
  const kind = response.headers.get('Content-Type') ?? '';
  if (!response.ok || kind.includes('html')) throw new Error(`answered ${response.status} with ${kind}`);
  return response;
}
