// Which ChromeOS runs. Its version is the browser's, as Google counts it; the build is the platform's.

import {no, reading, section, text} from './reading.js';
import {platform} from './identity.js';

const HINTS = ['platformVersion', 'fullVersionList'];
/** @type {Record<string, string>} */
const NAMES = {chromeos: 'ChromeOS', linux: 'Linux', macos: 'macOS', windows: 'Windows'};

/** @type {Probe} */
export const system = {
  name: 'os',
  async read(host) {
    const kind = await platform(host);
    const said = await reading(() => host.navigator.userAgentData?.getHighEntropyValues(HINTS));
    const browser = said.ok ? await reading(() => text(version(said.value.fullVersionList), 80)) : said;
    const built = said.ok ? await reading(() => text(said.value.platformVersion, 80)) : said;
    return section('os', {
      name: {ok: true, value: NAMES[kind] ?? kind},
      version: kind === 'chromeos' ? browser : built,
      build: kind === 'chromeos' ? built : no('said by the agent for this system'),
      support_end_date: no('comes from the management console'),
      pending_reboot: no('the browser does not tell it to extensions'),
    });
  },
};

/**
 * The browser's version among the brands; one of them is noise on purpose (GREASE).
 * @param {{brand: string, version: string}[] | undefined} brands
 */
function version(brands) {
  const named = (/** @type {string} */ brand) => brands?.find((each) => each.brand === brand)?.version;
  return named('Google Chrome') ?? named('Chromium');
}
