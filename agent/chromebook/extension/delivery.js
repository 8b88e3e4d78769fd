// From the spool to the collector: in order, in batches, at the pace allowed, each report acknowledged once.
// What the collector will never take is dropped and counted; it never blocks what stands behind it.

import {TransportError} from './answers.js';

/** @typedef {import('./spool.js').Entry} Entry */
/** @typedef {{sent: number, refused: number, settings: Record<string, unknown> | null, why: string | null}} Tally */

const BATCH_REPORTS = 50;
const SHORT_PAUSE_SECONDS = 5;

/** Drains a spool for one device. */
export class Delivery {
  /**
   * @param {import('./spool.js').Spool} spool @param {import('./collector.js').Collector} collector
   * @param {import('./enrolment.js').Device} device @param {number | null} reportsPerSecond
   */
  constructor(spool, collector, device, reportsPerSecond) {
    this.spool = spool;
    this.collector = collector;
    this.device = device;
    this.reportsPerSecond = reportsPerSecond;
    /** @type {Tally} what was achieved, also where it ended with an error */
    this.tally = {sent: 0, refused: 0, settings: null, why: null};
  }

  /**
   * Sends until nothing waits or the time is over; gives the seconds to wait before going on, or null at the end.
   * @param {number} milliseconds @returns {Promise<number | null>}
   */
  async run(milliseconds) {
    const {elapsed, sleep} = this.collector.host;
    const end = elapsed() + milliseconds;
    for (;;) {
      const entries = await this.spool.peek(BATCH_REPORTS);
      if (!entries.length) return null;
      if (elapsed() >= end) return 0;
      await this.#send(entries);
      const pause = this.reportsPerSecond === null ? 0 : entries.length / this.reportsPerSecond;
      if (pause > SHORT_PAUSE_SECONDS) return (await this.spool.peek(1)).length ? pause : null;
      if (pause) await sleep(pause * 1000);
    }
  }

  /** @param {Entry[]} entries */
  async #send(entries) {
    let answer;
    try {
      answer = await this.collector.send(this.device.deviceKey, this.#stamped(entries));
    } catch (error) {
      if (!(error instanceof TransportError) || !error.permanent) throw error;
      return this.#refused(entries, error);
    }
    // What the collector had already may have been sent before a kill, or a power cut took back our numbering.
    if (answer.duplicates) await this.spool.renumber();
    this.tally.sent += entries.length - answer.rejected.size;
    this.tally.refused += answer.rejected.size;
    this.tally.settings = answer.settings;
    this.tally.why = answer.rejected.values().next().value ?? this.tally.why;
    await this.spool.remove(entries.map((entry) => entry.sequence), answer.rejected.size);
  }

  /**
   * Halves a batch that is refused as a whole until the report that is at fault stands alone.
   * @param {Entry[]} entries @param {TransportError} error
   */
  async #refused(entries, error) {
    if (entries.length > 1) {
      const half = entries.length >> 1;
      await this.#send(entries.slice(0, half));
      await this.#send(entries.slice(half));
      return;
    }
    this.tally.refused += 1;
    this.tally.why = error.message;
    await this.spool.remove(entries.map((entry) => entry.sequence), 1);
  }

  /** @param {Entry[]} entries */
  #stamped(entries) {
    const sent_at = this.collector.host.now() / 1000;
    return entries.map(({report}) => ({...report, device_id: this.device.deviceId, sent_at}));
  }
}
