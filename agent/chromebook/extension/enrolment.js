// Who this device is to its collector: id and key, kept in the profile, given by the collector for a token.

import {TransportError} from './answers.js';
import {identity} from './facts/identity.js';

/**
 * `token` is only a mark, to tell another one by. `otherKey` is tried where the collector does not know `deviceKey`:
 * the key before it, or one whose renewal was begun.
 * @typedef {{collector: string, token: string, deviceId: string, deviceKey: string, otherKey?: string}} Device
 */

const STORED = 'device';

/** @type {Round} */
const NOTHING_KNOWN = {echoes: async () => ({ok: false, reason: 'not enrolled yet'}), throughput: async () => ({})};

/** The enrolment of this profile. */
export class Enrolment {
  /** @param {Host} host @param {import('./settings.js').Local} policy */
  constructor(host, policy) {
    this.host = host;
    this.policy = policy;
  }

  /**
   * The device as it was enrolled with this collector, or null. A key is never shown to another collector.
   * @returns {Promise<Device | null>}
   */
  async known() {
    const {[STORED]: device} = await this.host.chrome.storage.local.get(STORED);
    const known = /** @type {Device | undefined} */ (device);
    return known?.collector === this.policy.collector && known.deviceKey ? known : null;
  }

  /**
   * Whether the policy has another token now: the device moved to another school's organisational unit.
   * @param {Device} device
   */
  async hasMoved(device) {
    return this.policy.token !== '' && device.token !== (await mark(this.policy.token));
  }

  /**
   * Enrols and keeps the key. Raises TransportError.
   * @param {import('./collector.js').Collector} collector @param {string} writer who numbers the reports
   */
  async enrol(collector, writer) {
    if (!this.policy.token) throw new TransportError('no enrollmentToken in the policy', {status: 401});
    const {sections} = await identity.read(this.host, {}, NOTHING_KNOWN);
    const facts = sections['identity'] ?? {};
    const {deviceId, deviceKey, settings} = await collector.enrol(this.policy.token, facts, writer);
    const device = {collector: this.policy.collector, token: await mark(this.policy.token), deviceId, deviceKey};
    await this.keep(device);
    return {device, settings};
  }

  /** @param {Device} device */
  async keep(device) {
    await this.host.chrome.storage.local.set({[STORED]: device});
  }
}

/**
 * Tells tokens apart without keeping them.
 * @param {string} token
 */
async function mark(token) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Array.from(new Uint8Array(digest).slice(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
