// What the collector says, told apart from what anything else on the way says (RFC 9457, RFC 9110). Pure.

const NEVER_TAKEN = new Set([400, 413, 415, 422]);
const LONGEST_SECONDS = 86400;
const DETAIL_LENGTH = 150;

/** @typedef {{status: number, type: string, retryAfter: string | null, body: string}} Answer */
/** @typedef {Record<string, unknown>} Settings */
/** @typedef {{accepted: number, duplicates: number, rejected: Map<number, string>, settings: Settings}} Taken */
/** @typedef {{deviceId: string, deviceKey: string, settings: Settings}} Enrolled */

/** Something that was not answered as wished. `permanent`: the same bytes will never be taken. */
export class TransportError extends Error {
  /** @param {string} text @param {{status?: number, permanent?: boolean, retryAfterSeconds?: number | null}} [more] */
  constructor(text, {status = 0, permanent = false, retryAfterSeconds = null} = {}) {
    super(text);
    this.status = status;
    this.permanent = permanent;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Reads the answer to a batch of `count` reports. 200 means that all but `rejected` are on the collector's disk.
 * @param {Answer} answer @param {number} count @param {number} now Unix milliseconds @returns {Taken}
 */
export function taken(answer, count, now) {
  const document = answer.status === 200 ? object(answer) : null;
  if (document === null) throw refusal(answer, now);
  const {accepted, duplicates} = document;
  const rejected = rejections(document['rejected'], count);
  if (!Number.isInteger(accepted) || !Number.isInteger(duplicates) || rejected === null) throw stranger(answer);
  return {accepted: Number(accepted), duplicates: Number(duplicates), rejected, settings: settings(document)};
}

/** @param {Answer} answer @param {number} now Unix milliseconds @returns {Enrolled} */
export function enrolled(answer, now) {
  const document = answer.status === 201 ? object(answer) : null;
  if (document === null) throw refusal(answer, now);
  const {device_id: deviceId, device_key: deviceKey} = document;
  if (typeof deviceId !== 'string' || typeof deviceKey !== 'string' || !deviceKey) throw stranger(answer);
  return {deviceId, deviceKey, settings: settings(document)};
}

/**
 * Returns where the collector agreed to what it was told.
 * @param {Answer} answer @param {number} now Unix milliseconds
 */
export function agreed(answer, now) {
  if (answer.status !== 200 || object(answer) === null) throw refusal(answer, now);
}

/**
 * Whether it was the collector that answered, whatever it said: a login page does not speak JSON.
 * @param {Answer} answer
 */
export function isCollectors(answer) {
  return object(answer) !== null;
}

/**
 * Seconds that `Retry-After` asks for, as a number or a date (RFC 9110, 10.2.3); at most a day.
 * @param {string | null} value @param {number} now Unix milliseconds @returns {number | null}
 */
export function retryAfterSeconds(value, now) {
  if (value === null) return null;
  const seconds = /^\s*\d+\s*$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(LONGEST_SECONDS, Math.max(0, seconds)) : null;
}

/** @param {Answer} answer @returns {Record<string, unknown> | null} */
function object(answer) {
  if (!/^application\/(problem\+)?json\b/.test(answer.type)) return null;
  try {
    const document = JSON.parse(answer.body);
    return typeof document === 'object' && document !== null && !Array.isArray(document) ? document : null;
  } catch {
    return null;
  }
}

/** @param {Record<string, unknown>} document @returns {Record<string, unknown>} */
function settings({settings: given}) {
  return typeof given === 'object' && given !== null ? /** @type {Record<string, unknown>} */ (given) : {};
}

/** @param {unknown} rows @param {number} count @returns {Map<number, string> | null} */
function rejections(rows, count) {
  if (!Array.isArray(rows)) return null;
  const found = new Map();
  for (const row of rows) {
    const index = row?.index;
    if (!Number.isInteger(index) || index < 0 || index >= count) return null;
    found.set(index, String(row.detail ?? '').slice(0, DETAIL_LENGTH));
  }
  return found;
}

/** @param {Answer} answer @param {number} now */
function refusal(answer, now) {
  const problem = object(answer);
  // A proxy may say 429 or 5xx in HTML and mean it; that a report or a key is refused only the collector may say.
  if (problem === null && answer.status < 500 && answer.status !== 429) return stranger(answer);
  const detail = String(problem?.['detail'] ?? problem?.['title'] ?? '').slice(0, DETAIL_LENGTH);
  return new TransportError(`answered ${answer.status}${detail && `: ${detail}`}`, {
    status: answer.status,
    permanent: NEVER_TAKEN.has(answer.status),
    retryAfterSeconds: retryAfterSeconds(answer.retryAfter, now),
  });
}

/** @param {Answer} answer */
function stranger(answer) {
  return new TransportError(
    `answered ${answer.status} with ${answer.type || 'no content type'}, which no collector does: a login page?`,
  );
}
