// The service worker: puts the agent together. Every listener is here at the top, as the browser wakes it by them.

import {Agent} from './agent.js';

const agent = new Agent({
  chrome,
  navigator: /** @type {Host['navigator']} */ (/** @type {unknown} */ (navigator)),
  fetch: (...request) => fetch(...request),
  now: () => Date.now(),
  elapsed: () => performance.now(),
  dice: () => Math.random(),
  sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
});

chrome.alarms.onAlarm.addListener((alarm) => agent.onAlarm(alarm));
chrome.storage.onChanged.addListener((_changes, area) => {
  if (area === 'managed') agent.onPolicy();
});
chrome.runtime.onInstalled.addListener(() => agent.start());
chrome.runtime.onStartup.addListener(() => agent.start());
// Without this an update waits until the worker is idle, which may be never.
chrome.runtime.onUpdateAvailable.addListener(() => agent.idle().then(() => chrome.runtime.reload()));

agent.start();
