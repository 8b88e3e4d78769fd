import assert from 'node:assert/strict';
import {test} from 'node:test';

import {battery} from '../extension/facts/battery.js';
import {connectivity} from '../extension/facts/connectivity.js';
import {disk} from '../extension/facts/disk.js';
import {identity} from '../extension/facts/identity.js';
import {link} from '../extension/facts/link.js';
import {memory} from '../extension/facts/memory.js';
import {processor} from '../extension/facts/processor.js';
import {system} from '../extension/facts/system.js';
import {measured} from '../extension/measure.js';
import {chromebook} from './browser.js';

const NOT_ENROLLED = {echoes: async () => ({ok: false, reason: 'not enrolled yet'}), throughput: async () => ({})};
const why = (facts, path) => facts.unavailable.find((each) => each.path === path)?.reason;
const read = (probe, host, memory = {}, round = NOT_ENROLLED) => probe.read(host, memory, round);

test('a managed Chromebook says which one it is', async () => {
  const {sections, unavailable} = await read(identity, chromebook());
  assert.deepEqual(sections.identity, {
    platform: 'chromeos', manufacturer: 'Example', model: 'Chromebook 311', serial: 'NXH8WEF0000', asset_tag: 'C-1182',
  });
  assert.deepEqual(unavailable, []);
});

test('an empty serial number is none, and the reason is the account', async () => {
  const host = chromebook();
  host.chrome.enterprise.deviceAttributes.getDeviceSerialNumber = async () => '';
  const facts = await read(identity, host);
  assert.equal('serial' in facts.sections.identity, false);
  assert.match(why(facts, 'identity.serial'), /does not belong to the device's own domain/);
});

test('where there is no enterprise interface, or it refuses, the reasons say so', async () => {
  const host = chromebook();
  host.chrome.enterprise = {hardwarePlatform: {getHardwarePlatformInfo: async () => Promise.reject(new Error('Not allowed'))}};
  const facts = await read(identity, host);
  assert.deepEqual(facts.sections.identity, {platform: 'chromeos'});
  assert.match(why(facts, 'identity.serial'), /managed ChromeOS/);
  assert.equal(why(facts, 'identity.model'), 'Not allowed');
  delete host.chrome.enterprise;
  assert.match(why(await read(identity, host), 'identity.model'), /managed ChromeOS/);
});

test('texts are cut to what the wire format takes, and never within a character', async () => {
  const host = chromebook();
  host.chrome.enterprise.deviceAttributes.getDeviceAssetId = async () => ` ${'😀'.repeat(100)}\0`;
  const {sections} = await read(identity, host);
  assert.equal(sections.identity.asset_tag, '😀'.repeat(80));
});

test('the version is the one that Google counts by, the build is the platform\'s', async () => {
  const {sections} = await read(system, chromebook());
  assert.deepEqual(sections.os, {name: 'ChromeOS', version: '131.0.6778.96', build: '16433.41.0'});
});

test('a browser without brands leaves the version out', async () => {
  const host = chromebook();
  delete host.navigator.userAgentData;
  const facts = await read(system, host);
  assert.deepEqual(facts.sections.os, {name: 'ChromeOS'});
  assert.equal(why(facts, 'os.version'), 'the browser does not say');
});

const core = (user, kernel, idle) => ({user, kernel, idle, total: user + kernel + idle});

test('the processor is as busy as its counters moved since the report before', async () => {
  const host = chromebook();
  const kept = {};
  const first = await read(processor, host, kept);
  assert.equal(why(first, 'cpu.usage_ratio'), 'needs a second reading');
  assert.deepEqual(first.sections.uptime, {awake_seconds: 100, boots_total: 1});
  host.ticks = [core(1300, 600, 9100), core(500, 500, 10_000)];
  const second = await read(processor, host, JSON.parse(JSON.stringify(kept)));
  assert.equal(second.sections.cpu.usage_ratio, 0.2);
  assert.equal(second.sections.uptime.awake_seconds, 110);
  assert.deepEqual([second.sections.cpu.model, second.sections.cpu.logical_cores], ['Example Celeron', 2]);
});

test('counters that began anew are a boot, and the share is counted from it', async () => {
  const host = chromebook();
  const kept = {};
  await read(processor, host, kept);
  host.ticks = [core(100, 100, 300), core(0, 0, 500)];
  const {sections} = await read(processor, host, kept);
  assert.deepEqual([sections.uptime.boots_total, sections.cpu.usage_ratio, sections.uptime.awake_seconds], [2, 0.2, 5]);
});

test('sleep is no boot, a core that is switched off is none, and idle time that goes back a little is none', async () => {
  const host = chromebook();
  const kept = {};
  await read(processor, host, kept);
  for (const ticks of [host.ticks, [core(1000, 500, 8400), core(500, 500, 9000)], [core(1010, 505, 8600)]]) {
    host.ticks = ticks;
    const {sections} = await read(processor, host, kept);
    assert.equal(sections.uptime.boots_total, 1);
    assert.ok(sections.cpu.usage_ratio === undefined || (sections.cpu.usage_ratio >= 0 && sections.cpu.usage_ratio <= 1));
  }
});

test('a processor that tells nothing breaks nothing', async () => {
  const host = chromebook();
  host.ticks = [];
  const kept = {};
  const facts = await read(processor, host, kept);
  assert.equal(why(facts, 'uptime.awake_seconds'), 'no such counter here');
  await read(processor, host, kept);
  assert.equal(kept.boots, 1);
});

test('memory and free space are whole bytes', async () => {
  assert.deepEqual((await read(memory, chromebook())).sections.memory, {
    total_bytes: 4_100_000_000, available_bytes: 1_200_000_001,
  });
  const {sections, unavailable} = await read(disk, chromebook());
  assert.deepEqual(sections.filesystems, [{mount: '/home', free_bytes: 12_345_678_901}]);
  assert.deepEqual(unavailable.map(({path}) => path), ['filesystems.size_bytes', 'disks']);
});

test('the constant that pages get is not taken for free space', async () => {
  const host = chromebook();
  host.navigator.storage.estimate = async () => ({quota: 10_737_418_240});
  const facts = await read(disk, host);
  assert.deepEqual(facts.sections, {});
  assert.match(why(facts, 'filesystems.free_bytes'), /a quota instead/);
});

test('a battery is told by its charge and whether it charges', async () => {
  const host = chromebook();
  const {sections, unavailable} = await read(battery, host);
  assert.deepEqual(sections.batteries, [{name: 'battery', charge_ratio: 0.64, state: 'discharging'}]);
  assert.deepEqual(unavailable.map(({path}) => path), ['batteries.health_ratio', 'batteries.cycle_count']);
});

test('full and charging since ever may be a box without battery; once it was seen otherwise it is a battery', async () => {
  const host = chromebook();
  const kept = {};
  host.battery = {charging: true, level: 1, chargingTime: 0, dischargingTime: null};
  const none = await read(battery, host, kept);
  assert.deepEqual(none.sections, {});
  assert.match(why(none, 'batteries.charge_ratio'), /without a battery/);
  host.battery = {charging: true, level: 0.5, chargingTime: 60, dischargingTime: null};
  assert.equal((await read(battery, host, kept)).sections.batteries[0].state, 'charging');
  host.battery = {charging: true, level: 1, chargingTime: 0, dischargingTime: null};
  assert.equal((await read(battery, host, kept)).sections.batteries[0].state, 'full');
});

test('the offscreen document is closed again, also when it does not answer', async () => {
  const host = chromebook();
  let open = 0;
  host.chrome.offscreen.createDocument = async () => void open++;
  host.chrome.offscreen.closeDocument = async () => void open--;
  host.chrome.runtime.sendMessage = async () => undefined;
  const facts = await read(battery, host);
  assert.equal(open, 0);
  assert.match(why(facts, 'batteries.state'), /does not answer/);
});

test('a link has a kind and a quality, and no name', async () => {
  const {sections} = await read(link, chromebook());
  assert.deepEqual(sections.links, [{name: 'default', type: 'wifi', up: true, active: true, quality: '4g'}]);
  for (const [type, expected] of [['bluetooth', 'other'], ['cellular', 'cellular'], ['none', undefined], [undefined, undefined]]) {
    const host = chromebook();
    host.navigator.connection = {type};
    assert.equal((await read(link, host)).sections.links[0].type, expected);
  }
});

test('latency is the median, and what was not answered is loss', async () => {
  const of = async (seconds) =>
    (await read(connectivity, chromebook(), {}, {...NOT_ENROLLED, echoes: async () => ({ok: true, value: {seconds}})})).sections.connectivity;
  assert.deepEqual(await of([0.3, null, 0.1, 0.2]), {latency_seconds: 0.2, loss_ratio: 0.25});
  assert.deepEqual(await of([null]), {loss_ratio: 1});
  assert.equal((await read(connectivity, chromebook())).sections.connectivity, undefined);
});

test('a probe that fails, or hangs, is data, and the others go on', async (context) => {
  context.mock.timers.enable({apis: ['setTimeout']});
  const host = chromebook();
  host.chrome.system.memory.getInfo = async () => Promise.reject(new Error('boom'));
  const hangs = {name: 'slow', read: () => new Promise(() => {})};
  const fine = {name: 'fine', read: async () => ({sections: {os: {name: 'ChromeOS'}}, unavailable: []})};
  const running = measured(host, {slow: {kept: 1}}, NOT_ENROLLED, [memory, hangs, fine]);
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  context.mock.timers.tick(15_000);
  const {document, memories} = await running;
  assert.deepEqual(document.probes.map(({name, error}) => [name, error]), [
    ['memory', 'boom'], ['slow', 'no answer within 15 s'], ['fine', undefined],
  ]);
  assert.deepEqual(document.os, {name: 'ChromeOS'});
  assert.deepEqual(memories.slow, {kept: 1});
});
