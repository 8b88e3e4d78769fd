// Free space. With "unlimitedStorage" the browser's quota is what is free on the profile's disk. The size of that disk
// needs a permission that warns of "identify and eject storage devices", which is not asked for.

import {reading} from './reading.js';

const PLACE = '/home'; // where ChromeOS keeps profiles
const FROM_GOOGLE = 'not told to extensions; comes from the management console';
const WITHOUT_PERMISSION = 10 * 2 ** 30; // a constant that the browser gives to pages without the permission

/** @type {Probe} */
export const disk = {
  name: 'filesystems',
  async read({navigator}) {
    const quota = await reading(async () => (await navigator.storage.estimate()).quota);
    const known = quota.ok && quota.value !== WITHOUT_PERMISSION;
    const reason = quota.ok ? 'the browser gives a quota instead of the free space' : quota.reason;
    return {
      sections: known ? {filesystems: [{mount: PLACE, free_bytes: Math.floor(quota.value)}]} : {},
      unavailable: [
        ...(known ? [] : [{path: 'filesystems.free_bytes', reason}]),
        {path: 'filesystems.size_bytes', reason: FROM_GOOGLE},
        {path: 'disks', reason: FROM_GOOGLE},
      ],
    };
  },
};
