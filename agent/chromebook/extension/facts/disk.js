// Free space. With "unlimitedStorage" the browser's quota is what is free on the disk of the profile; the size of that
// disk it does not tell without a permission that warns of "identify and eject storage devices", which is not asked for.

import {no, reading} from './reading.js';

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
    const free = known ? [] : [{path: 'filesystems.free_bytes', ...no(reason)}];
    return {
      sections: known ? {filesystems: [{mount: PLACE, free_bytes: Math.floor(quota.value)}]} : {},
      unavailable: [...free, ...['filesystems.size_bytes', 'disks'].map((path) => ({path, ...no(FROM_GOOGLE)}))].map(
        ({path, reason: why}) => ({path, reason: why}),
      ),
    };
  },
};
