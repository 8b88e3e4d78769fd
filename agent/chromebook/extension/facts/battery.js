// Charge and charging, by way of an offscreen document: a worker may not ask.

import {no, reading, row, then} from './reading.js';

const PAGE = 'offscreen.html';
const FROM_GOOGLE = 'not told to extensions; comes from the management console';
const MAYBE_NONE = 'full and charging since ever: a device without a battery says the same';

/** @type {Probe} */
export const battery = {
  name: 'batteries',
  async read(host, memory) {
    const said = await reading(() => ask(host.chrome));
    if (said.ok && !isMaybeNone(said.value)) memory['exists'] = true;
    const status = said.ok && memory['exists'] !== true ? no(MAYBE_NONE) : said;
    return row('batteries', 'battery', {
      charge_ratio: then(status, ({level}) => Number(Math.min(1, Math.max(0, level)).toFixed(4))),
      state: then(status, stateOf),
      health_ratio: no(FROM_GOOGLE),
      cycle_count: no(FROM_GOOGLE),
    });
  },
};

/**
 * The Battery Status API tells a device without a battery as one that is full and charging.
 * @param {BatteryStatus} status
 */
export function isMaybeNone({charging, level, chargingTime, dischargingTime}) {
  return charging && level === 1 && chargingTime === 0 && dischargingTime === null;
}

/** @param {BatteryStatus} status */
export function stateOf({charging, level}) {
  if (!charging) return 'discharging';
  return level === 1 ? 'full' : 'charging';
}

/** @param {typeof chrome} api @returns {Promise<BatteryStatus>} */
async function ask(api) {
  const open = await api.runtime.getContexts({contextTypes: [api.runtime.ContextType.OFFSCREEN_DOCUMENT]});
  if (!open.length) {
    await api.offscreen.createDocument({
      url: PAGE,
      reasons: [api.offscreen.Reason.BATTERY_STATUS],
      justification: "Charge of the battery of the school's device.",
    });
  }
  try {
    const answer = await api.runtime.sendMessage({ask: 'battery'});
    if (!answer?.value) throw new Error(answer?.reason ?? 'the offscreen document does not answer');
    return answer.value;
  } finally {
    await api.offscreen.closeDocument().catch(() => {}); // gone already
  }
}
