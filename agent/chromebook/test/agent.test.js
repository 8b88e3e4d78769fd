import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Agent} from '../extension/agent.js';
import {REPORT, SEND} from '../extension/schedule.js';
import {chromebook, page, problem} from './browser.js';

console.info = () => {};

const MINUTE = 60_000;
const sent = (host) => host.collector.called('/api/v1/reports').length;
const enrolments = (host) => host.collector.called('/api/v1/enroll').length;
const waitingReports = (host) => host.chrome.storage.local.content.spool?.queue.length ?? 0;

/** A worker's life: it starts, does what it was woken for, and dies with everything it had in variables. */
async function wake(host, ...alarms) {
  const agent = new Agent(host);
  await agent.start();
  for (const name of alarms.length ? alarms : [REPORT]) await agent.onAlarm({name});
  return agent;
}

test('without settings nothing is measured, nothing is kept and nobody is called', async () => {
  const host = chromebook({policy: {}});
  await wake(host);
  assert.equal(host.collector.calls.length, 0);
  assert.equal(waitingReports(host), 0);
  assert.ok(host.alarms.has(REPORT), 'it looks again');
});

test('with settings it enrols, reports, and is told how often', async () => {
  const host = chromebook();
  host.collector.settings = {interval_seconds: 900};
  await wake(host);
  const [enrolment] = host.collector.called('/api/v1/enroll');
  assert.deepEqual(Object.keys(enrolment.document), ['token', 'device', 'writer']);
  assert.equal(enrolment.document.writer, host.chrome.storage.local.content.spool.writer);
  assert.equal(enrolment.document.device.serial, 'NXH8WEF0000');
  assert.equal(host.collector.reports.length, 1);
  assert.equal(host.alarms.get(REPORT).periodInMinutes, 15);
  await wake(host);
  assert.equal(enrolments(host), 1);
  assert.equal(host.collector.called('/api/v1/reports')[1].headers.Authorization, 'Bearer key-1');
});

test('neither user, network name nor address is in a report, only what the format names', async () => {
  const host = chromebook();
  await wake(host);
  await wake(host);
  const [, report] = host.collector.reports;
  assert.deepEqual(Object.keys(report).sort(), [
    'agent_version', 'batteries', 'connectivity', 'cpu', 'device_id', 'filesystems', 'identity', 'links',
    'lost_reports_total', 'measured_at', 'memory', 'os', 'probes', 'sent_at', 'sequence', 'source', 'unavailable', 'uptime',
    'version',
  ]);
});

test('a policy that comes late starts the work', async () => {
  const host = chromebook({policy: {}});
  const agent = await wake(host);
  host.policy = {collectorUrl: 'https://homeroom.example', enrollmentToken: 'hrt1.secret'};
  await agent.onPolicy();
  assert.ok(host.alarms.get(REPORT).scheduledTime <= host.clock + 10_000);
  await agent.onAlarm({name: REPORT});
  assert.equal(host.collector.reports.length, 1);
});

test('an update takes the alarms away; the next start sets them again', async () => {
  const host = chromebook();
  await wake(host);
  host.alarms.clear();
  await new Agent(host).start();
  assert.ok(host.alarms.has(REPORT));
});

test('an alarm that a wrong clock put far off is set anew, and one that is in order is left alone', async () => {
  const host = chromebook();
  await wake(host);
  const alarm = host.alarms.get(REPORT);
  await new Agent(host).start();
  assert.equal(host.alarms.get(REPORT), alarm);
  host.clock -= 365 * 86_400_000;
  await new Agent(host).start();
  assert.ok(host.alarms.get(REPORT).scheduledTime <= host.clock + 10_000);
});

test('reports of a day without collector wait, and arrive once and in order', async () => {
  const host = chromebook();
  await wake(host);
  const fetch = host.fetch;
  host.fetch = async () => Promise.reject(new TypeError('Failed to fetch'));
  for (let n = 0; n < 288; n++) {
    host.clock += 5 * MINUTE;
    await wake(host);
  }
  assert.equal(waitingReports(host), 288);
  host.fetch = fetch;
  host.clock += 20 * MINUTE;
  await wake(host, SEND);
  assert.equal(host.collector.reports.length, 289);
  const numbers = host.collector.reports.map((report) => report.sequence);
  assert.deepEqual(numbers, numbers.map((_, n) => numbers[0] + n));
  assert.equal(host.collector.reports.at(-1).connectivity.loss_ratio, 1);
  const troubles = host.collector.reports.map(({probes}) => probes.at(-1)).filter(({name}) => name === 'sending');
  assert.match(troubles[0].error, /not reached/);
});

test('a full spool during the holidays counts what it lost', async () => {
  const host = chromebook();
  host.policy.spoolReports = 5;
  const fetch = host.fetch;
  host.fetch = async () => Promise.reject(new TypeError('Failed to fetch'));
  for (let n = 0; n < 8; n++) await wake(host);
  host.fetch = fetch;
  host.clock += 20 * MINUTE;
  await wake(host, SEND);
  assert.equal(host.collector.reports.length, 5);
  assert.equal(host.collector.reports.at(-1).lost_reports_total, 3);
});

test('Retry-After is kept, also by the echoes, and by a worker that started since', async () => {
  const host = chromebook();
  await wake(host);
  host.collector.answers = [problem(503, 'busy', {'Retry-After': '600'})];
  await wake(host);
  const calls = host.collector.calls.length;
  host.clock += 9 * MINUTE;
  await wake(host, REPORT, SEND);
  assert.equal(host.collector.calls.length, calls);
  assert.ok(host.alarms.get(SEND).scheduledTime >= host.clock + MINUTE);
  host.clock += 3 * MINUTE;
  await wake(host);
  assert.equal(waitingReports(host), 0);
  const [, , third] = host.collector.reports;
  assert.match(JSON.stringify(third.unavailable), /asked to be left alone/);
});

test('a login page that answers 200 to everything is no collector', async () => {
  const host = chromebook();
  await wake(host);
  host.collector.answers = [page(200)];
  host.collector.echo = page(200);
  await wake(host);
  assert.equal(waitingReports(host), 1);
  host.clock += 20 * MINUTE;
  host.collector.echo = undefined;
  await wake(host);
  assert.equal(host.collector.reports.length, 3);
  assert.equal(host.collector.reports[1].connectivity.loss_ratio, 1);
});

test('a key that was revoked is replaced by a new enrolment, and nothing is lost', async () => {
  const host = chromebook();
  await wake(host);
  host.collector.answers = [problem(401, 'this device key is not known or was revoked')];
  await wake(host);
  assert.equal(enrolments(host), 2);
  assert.equal(host.collector.reports.length, 2);
  assert.equal(host.collector.reports[1].device_id, 'dev-2');
});

test('a token that is worth nothing is not tried every minute, and a new one at once', async () => {
  const host = chromebook();
  host.collector.answers = [problem(401, 'this enrolment token is not known')];
  const agent = await wake(host);
  for (let n = 0; n < 5; n++) {
    host.clock += 5 * MINUTE;
    await wake(host);
  }
  assert.equal(enrolments(host), 1);
  assert.equal(waitingReports(host), 6);
  host.policy.enrollmentToken = 'hrt2.other';
  await agent.onPolicy();
  await agent.onAlarm({name: REPORT});
  assert.equal(enrolments(host), 2);
  assert.equal(host.collector.reports.length, 7);
});

test('a device that moved to a school with another token enrols there, with the same reports', async () => {
  const host = chromebook();
  await wake(host);
  host.policy.enrollmentToken = 'hrt2.other-school';
  await wake(host);
  assert.equal(enrolments(host), 2);
  host.policy.enrollmentToken = 'hrt3.mistyped';
  host.collector.answers = [problem(401, 'not known')];
  await wake(host);
  assert.equal(host.collector.reports.length, 3, 'a key that works goes on working');
});

test('another collector is not shown the key of the first', async () => {
  const host = chromebook();
  await wake(host);
  host.policy.collectorUrl = 'https://other.example';
  await wake(host);
  const strangers = host.collector.calls.filter(({url}) => url.startsWith('https://other.example'));
  assert.equal(strangers[0].path, '/api/v1/enroll');
  assert.ok(strangers.every(({headers}) => headers.Authorization !== 'Bearer key-1'));
});

test('neither the token nor the key is in a report or in what is said', async () => {
  const host = chromebook();
  const said = [];
  console.info = (line) => said.push(line);
  await wake(host);
  host.collector.answers = [problem(503, 'busy')];
  await wake(host);
  console.info = () => {};
  const everything = JSON.stringify([said, host.collector.reports]);
  assert.doesNotMatch(everything, /secret|key-1/);
});

test('a clock that is set back a year neither stops the reports nor repeats a number', async () => {
  const host = chromebook();
  await wake(host);
  host.collector.answers = [problem(503, 'busy', {'Retry-After': '600'})];
  await wake(host);
  host.clock -= 365 * 86_400_000;
  await wake(host);
  assert.equal(host.collector.reports.length, 3);
  const numbers = host.collector.reports.map((report) => report.sequence);
  assert.equal(new Set(numbers).size, 3);
  assert.equal(host.collector.reports[2].sent_at, host.clock / 1000);
});

test('however often it is woken at once, one report is made at a time and no number twice', async () => {
  const host = chromebook();
  const agent = new Agent(host);
  await Promise.all([agent.start(), ...Array.from({length: 20}, () => agent.onAlarm({name: REPORT}))]);
  assert.ok(sent(host) <= 2);
  const numbers = host.collector.reports.map((report) => report.sequence);
  assert.equal(new Set(numbers).size, numbers.length);
});

test('an update waits for what is under way', async () => {
  const host = chromebook();
  const agent = new Agent(host);
  const working = agent.onAlarm({name: REPORT});
  await agent.idle();
  assert.equal(host.collector.reports.length, 1);
  await working;
});

test('a report that the collector will never take is told of in the next one', async () => {
  const host = chromebook();
  await wake(host);
  host.collector.answers = [problem(422, 'reports[0].cpu: unknown field')];
  await wake(host);
  await wake(host);
  assert.match(host.collector.reports.at(-1).probes.at(-1).error, /refused 1 reports: .*unknown field/);
  assert.equal(waitingReports(host), 0);
});
