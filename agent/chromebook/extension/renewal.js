// A new key for this device, when the collector asks for one.
// The key is made here and lies in storage before the collector hears of it, and the collector hears its digest only.
// Two keys are kept, the one to try first and another: wherever the worker dies on the way, one of the two works.

/** @typedef {import('./enrolment.js').Device} Device */

const ID_BYTES = 8;
const SECRET_BYTES = 32;

/**
 * Agrees on a new key. The present one goes on working until the new one is used. Raises TransportError.
 * @param {import('./enrolment.js').Enrolment} enrolment @param {import('./collector.js').Collector} collector
 * @param {Device} device whose key works
 */
export async function renew(enrolment, collector, device) {
  const keyId = `hrk${hex(random(ID_BYTES))}`;
  const secret = base64url(random(SECRET_BYTES));
  const fresh = `${keyId}.${secret}`;
  await enrolment.keep({...device, otherKey: fresh});
  await collector.renewKey(device.deviceKey, keyId, await sha256(secret));
  await enrolment.keep({...device, deviceKey: fresh, otherKey: device.deviceKey});
}

/** @param {number} count */
function random(count) {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** @param {string} text */
async function sha256(text) {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
