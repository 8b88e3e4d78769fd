// Which machine this is, as the management of the school and the firmware say. Never who uses it.

import {no, reading, section, text} from './reading.js';

const NOT_AFFILIATED = "the account signed in does not belong to the device's own domain, or the device is not managed";
const CHROMEOS_ONLY = 'only a managed ChromeOS tells it to an extension that a policy installed';

/** @type {Record<string, string>} */
const PLATFORMS = {cros: 'chromeos', mac: 'macos', win: 'windows'};

/** @type {Probe} */
export const identity = {
  name: 'identity',
  async read(host) {
    const {enterprise} = host.chrome;
    const attributes = enterprise?.deviceAttributes;
    const told = (/** @type {(() => Promise<string>) | undefined} */ ask) =>
      attributes ? reading(async () => text(await ask?.(), 80), NOT_AFFILIATED) : no(CHROMEOS_ONLY);
    const hardware = await reading(() => enterprise?.hardwarePlatform?.getHardwarePlatformInfo(), CHROMEOS_ONLY);
    const built = (/** @type {'manufacturer' | 'model'} */ name, /** @type {number} */ most) =>
      hardware.ok ? reading(() => text(hardware.value[name], most)) : hardware;
    return section('identity', {
      platform: {ok: true, value: await platform(host)},
      manufacturer: await built('manufacturer', 80),
      model: await built('model', 120),
      serial: await told(() => attributes.getDeviceSerialNumber()),
      asset_tag: await told(() => attributes.getDeviceAssetId()),
    });
  },
};

/** @param {Host} host */
export async function platform({chrome}) {
  const {os} = await chrome.runtime.getPlatformInfo();
  return PLATFORMS[os] ?? os;
}
