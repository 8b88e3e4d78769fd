import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {test} from 'node:test';

import {Agent} from '../extension/agent.js';
import {REPORT} from '../extension/schedule.js';
import {chromebook, problem, says} from './browser.js';

console.info = () => {};

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const device = (host) => host.chrome.storage.local.content.device;
const enrolments = (host) => host.collector.called('/api/v1/enroll').length;

/** A collector that knows which keys work, and asks for a new one until it has been used. */
class Keyring {
  constructor(host) {
    this.host = host;
    this.works = new Map();
    this.lost = 0;
    const good = host.fetch;
    host.collector.settings = {renew_key: true};
    host.fetch = (url, request) => this.#answer(good, url, request);
  }

  /** Forgets what it was told of since it was backed up. */
  restore(works) {
    this.works = new Map(works);
  }

  async #answer(good, url, request) {
    const {pathname} = new URL(url);
    if (pathname !== '/api/v1/enroll' && !this.#uses(request.headers.Authorization)) return refused();
    if (pathname === '/api/v1/key') return this.#announced(url, request);
    const response = await good(url, request);
    if (pathname === '/api/v1/enroll') this.works.set('', (await response.clone().json()).device_key);
    return response;
  }

  /** Whether a key works; where it was announced, its use ends the one before. */
  #uses(authorization) {
    const key = authorization.replace('Bearer ', '');
    if (this.works.get('') === key) return true;
    const [id, secret] = key.split('.');
    if (!secret || this.works.get(id) !== sha256(secret)) return false;
    this.works = new Map([['', key]]);
    this.host.collector.settings = {};
    return true;
  }

  async #announced(url, {headers, body}) {
    const {key_id, secret_sha256, ...more} = JSON.parse(body);
    assert.match(key_id, /^hrk[0-9a-f]{16}$/);
    assert.match(secret_sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(more, {});
    assert.match(headers.Authorization, /^Bearer /);
    this.works = new Map([['', this.works.get('')], [key_id, secret_sha256]]);
    if (this.lost-- > 0) throw new TypeError('Failed to fetch');
    const {status, type, ...answer} = says(200, {});
    return new Response(answer.body, {status, headers: {'Content-Type': type}});
  }
}

function refused() {
  const {status, body, type} = problem(401, 'this device key is not known or was revoked');
  return new Response(body, {status, headers: {'Content-Type': type}});
}

async function wake(host) {
  host.clock += 300_000;
  const agent = new Agent(host);
  await agent.start();
  await agent.onAlarm({name: REPORT});
}

function assertAllOnce(host, count) {
  const numbers = host.collector.reports.map(({sequence}) => sequence);
  assert.deepEqual(numbers, Array.from({length: count}, (_, n) => numbers[0] + n));
}

test('a key that the collector is tired of is renewed, and the new one ends it', async () => {
  const host = chromebook();
  const keyring = new Keyring(host);
  await wake(host);
  const [first, second] = [device(host).otherKey, device(host).deviceKey];
  assert.equal(first, 'key-1');
  assert.match(second, /^hrk[0-9a-f]{16}\.[\w-]{43}$/);
  assert.equal(keyring.works.get(''), first, 'the present one goes on working until the new one is used');
  await wake(host);
  assert.notEqual(keyring.works.get(''), first);
  assert.equal(enrolments(host), 1);
  assertAllOnce(host, 2);
});

test('the secret is on no wire before it is used, and in no report or word', async () => {
  const host = chromebook();
  const said = [];
  console.info = (line) => said.push(line);
  new Keyring(host);
  await wake(host);
  console.info = () => {};
  const [, secret] = device(host).deviceKey.split('.');
  assert.ok(!JSON.stringify([said, host.collector.calls]).includes(secret));
});

test('an answer that is lost leaves the present key, and the collector asks again', async () => {
  const host = chromebook();
  const keyring = new Keyring(host);
  keyring.lost = 1;
  await wake(host);
  assert.equal(device(host).deviceKey, 'key-1');
  await wake(host);
  assert.notEqual(device(host).deviceKey, 'key-1');
  await wake(host);
  assert.equal(enrolments(host), 1);
  assertAllOnce(host, 3);
});

test('a worker that dies at any write to its storage keeps a key that works, and every report', async () => {
  for (let writes = 0, killed = true; killed; writes++) {
    const host = chromebook();
    new Keyring(host);
    await wake(host);
    host.chrome.storage.local.writesLeft = writes;
    await wake(host).catch((error) => assert.equal(error.message, 'killed'));
    killed = host.chrome.storage.local.writesLeft < 0;
    host.chrome.storage.local.writesLeft = Infinity;
    for (let n = 0; n < 3; n++) await wake(host);
    assert.equal(enrolments(host), 1, `killed at write ${writes}`);
    const numbers = host.collector.reports.map(({sequence}) => sequence);
    assert.deepEqual(numbers, [...new Set(numbers)], `killed at write ${writes}`);
    assert.equal(host.chrome.storage.local.content.spool.queue.length, 0);
    assert.ok(writes < 50);
  }
});

test('where the collector was restored and forgot the new key, the one before works', async () => {
  const host = chromebook();
  const keyring = new Keyring(host);
  await wake(host);
  const backup = new Map([['', 'key-1']]);
  await wake(host);
  keyring.restore(backup);
  await wake(host);
  assert.equal(enrolments(host), 1);
  assertAllOnce(host, 3);
});

test('where neither key works the device enrols again', async () => {
  const host = chromebook();
  const keyring = new Keyring(host);
  await wake(host);
  keyring.restore([]);
  await wake(host);
  assert.equal(enrolments(host), 2);
  assert.equal(host.collector.reports.length, 2);
});
