// Processor, how busy it was since the last report, time awake and boots, all from the kernel's tick counters.
// chrome.system.cpu passes on /proc/stat of Linux and ChromeOS: hundredths of a second since the boot.

import {no, reading, section, text} from './reading.js';
import {platform} from './identity.js';

const TICKS_PER_SECOND = 100; // USER_HZ, proc(5)
const SLACK_TICKS = 200; // idle time may go back a little when a core is switched off and on

/** @typedef {{busy: number, total: number}} Ticks */

/** @type {Probe} */
export const processor = {
  name: 'cpu',
  async read(host, memory) {
    const info = await host.chrome.system.cpu.getInfo();
    const ticks = info.processors.map(({usage}) => ({busy: usage.user + usage.kernel, total: usage.total}));
    const before = remembered(memory['ticks']);
    const booted = before === null || isAfterBoot(before, ticks);
    memory['boots'] = Number(memory['boots'] ?? 0) + Number(booted);
    memory['ticks'] = ticks;
    const cpu = section('cpu', {
      model: await reading(() => text(info.modelName, 120)),
      logical_cores: await reading(() => info.numOfProcessors),
      physical_cores: no('the browser counts hardware threads only'),
      usage_ratio: usageRatio(before, ticks, booted),
      frequency_hertz: no('the browser does not tell it to extensions'),
    });
    const uptime = section('uptime', await lasting(host, ticks, memory['boots']));
    return {
      sections: {...cpu.sections, ...uptime.sections},
      unavailable: [...cpu.unavailable, ...uptime.unavailable],
    };
  },
};

/**
 * @param {Host} host @param {Ticks[]} ticks @param {unknown} boots
 * @returns {Promise<Record<string, Reading<unknown>>>}
 */
async function lasting(host, ticks, boots) {
  const counted = ['chromeos', 'linux'].includes(await platform(host)) && ticks.length > 0;
  return {
    uptime_seconds: no('the browser knows time awake only'),
    awake_seconds: counted ? {ok: true, value: awakeTicks(ticks) / TICKS_PER_SECOND} : no('no such counter here'),
    boots_total: {ok: true, value: boots},
    unexpected_shutdowns_total: no('how a session ended is not told to extensions'),
  };
}

/**
 * Share of processor time in use since the readings before; after a boot since the boot.
 * @param {Ticks[] | null} before @param {Ticks[]} now @param {boolean} booted @returns {Reading<number>}
 */
export function usageRatio(before, now, booted) {
  if (before === null) return no('needs a second reading');
  let busy = 0, total = 0;
  for (const [core, ticks] of now.entries()) {
    const since = booted || before.length !== now.length ? {busy: 0, total: 0} : before[core];
    busy += ticks.busy - (since?.busy ?? 0);
    total += ticks.total - (since?.total ?? 0);
  }
  if (total <= 0) return no('no time has passed on the counters');
  return {ok: true, value: Number(Math.min(1, Math.max(0, busy / total)).toFixed(4))};
}

/**
 * Counters only grow while a system runs; what is lower than before began anew.
 * @param {Ticks[]} before @param {Ticks[]} now
 */
export function isAfterBoot(before, now) {
  return awakeTicks(now) < awakeTicks(before) - SLACK_TICKS;
}

/**
 * The core that was on the longest.
 * @param {Ticks[]} ticks
 */
function awakeTicks(ticks) {
  return Math.max(0, ...ticks.map(({total}) => total));
}

/** @param {unknown} value @returns {Ticks[] | null} */
function remembered(value) {
  return Array.isArray(value) ? value : null;
}
