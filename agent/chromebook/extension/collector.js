// The collector's calls. Nothing is sent anywhere else, no cookie goes along, and no redirect is followed.

import {TransportError, agreed, enrolled, isCollectors, taken} from './answers.js';

const TIMEOUT_MS = 20_000;
const ECHO_TIMEOUT_MS = 2_000;
const MOST_ANSWER_BYTES = 65_536;

/** Calls to one collector. Each raises TransportError. */
export class Collector {
  /** @param {Host} host @param {string} url */
  constructor(host, url) {
    this.host = host;
    this.url = url;
  }

  /** @param {string} token @param {object} device @param {string} writer who numbers the reports */
  async enrol(token, device, writer) {
    const answer = await this.#post('/api/v1/enroll', JSON.stringify({token, device, writer}), {});
    return enrolled(answer, this.host.now());
  }

  /** @param {string} key @param {object[]} reports */
  async send(key, reports) {
    const answer = await this.#post('/api/v1/reports', await gzipped(JSON.stringify({reports})), {
      Authorization: `Bearer ${key}`,
      'Content-Encoding': 'gzip',
    });
    return taken(answer, reports.length, this.host.now());
  }

  /** @param {string} key the present one @param {string} key_id @param {string} secret_sha256 of the next one */
  async renewKey(key, key_id, secret_sha256) {
    const headers = {Authorization: `Bearer ${key}`};
    agreed(await this.#post('/api/v1/key', JSON.stringify({key_id, secret_sha256}), headers), this.host.now());
  }

  /**
   * Seconds of one round trip; null where nobody, or somebody else, answers within two seconds.
   * @param {string} key @returns {Promise<number | null>}
   */
  async echoSeconds(key) {
    const started = this.host.elapsed();
    try {
      const answer = await this.#ask('/api/v1/echo', {headers: {Authorization: `Bearer ${key}`}}, ECHO_TIMEOUT_MS);
      return isCollectors(answer) ? (this.host.elapsed() - started) / 1000 : null;
    } catch (error) {
      if (error instanceof TransportError) return null;
      throw error;
    }
  }

  /** @param {string} path @param {string | ArrayBuffer} body @param {Record<string, string>} headers */
  #post(path, body, headers) {
    const all = {'Content-Type': 'application/json', ...headers};
    return this.#ask(path, {method: 'POST', body, headers: all}, TIMEOUT_MS);
  }

  /** @param {string} path @param {RequestInit} request @param {number} timeoutMs */
  async #ask(path, request, timeoutMs) {
    /** @type {RequestInit} */
    const always = {
      // No "cache" here: any value but the default makes Chromium ask for leave (CORS) before every single call.
      credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(timeoutMs),
    };
    try {
      const response = await this.host.fetch(this.url + path, {...request, ...always});
      const headers = response.headers;
      return {
        status: response.status,
        type: headers.get('Content-Type') ?? '',
        retryAfter: headers.get('Retry-After'),
        body: await bounded(response),
      };
    } catch (error) {
      throw new TransportError(`not reached: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** @param {string} text @returns {Promise<ArrayBuffer>} */
export function gzipped(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

/**
 * The body as text, cut off where no collector's answer would go on.
 * @param {Response} response
 */
async function bounded(response) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; reader && bytes <= MOST_ANSWER_BYTES; ) {
    const {done, value} = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    text += decoder.decode(value, {stream: true});
  }
  await reader?.cancel();
  return text;
}
