// Memory in all and what programs can still get.

import {reading, section} from './reading.js';

/** @type {Probe} */
export const memory = {
  name: 'memory',
  async read({chrome}) {
    const info = await chrome.system.memory.getInfo();
    return section('memory', {
      total_bytes: await reading(() => whole(info.capacity)),
      available_bytes: await reading(() => whole(info.availableCapacity)),
    });
  },
};

/** @param {number} bytes */
function whole(bytes) {
  return Number.isFinite(bytes) && bytes > 0 ? Math.round(bytes) : undefined;
}
