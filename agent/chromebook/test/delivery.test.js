import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Collector} from '../extension/collector.js';
import {Delivery} from '../extension/delivery.js';
import {Spool} from '../extension/spool.js';
import {chromebook, problem, says} from './browser.js';

const DEVICE = {deviceId: 'dev-1', deviceKey: 'key-1'};

async function waiting(count) {
  const host = chromebook();
  const spool = new Spool(host.chrome.storage.local, host.now);
  for (let n = 0; n < count; n++) {
    await spool.put({version: 1, source: 'extension', agent_version: '0', measured_at: n}, 10_000);
  }
  const deliver = (rate = null) => new Delivery(spool, new Collector(host, 'https://homeroom.example'), DEVICE, rate);
  return {host, spool, deliver, collector: host.collector};
}

test('a backlog arrives in batches, once and in order, stamped when it is sent', async () => {
  const {host, spool, deliver, collector} = await waiting(120);
  host.clock += 86_400_000;
  assert.equal(await deliver().run(1000), null);
  assert.deepEqual(collector.called('/api/v1/reports').map(({document}) => document.reports.length), [50, 50, 20]);
  assert.deepEqual(collector.reports.map((report) => report.measured_at), Array.from({length: 120}, (_, n) => n));
  assert.ok(collector.reports.every((report) => report.sent_at === host.clock / 1000 && report.device_id === 'dev-1'));
  assert.deepEqual(await spool.counts(), {waiting: 0, lost: 0, refused: 0});
});

test('a report that the collector rejects leaves with the others', async () => {
  const {spool, deliver, collector} = await waiting(3);
  collector.answers = [says(200, {accepted: 2, duplicates: 0, rejected: [{index: 1, detail: 'cpu: unknown field'}], settings: {}})];
  const delivery = deliver();
  await delivery.run(1000);
  assert.deepEqual([delivery.tally.refused, delivery.tally.why], [1, 'cpu: unknown field']);
  assert.deepEqual(await spool.counts(), {waiting: 0, lost: 0, refused: 1});
});

test('one bad report that spoils its batch is found by halving, and does not block the queue', async () => {
  const {spool, deliver, collector} = await waiting(5);
  const good = collector.fetch.bind(collector);
  collector.fetch = async (url, request) => {
    const answer = await good(url, request);
    const {reports} = collector.calls.at(-1).document;
    if (!reports.some((report) => report.measured_at === 3)) return answer;
    for (const report of reports) collector.seen.delete(report.sequence);
    collector.reports.splice(-reports.length);
    const {status, body, type} = problem(422, 'reports: cannot be read');
    return new Response(body, {status, headers: {'Content-Type': type}});
  };
  await deliver().run(1000);
  assert.deepEqual(collector.reports.map((report) => report.measured_at), [0, 1, 2, 4]);
  assert.deepEqual(await spool.counts(), {waiting: 0, lost: 0, refused: 1});
});

test('what is not acknowledged stays, and what was is not sent again', async () => {
  const {spool, deliver, collector} = await waiting(60);
  await deliver().run(0); // no time at all
  assert.equal(collector.calls.length, 0);
  collector.answers = [says(200, {accepted: 50, duplicates: 0, rejected: [], settings: {}}), problem(503, 'busy')];
  await assert.rejects(deliver().run(1000), {status: 503});
  assert.equal((await spool.counts()).waiting, 10);
  await deliver().run(1000);
  assert.equal(collector.reports.length, 10);
});

test('a worker that dies after the commit sends again, and the collector knows it', async () => {
  const {host, spool, deliver, collector} = await waiting(3);
  host.chrome.storage.local.writesLeft = 0;
  await assert.rejects(deliver().run(1000), /killed/);
  host.chrome.storage.local.writesLeft = Infinity;
  await deliver().run(1000);
  assert.deepEqual(collector.reports.map((report) => report.measured_at), [0, 1, 2]);
  assert.equal((await spool.counts()).waiting, 0);
});

test('reports that should be new but are known move the numbering on', async () => {
  const {host, spool, deliver, collector} = await waiting(2);
  const [first] = await spool.peek(1);
  collector.seen.add(first.sequence); // a power cut took back what this profile remembered
  host.clock += 60_000;
  await deliver().run(1000);
  const next = await spool.put({version: 1, source: 'extension', agent_version: '0', measured_at: 9}, 10);
  assert.ok(next > first.sequence + 1_000_000);
});

test('the pace that the collector asks for is kept: short pauses here, long ones by alarm', async () => {
  const {host, deliver} = await waiting(60);
  assert.equal(await deliver(25).run(1000), null);
  assert.equal(host.slept, 2000 + 400);
  const slow = await waiting(60);
  assert.equal(await slow.deliver(0.5).run(1000), 100);
  assert.equal(slow.collector.calls.length, 1);
});
