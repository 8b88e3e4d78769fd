// How long to wait after a failure: doubling, half of it chance, never sooner than the collector asked. Pure.
// "Equal jitter" of Brooker, "Exponential Backoff And Jitter" (AWS, 2015), as the laptop agent does it.

const FIRST_SECONDS = 30; // an alarm does not come sooner
const MOST_SECONDS = 900;
const REFUSED_SECONDS = 3600;
const LONGEST_MS = 25 * 3600 * 1000;

/**
 * since and until in Unix milliseconds; `asked`: the collector itself said for how long.
 * @typedef {{failures: number, since: number, until: number, asked: boolean}} Waiting
 */

/**
 * Seconds to wait after the nth failure in a row. `refused` is a token that is worth nothing: only a person can help.
 * @param {number} failures @param {number | null} retryAfterSeconds @param {number} dice @param {boolean} refused
 */
export function waitSeconds(failures, retryAfterSeconds, dice, refused = false) {
  const most = refused ? REFUSED_SECONDS : Math.min(MOST_SECONDS, FIRST_SECONDS * 2 ** Math.min(failures - 1, 30));
  const waited = most * (0.5 + 0.5 * dice);
  return retryAfterSeconds === null ? waited : Math.max(waited, retryAfterSeconds * (1 + 0.1 * dice));
}

/**
 * Whether the wait is over. A clock that was set, back or far ahead, does not keep anybody waiting.
 * @param {Waiting | undefined} waiting @param {number} now
 */
export function isOver(waiting, now) {
  return !waiting || now < waiting.since || now >= waiting.until || waiting.until - waiting.since > LONGEST_MS;
}
