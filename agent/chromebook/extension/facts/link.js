// How the device is connected: by what, and how good the browser takes it to be. Not where, and not to which network.

import {no, reading, row} from './reading.js';

/** @type {Record<string, string>} */
const TYPES = {wifi: 'wifi', ethernet: 'ethernet', cellular: 'cellular', wimax: 'cellular', none: ''};
const NOT_TOLD = 'not told to extensions; comes from the management console';

/** @type {Probe} */
export const link = {
  name: 'links',
  async read({navigator}) {
    const {connection, onLine} = navigator;
    const type = connection?.type;
    return row('links', 'default', {
      type: await reading(() => (type === undefined ? type : TYPES[type] ?? 'other')),
      up: {ok: true, value: onLine},
      active: {ok: true, value: onLine},
      quality: onLine ? await reading(() => connection?.effectiveType?.slice(0, 8)) : no('offline'),
      wifi_signal_dbm: no(NOT_TOLD),
      speed_bps: no(NOT_TOLD),
    });
  },
};
