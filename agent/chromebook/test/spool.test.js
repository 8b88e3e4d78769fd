import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Spool, firstNumber} from '../extension/spool.js';
import {Storage} from './browser.js';

const NOW = 1_790_000_000_000;
const facts = (n) => ({version: 1, source: 'extension', agent_version: '0', measured_at: n});
const open = (storage = new Storage(), now = NOW) => new Spool(storage, () => now);
const measured = async (spool) => (await spool.peek(1000)).map(({report}) => report.measured_at);

test('reports come out in the order in which they went in, numbered without gaps', async () => {
  const spool = open();
  await Promise.all([1, 2, 3, 4].map((n) => spool.put(facts(n), 10)));
  assert.deepEqual(await measured(spool), [1, 2, 3, 4]);
  const numbers = (await spool.peek(10)).map(({sequence}) => sequence);
  assert.deepEqual(numbers, [0, 1, 2, 3].map((n) => firstNumber(NOW) + n));
});

test('each profile names who numbers its reports, once and for good', async () => {
  const storage = new Storage();
  const writer = await open(storage).writer();
  assert.match(writer, /^[0-9a-f]{16}$/);
  await open(storage).put(facts(1), 10);
  assert.equal(await open(storage).writer(), writer);
  assert.notEqual(await open().writer(), writer);
});

test('a full spool drops the oldest and counts it in the next report', async () => {
  const spool = open();
  for (let n = 1; n <= 5; n++) await spool.put(facts(n), 3);
  assert.deepEqual(await measured(spool), [3, 4, 5]);
  assert.equal((await spool.peek(3))[2].report.lost_reports_total, 2);
  assert.equal(Object.keys(spool.storage.content).filter((key) => key.startsWith('report.')).length, 3);
});

test('what was let go of is gone, and the rest stays', async () => {
  const spool = open();
  for (let n = 1; n <= 4; n++) await spool.put(facts(n), 10);
  const [, second, third] = await spool.peek(10);
  await spool.remove([second.sequence, third.sequence], 1);
  assert.deepEqual(await measured(spool), [1, 4]);
  assert.deepEqual(await spool.counts(), {waiting: 2, lost: 0, refused: 1});
});

test('wherever a kill strikes, no number is used twice and nothing disappears uncounted', async () => {
  for (let writes = 0; writes < 12; writes++) {
    const storage = new Storage();
    storage.writesLeft = writes;
    const given = new Set();
    const acknowledged = new Set();
    const work = async () => {
      const spool = open(storage);
      for (let n = 1; n <= 4; n++) {
        const sequence = await spool.put(facts(n), 3);
        assert.ok(!given.has(sequence));
        given.add(sequence);
      }
      const [first] = await spool.peek(1);
      await spool.remove([first.sequence]);
      acknowledged.add(first.sequence);
    };
    await work().catch((error) => assert.equal(error.message, 'killed'));
    storage.writesLeft = Infinity;
    const after = open(storage);
    await after.sweep();
    const sequence = await after.put(facts(9), 100);
    assert.ok([...given].every((each) => each < sequence), `a number came again after ${writes} writes`);
    const {waiting, lost} = await after.counts();
    assert.equal((await after.peek(100)).length, waiting);
    const made = sequence - firstNumber(NOW) + 1;
    assert.ok(waiting + lost + acknowledged.size >= made - 1, `${writes} writes: ${waiting} + ${lost} of ${made}`);
    const keys = Object.keys(storage.content).filter((key) => key.startsWith('report.'));
    assert.equal(keys.length, waiting, 'nothing is left behind');
  }
});

test('a report that cannot be read any more is counted as lost and holds nobody up', async () => {
  const storage = new Storage();
  const spool = open(storage);
  for (let n = 1; n <= 3; n++) await spool.put(facts(n), 10);
  const [, second] = await spool.peek(2);
  delete storage.content[`report.${second.sequence}`];
  assert.deepEqual(await measured(spool), [1, 3]);
  assert.deepEqual(await spool.counts(), {waiting: 2, lost: 1, refused: 0});
});

test('without its state the spool is rebuilt from the reports, and numbers go on', async () => {
  for (const broken of [undefined, 7, {queue: 'x'}, {queue: [], next: 'x', lost: 0, refused: 0}]) {
    const storage = new Storage();
    const spool = open(storage);
    for (let n = 1; n <= 3; n++) await spool.put(facts(n), 10);
    const last = (await spool.peek(3))[2].sequence;
    storage.content['spool'] = broken;
    assert.deepEqual(await measured(open(storage)), [1, 2, 3]);
    assert.ok((await open(storage).put(facts(4), 10)) > last);
  }
});

test('a profile that was wiped, or lost its last writes, does not use numbers again', async () => {
  const used = await open().put(facts(1), 10);
  assert.ok((await open(new Storage(), NOW + 1000).put(facts(1), 10)) > used + 1_000_000);
  const spool = open(new Storage());
  await spool.put(facts(1), 10);
  spool.now = () => NOW + 60_000;
  await spool.renumber();
  assert.equal(await spool.put(facts(2), 10), firstNumber(NOW + 60_000));
});

test('numbers stay whole for as long as anybody will use this', () => {
  assert.ok(Number.isSafeInteger(firstNumber(Date.UTC(2080, 0))));
  assert.equal(firstNumber(0), 0);
});
