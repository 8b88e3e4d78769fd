// The agent's life: what to do at a start, at an alarm, when the policy changes and when an update waits.
// Nothing is held in variables that a worker's death may not take: it all comes from, and goes to, storage.

import {TransportError} from './answers.js';
import {isOver, waitSeconds} from './backoff.js';
import {Collector} from './collector.js';
import {Delivery} from './delivery.js';
import {Enrolment} from './enrolment.js';
import {inWords, measured} from './measure.js';
import {renew} from './renewal.js';
import {REPORT, SEND, Schedule} from './schedule.js';
import {inForce, local} from './settings.js';
import {Spool} from './spool.js';
import {note, standing} from './standing.js';
import {isDue, leave, measured as measuredThroughput} from './throughput.js';

const SENDING_MS = 120_000; // a worker may work for five minutes at a time
const TOLD_FOR_MS = 86_400_000; // a section replaces the one before it, so the last measurement is repeated for a day

/** @typedef {import('./settings.js').Local} Local */
/** @typedef {import('./enrolment.js').Device} Device */

/** One per worker. */
export class Agent {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #queued = 0;

  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.storage = host.chrome.storage.local;
    this.spool = new Spool(this.storage, host.now);
    this.schedule = new Schedule(host);
  }

  /** At every start of the worker. An update of the extension takes its alarms away. */
  async start() {
    await this.schedule.keep(await this.#periodSeconds(), {soon: true});
    await this.spool.sweep();
  }

  /** @param {{name: string}} alarm */
  async onAlarm({name}) {
    if (name === REPORT) await this.#exclusively(() => this.#report());
    if (name === SEND) await this.#exclusively(() => this.#sendIfReady());
  }

  /** The policy is there, or another one. Whoever waited for it waits no longer. */
  async onPolicy() {
    await this.#exclusively(async () => {
      await note(this.storage, {waiting: undefined});
      await this.schedule.reportSoon(await this.#periodSeconds());
    });
  }

  /** Ends after what is under way, so that an update interrupts nothing. */
  async idle() {
    await this.#last;
  }

  async #report() {
    const policy = await this.#policy();
    const {settings = {}} = await standing(this.storage);
    const {periodSeconds, jitterRatio, echoes} = inForce(settings, this.#or(policy));
    await this.schedule.reportNext(periodSeconds, jitterRatio);
    if (!policy.ok) return say(policy.reason);
    await this.#measure(policy.value, echoes);
    await this.#send(policy.value);
    await this.schedule.keep(await this.#periodSeconds(), {soon: false});
  }

  async #sendIfReady() {
    const policy = await this.#policy();
    if (policy.ok) await this.#send(policy.value);
  }

  /** @param {Local} policy @param {number} echoes */
  async #measure(policy, echoes) {
    const measured_at = this.host.now() / 1000;
    const {memory} = await this.storage.get('memory');
    const remembered = /** @type {Record<string, Memory> | undefined} */ (memory) ?? {};
    const {document, memories} = await measured(this.host, remembered, {
      echoes: () => this.#echoes(policy, echoes),
      throughput: async () => (await this.#lastThroughput()).facts,
    });
    const {trouble} = await standing(this.storage);
    if (trouble) document.probes.push({name: 'sending', duration_seconds: 0, error: trouble});
    const agent_version = this.host.chrome.runtime.getManifest().version;
    await this.storage.set({memory: memories});
    const report = {version: /** @type {const} */ (1), source: /** @type {const} */ ('extension'), agent_version};
    await this.spool.put({...report, measured_at, ...document}, policy.spoolReports);
    if (trouble) await note(this.storage, {trouble: undefined});
  }

  /** @param {Local} policy @param {number} count @returns {Promise<Reading<{seconds: (number | null)[]}>>} */
  async #echoes(policy, count) {
    const device = await new Enrolment(this.host, policy).known();
    if (!device) return {ok: false, reason: 'not enrolled yet'};
    if (!count) return {ok: false, reason: 'the collector does not want it measured'};
    const {waiting} = await standing(this.storage);
    if (waiting?.asked && !isOver(waiting, this.host.now())) {
      return {ok: false, reason: 'the collector asked to be left alone for a while'};
    }
    const collector = new Collector(this.host, policy.collector);
    // The first one also opens the connection and asks for leave (CORS), so it does not count.
    if ((await collector.echoSeconds(device.deviceKey)) === null) return {ok: true, value: {seconds: [null]}};
    const seconds = [];
    for (let n = 0; n < count; n++) seconds.push(await collector.echoSeconds(device.deviceKey));
    return {ok: true, value: {seconds}};
  }

  /** @param {Local} policy */
  async #send(policy) {
    const {waiting, settings} = await standing(this.storage);
    if (!isOver(waiting, this.host.now())) return;
    const enrolment = new Enrolment(this.host, policy);
    const collector = new Collector(this.host, policy.collector);
    try {
      const device = await this.#device(enrolment, collector);
      await this.#deliver(enrolment, collector, device, inForce(settings ?? {}, policy).reportsPerSecond);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      await this.#wait(error, waiting?.failures ?? 0);
    }
  }

  /** @param {Enrolment} enrolment @param {Collector} collector @returns {Promise<Device>} */
  async #device(enrolment, collector) {
    const known = await enrolment.known();
    if (!known) return this.#enrolled(enrolment, collector);
    if (!(await enrolment.hasMoved(known))) return known;
    try {
      return await this.#enrolled(enrolment, collector);
    } catch (error) {
      // A new token that is worth nothing does not take away a key that works.
      if (!(error instanceof TransportError)) throw error;
      say(`the new token: ${error.message}`);
      return known;
    }
  }

  /** @param {Enrolment} enrolment @param {Collector} collector */
  async #enrolled(enrolment, collector) {
    const {device, settings} = await enrolment.enrol(collector, await this.spool.writer());
    say(`enrolled as ${device.deviceId}`);
    await note(this.storage, {settings});
    return device;
  }

  /** @param {Enrolment} enrolment @param {Collector} collector @param {Device} device @param {number | null} rate */
  async #deliver(enrolment, collector, device, rate) {
    const {deviceKey, otherKey} = device;
    // The key was revoked, or another profile of this device has one since: once more with a new one.
    const others = [() => this.#enrolled(enrolment, collector)];
    if (otherKey) others.unshift(async () => ({...device, deviceKey: otherKey, otherKey: deviceKey}));
    const {delivery, pause} = await this.#drained(collector, device, rate, others);
    const working = delivery.device;
    if (working.deviceKey === otherKey) await enrolment.keep(working);
    const {settings, refused, why} = delivery.tally;
    const trouble = refused ? `the collector refused ${refused} reports: ${why}`.slice(0, 200) : undefined;
    await note(this.storage, {waiting: undefined, trouble, ...(settings && {settings})});
    await this.#measureThroughput(collector.url, working, settings);
    if (pause !== null) await this.schedule.sendAfter(pause);
    if (settings?.['renew_key'] === true) await this.#renew(enrolment, collector, working);
  }

  /**
   * Drains the spool with the first key that the collector knows.
   * @param {Collector} collector @param {Device} device @param {number | null} rate
   * @param {(() => Promise<Device>)[]} others what to try after it, one by one
   * @returns {Promise<{delivery: Delivery, pause: number | null}>}
   */
  async #drained(collector, device, rate, [next, ...others]) {
    const delivery = new Delivery(this.spool, collector, device, rate);
    try {
      return {delivery, pause: await delivery.run(SENDING_MS)};
    } catch (error) {
      if (!next || !(error instanceof TransportError) || error.status !== 401) throw error;
    }
    return this.#drained(collector, await next(), rate, others);
  }

  /**
   * Where that fails the present key goes on working, and the collector asks again.
   * @param {Enrolment} enrolment @param {Collector} collector @param {Device} device
   */
  async #renew(enrolment, collector, device) {
    try {
      await renew(enrolment, collector, device);
      say('the collector asked for a new key, and has it');
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      say(`the key was not renewed: ${error.message}; trying again with the next report`);
    }
  }

  /** @param {string} url @param {Device} device @param {Record<string, unknown> | null} settings */
  async #measureThroughput(url, device, settings) {
    const granted = leave(settings?.['throughput_slot']);
    const {id} = await this.#lastThroughput();
    const at = this.host.now();
    if (!isDue(granted, id, at, this.host.navigator.connection?.type)) return;
    const facts = await measuredThroughput(this.host, url, device.deviceKey, granted);
    await this.storage.set({throughput: {id: granted.id, at, facts}});
  }

  /** @returns {Promise<{id?: string, facts: Record<string, number>}>} */
  async #lastThroughput() {
    const {throughput} = await this.storage.get('throughput');
    const last = /** @type {{id: string, at: number, facts: Record<string, number>} | undefined} */ (throughput);
    const age = this.host.now() - (last?.at ?? -Infinity);
    return {...(last && {id: last.id}), facts: last && age >= 0 && age < TOLD_FOR_MS ? last.facts : {}};
  }

  /** @param {TransportError} error @param {number} failuresBefore */
  async #wait(error, failuresBefore) {
    const failures = failuresBefore + 1;
    const refused = error.status === 401 || error.status === 403;
    const seconds = waitSeconds(failures, error.retryAfterSeconds, this.host.dice(), refused);
    const since = this.host.now();
    const until = await this.schedule.sendAfter(seconds);
    say(`${error.message}; trying again in ${Math.round(seconds)} s`);
    const asked = error.retryAfterSeconds !== null;
    await note(this.storage, {waiting: {failures, since, until, asked}, trouble: error.message.slice(0, 200)});
  }

  async #periodSeconds() {
    return inForce((await standing(this.storage)).settings ?? {}, this.#or(await this.#policy())).periodSeconds;
  }

  /** @returns {Promise<Reading<Local>>} */
  async #policy() {
    return local(await this.host.chrome.storage.managed.get(null));
  }

  /** @param {Reading<Local>} policy @returns {Local} the usual settings where there is no policy */
  #or(policy) {
    return policy.ok ? policy.value : {collector: '', token: '', periodSeconds: 300, spoolReports: 1};
  }

  /**
   * One thing at a time. What is asked for while something of it waits already is done by that.
   * @param {() => Promise<void>} work
   */
  async #exclusively(work) {
    if (this.#queued >= 2) return;
    this.#queued++;
    const done = this.#last.then(work).finally(() => this.#queued--);
    this.#last = done.catch((error) => say(`failed: ${inWords(error)}`));
    await this.#last;
  }
}

/** @param {string} what */
function say(what) {
  console.info(`homeroom: ${what}`);
}
