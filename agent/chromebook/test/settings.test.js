import assert from 'node:assert/strict';
import {test} from 'node:test';

import {inForce, local} from '../extension/settings.js';

const policy = (more = {}) => local({collectorUrl: 'https://homeroom.example/', ...more}).value;

test('an empty policy means not yet', () => {
  for (const managed of [{}, {collectorUrl: ''}, {enrollmentToken: 'x'}]) {
    assert.deepEqual(local(managed), {ok: false, reason: 'no collectorUrl in the policy yet'});
  }
});

test('reports go over https, or nowhere but to this very machine', () => {
  for (const address of ['http://homeroom.example', 'http://127.0.0.1.example', 'ftp://homeroom.example', 'homeroom', 'javascript:1']) {
    assert.equal(local({collectorUrl: address}).ok, false, address);
  }
  for (const address of ['https://homeroom.example', 'http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:1']) {
    assert.equal(local({collectorUrl: address}).value?.collector, address);
  }
});

test('an address keeps its path and loses its slash, query and name', () => {
  assert.equal(local({collectorUrl: ' https://me:pw@x.example/homeroom//?a=1#b '}).value.collector, 'https://x.example/homeroom');
});

test('a period below a minute is a minute, and one above a day is a day', () => {
  assert.equal(policy({reportPeriodSeconds: 1}).periodSeconds, 60);
  assert.equal(policy({reportPeriodSeconds: 1e9}).periodSeconds, 86_400);
  assert.equal(policy({reportPeriodSeconds: '90'}).periodSeconds, 300);
});

test('the spool is bounded whatever the policy says', () => {
  assert.equal(policy({spoolReports: 0}).spoolReports, 1);
  assert.equal(policy({spoolReports: 1e12}).spoolReports, 20_000);
  assert.equal(policy().spoolReports, 2016);
});

test("the collector's wishes hold within the limits, and nonsense is passed over", () => {
  const wished = inForce({interval_seconds: 5, jitter_ratio: 7, echoes: 99, reports_per_second: 0.5}, policy());
  assert.deepEqual(wished, {periodSeconds: 60, jitterRatio: 1, echoes: 5, reportsPerSecond: 0.5});
  const nonsense = inForce({interval_seconds: '60', jitter_ratio: null, echoes: [], reports_per_second: true}, policy());
  assert.deepEqual(nonsense, {periodSeconds: 300, jitterRatio: 0.1, echoes: 3, reportsPerSecond: null});
});
