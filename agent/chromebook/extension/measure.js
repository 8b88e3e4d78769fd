// One round of measuring: every probe on its own, so that one that fails or hangs is data and the others go on.

import {battery} from './facts/battery.js';
import {connectivity} from './facts/connectivity.js';
import {disk} from './facts/disk.js';
import {identity} from './facts/identity.js';
import {link} from './facts/link.js';
import {memory} from './facts/memory.js';
import {processor} from './facts/processor.js';
import {system} from './facts/system.js';

/** @type {readonly Probe[]} */
export const PROBES = [identity, system, processor, memory, disk, battery, link, connectivity];

const TIMEOUT_MS = 15_000;
const MOST_REASONS = 128;

/**
 * Runs the probes. `remembered` is left as it is; what to remember next comes back with the facts.
 * @param {Host} host @param {Record<string, Memory>} remembered @param {Round} round @param {readonly Probe[]} [probes]
 */
export async function measured(host, remembered, round, probes = PROBES) {
  /** @type {Record<string, object>} */
  const sections = {};
  /** @type {Record<string, Memory>} */
  const memories = {};
  /** @type {Unavailable[]} */
  const unavailable = [];
  /** @type {ProbeRun[]} */
  const runs = [];
  for (const probe of probes) {
    const own = structuredClone(remembered[probe.name] ?? {});
    const started = host.elapsed();
    const run = {name: probe.name, duration_seconds: 0};
    try {
      const facts = await within(TIMEOUT_MS, probe.read(host, own, round));
      Object.assign(sections, facts.sections);
      unavailable.push(...facts.unavailable);
      memories[probe.name] = own;
      runs.push(run);
    } catch (error) {
      memories[probe.name] = remembered[probe.name] ?? {};
      runs.push({...run, error: inWords(error)});
    }
    run.duration_seconds = Number(((host.elapsed() - started) / 1000).toFixed(4));
  }
  return {document: {probes: runs, unavailable: unavailable.slice(0, MOST_REASONS), ...sections}, memories};
}

/** @param {unknown} error */
export function inWords(error) {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}

/** @template T @param {number} milliseconds @param {Promise<T>} work @returns {Promise<T>} */
function within(milliseconds, work) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
