// Settings: what the policy says, and what the collector asks for, both held within limits. Pure.

/** @typedef {{collector: string, token: string, periodSeconds: number, spoolReports: number}} Local */
/** @typedef {{periodSeconds: number, jitterRatio: number, echoes: number, reportsPerSecond: number | null}} InForce */

const PERIOD_SECONDS = /** @type {const} */ ([60, 86400]); // shorter keeps the worker alive, and updates never come
const SPOOL_REPORTS = /** @type {const} */ ([1, 20000]);
const USUAL = {periodSeconds: 300, spoolReports: 2016, jitterRatio: 0.1, echoes: 3};
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads the policy. No settings mean "not yet": at the first start the browser gives them seconds later.
 * @param {Record<string, unknown>} managed
 * @returns {Reading<Local>}
 */
export function local(managed) {
  const collector = address(managed['collectorUrl']);
  if (!collector.ok) return collector;
  const token = managed['enrollmentToken'];
  return {
    ok: true,
    value: {
      collector: collector.value,
      token: typeof token === 'string' ? token.trim() : '',
      periodSeconds: within(managed['reportPeriodSeconds'], PERIOD_SECONDS) ?? USUAL.periodSeconds,
      spoolReports: Math.floor(within(managed['spoolReports'], SPOOL_REPORTS) ?? USUAL.spoolReports),
    },
  };
}

/**
 * What holds now: the collector's wishes within the limits, else the policy's.
 * @param {Record<string, unknown>} answered @param {Local} policy @returns {InForce}
 */
export function inForce(answered, policy) {
  return {
    periodSeconds: within(answered['interval_seconds'], PERIOD_SECONDS) ?? policy.periodSeconds,
    jitterRatio: within(answered['jitter_ratio'], [0, 1]) ?? USUAL.jitterRatio,
    echoes: Math.floor(within(answered['echoes'], [0, 5]) ?? USUAL.echoes),
    reportsPerSecond: within(answered['reports_per_second'], [0.01, 1000]),
  };
}

/** @param {unknown} text @returns {Reading<string>} */
function address(text) {
  if (typeof text !== 'string' || !text.trim()) return {ok: false, reason: 'no collectorUrl in the policy yet'};
  let url;
  try {
    url = new URL(text.trim());
  } catch {
    return {ok: false, reason: 'collectorUrl is no address'};
  }
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!safe) return {ok: false, reason: 'collectorUrl must be https: reports and keys are not sent in clear'};
  return {ok: true, value: url.origin + url.pathname.replace(/\/+$/, '')};
}

/** @param {unknown} value @param {readonly [number, number]} limits @returns {number | null} */
function within(value, [least, most]) {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return Math.min(most, Math.max(least, value));
}
