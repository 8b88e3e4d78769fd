import assert from 'node:assert/strict';
import {test} from 'node:test';

import {TransportError, enrolled, isCollectors, retryAfterSeconds, taken} from '../extension/answers.js';
import {isOver, waitSeconds} from '../extension/backoff.js';

const NOW = 1_790_000_000_000;
const GOOD = {accepted: 2, duplicates: 0, rejected: [], settings: {interval_seconds: 60}};
const answer = (status, document, more = {}) =>
  ({status, type: 'application/json; charset=utf-8', retryAfter: null, body: JSON.stringify(document), ...more});
const failure = (call) => {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof TransportError);
    return error;
  }
  return assert.fail('it was taken');
};

test('a commit is told by 200 with a collector\'s own words only', () => {
  assert.equal(taken(answer(200, GOOD), 2, NOW).accepted, 2);
  const strangers = [
    answer(200, GOOD, {type: 'text/html'}),
    answer(200, {}, {body: '<html>Log in</html>'}),
    answer(200, {}),
    answer(200, [GOOD]),
    answer(200, {...GOOD, accepted: '2'}),
    answer(200, {...GOOD, rejected: [{index: 2, detail: 'beyond the batch'}]}),
    answer(200, {...GOOD, rejected: [{index: -1}]}),
    answer(204, GOOD),
  ];
  for (const each of strangers) assert.equal(failure(() => taken(each, 2, NOW)).permanent, false, JSON.stringify(each));
});

test('only the collector may say that a report or a key is refused', () => {
  for (const status of [400, 401, 403, 404, 422]) {
    const error = failure(() => taken(answer(status, {}, {type: 'text/html', body: '<html>'}), 1, NOW));
    assert.deepEqual([error.status, error.permanent], [0, false]);
  }
  assert.equal(failure(() => taken(answer(401, {detail: 'revoked'}), 1, NOW)).status, 401);
  assert.equal(failure(() => taken(answer(422, {detail: 'cpu: unknown field'}), 1, NOW)).permanent, true);
});

test('a busy proxy is believed without JSON, and says when to come back', () => {
  const error = failure(() => taken(answer(503, {}, {type: 'text/html', body: 'busy', retryAfter: '120'}), 1, NOW));
  assert.deepEqual([error.status, error.retryAfterSeconds, error.permanent], [503, 120, false]);
});

test('an enrolment needs an id and a key', () => {
  assert.equal(enrolled(answer(201, {device_id: 'd', device_key: 'k'}), NOW).deviceKey, 'k');
  for (const document of [{device_id: 'd'}, {device_id: 'd', device_key: ''}, {device_id: 1, device_key: 'k'}]) {
    failure(() => enrolled(answer(201, document), NOW));
  }
});

test('an echo that somebody else answers is none', () => {
  assert.equal(isCollectors(answer(401, {detail: 'no'})), true);
  assert.equal(isCollectors(answer(200, {}, {type: 'text/html'})), false);
});

test('Retry-After is a number or a date, and at most a day', () => {
  assert.equal(retryAfterSeconds(' 90 ', NOW), 90);
  assert.equal(retryAfterSeconds(new Date(NOW + 60_000).toUTCString(), NOW), 60);
  assert.equal(retryAfterSeconds('99999999', NOW), 86_400);
  assert.equal(retryAfterSeconds('Mon, 01 Jan 1990 00:00:00 GMT', NOW), 0);
  assert.equal(retryAfterSeconds('soon', NOW), null);
  assert.equal(retryAfterSeconds(null, NOW), null);
});

test('waits double up to a quarter of an hour, half of them chance', () => {
  assert.deepEqual([1, 2, 3, 9, 999].map((failures) => waitSeconds(failures, null, 1)), [30, 60, 120, 900, 900]);
  assert.equal(waitSeconds(1, null, 0), 15);
});

test('nobody comes sooner than asked, nor all at the same moment', () => {
  assert.equal(waitSeconds(1, 600, 0), 600);
  assert.equal(waitSeconds(1, 600, 1), 660);
  assert.equal(waitSeconds(1, null, 1, true), 3600);
});

test('a clock that was set keeps nobody waiting', () => {
  const waiting = {failures: 1, since: NOW, until: NOW + 60_000, asked: false};
  assert.equal(isOver(waiting, NOW + 59_999), false);
  assert.equal(isOver(waiting, NOW + 60_000), true);
  assert.equal(isOver(waiting, NOW - 1), true);
  assert.equal(isOver({...waiting, until: NOW + 1e12}, NOW + 1), true);
  assert.equal(isOver(undefined, NOW), true);
});
