import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Agent} from '../extension/agent.js';
import {REPORT} from '../extension/schedule.js';
import {isDue, leave, measured} from '../extension/throughput.js';
import {chromebook} from './browser.js';

console.info = () => {};

const NOW = 1_790_000_000_000;
const SLOT = {slot_id: 'ab12', not_before: NOW / 1000 - 1, not_after: NOW / 1000 + 60, max_bytes: 200_000};

/** A way to the collector of so many bytes a second, on a clock that stands still otherwise. */
function line(host, bytesPerSecond) {
  const uploads = [];
  host.fetch = async (url, {method = 'GET', body} = {}) => {
    if (method === 'POST') {
      uploads.push(body.size);
      host.clock += (body.size / bytesPerSecond) * 1000;
      return new Response('{}', {headers: {'Content-Type': 'application/json'}});
    }
    let left = Number(new URL(url).searchParams.get('bytes'));
    const pull = (controller) => {
      const chunk = Math.min(left, 50_000);
      left -= chunk;
      host.clock += (chunk / bytesPerSecond) * 1000;
      controller.enqueue(new Uint8Array(chunk));
      if (!left) controller.close();
    };
    const stream = new ReadableStream({pull}, {highWaterMark: 0});
    return new Response(stream, {headers: {'Content-Type': 'application/octet-stream'}});
  };
  return uploads;
}

test('leave is what the collector says, within limits, and nonsense is none', () => {
  assert.deepEqual(leave(SLOT), {id: 'ab12', notBefore: SLOT.not_before, notAfter: SLOT.not_after, bytes: 200_000});
  assert.equal(leave({...SLOT, max_bytes: 1e12}).bytes, 50_000_000);
  for (const nonsense of [undefined, null, 7, {}, {...SLOT, slot_id: 1}, {...SLOT, max_bytes: '9'}, {...SLOT, max_bytes: 10}]) {
    assert.equal(leave(nonsense), null);
  }
});

test('leave counts once, while it lasts, and never where the link is paid by volume', () => {
  const granted = leave(SLOT);
  assert.equal(isDue(granted, undefined, NOW, 'wifi'), true);
  assert.equal(isDue(granted, 'ab12', NOW, 'wifi'), false);
  assert.equal(isDue(granted, 'older', NOW, 'cellular'), false);
  assert.equal(isDue(granted, undefined, NOW - 2000, 'wifi'), false);
  assert.equal(isDue(granted, undefined, NOW + 61_000, 'wifi'), false);
  assert.equal(isDue(null, undefined, NOW, 'wifi'), false);
});

test('both directions are measured, with no more bytes than granted', async () => {
  const host = chromebook();
  const uploads = line(host, 1_000_000);
  const rates = await measured(host, 'https://homeroom.example', 'key', leave(SLOT));
  assert.deepEqual(rates, {download_bytes_per_second: 1_000_000, upload_bytes_per_second: 1_000_000});
  assert.deepEqual(uploads, [200_000]);
});

test('a slow line is measured by what passes in ten seconds', async () => {
  const host = chromebook();
  line(host, 10_000);
  const {download_bytes_per_second: rate} = await measured(host, 'https://homeroom.example', 'key', leave(SLOT));
  assert.equal(rate, 10_000);
});

test('what breaks off, or a page instead of bytes, measures nothing', async () => {
  const host = chromebook();
  host.fetch = async () => Promise.reject(new TypeError('Failed to fetch'));
  assert.deepEqual(await measured(host, 'https://homeroom.example', 'key', leave(SLOT)), {});
  host.fetch = async () => new Response('<html>', {headers: {'Content-Type': 'text/html'}});
  assert.deepEqual(await measured(host, 'https://homeroom.example', 'key', leave(SLOT)), {});
});

test('a measurement is made once and told for a day', async () => {
  const host = chromebook();
  host.collector.settings = {throughput_slot: SLOT};
  const plain = host.fetch;
  let transfers = 0;
  line(host, 1_000_000);
  const measuring = host.fetch;
  host.fetch = (url, request) => {
    if (!url.includes('/throughput')) return plain(url, request);
    transfers++;
    return measuring(url, request);
  };
  for (let n = 0; n < 3; n++) await new Agent(host).onAlarm({name: REPORT});
  assert.equal(transfers, 2);
  const told = host.collector.reports.map((report) => report.connectivity?.download_bytes_per_second);
  assert.deepEqual(told, [undefined, 1_000_000, 1_000_000]);
  host.clock += 86_400_000;
  await new Agent(host).onAlarm({name: REPORT});
  assert.equal(host.collector.reports.at(-1).connectivity.download_bytes_per_second, undefined);
});
