// When the worker is woken: for a report every so often, and for sending when there is something to be done sooner.
// Alarms outlive the worker and the browser, but not an update of the extension.

export const REPORT = 'report';
export const SEND = 'send';

const FIRST_WITHIN_MS = 10_000; // a policy reaches a whole school at once
const SOONEST_MS = 30_000; // an alarm does not come sooner

/** The alarms of the extension. */
export class Schedule {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.alarms = host.chrome.alarms;
  }

  /**
   * Sees to it that the report's alarm is there and comes as often as it should.
   * @param {number} periodSeconds @param {{soon: boolean}} when it is missing: `soon`, or after a period
   */
  async keep(periodSeconds, {soon}) {
    const alarm = await this.alarms.get(REPORT);
    // A clock that was set may have put it far off.
    const latest = this.host.now() + 2 * periodSeconds * 1000;
    if (alarm?.periodInMinutes === periodSeconds / 60 && alarm.scheduledTime <= latest) return;
    if (soon) await this.reportSoon(periodSeconds);
    else await this.#report(periodSeconds * 1000, periodSeconds);
  }

  /** @param {number} periodSeconds */
  async reportSoon(periodSeconds) {
    await this.#report(Math.round(this.host.dice() * FIRST_WITHIN_MS), periodSeconds);
  }

  /**
   * The next report, sooner or later by chance. It has a period, too, should the worker die before it asks again.
   * @param {number} periodSeconds @param {number} jitterRatio
   */
  async reportNext(periodSeconds, jitterRatio) {
    await this.#report(periodSeconds * 1000 * (1 + jitterRatio * (2 * this.host.dice() - 1)), periodSeconds);
  }

  /**
   * Gives the moment, in Unix milliseconds.
   * @param {number} seconds
   */
  async sendAfter(seconds) {
    const when = this.host.now() + Math.max(SOONEST_MS, seconds * 1000);
    await this.alarms.create(SEND, {when});
    return when;
  }

  /** @param {number} delayMs @param {number} periodSeconds */
  async #report(delayMs, periodSeconds) {
    await this.alarms.create(REPORT, {when: this.host.now() + delayMs, periodInMinutes: periodSeconds / 60});
  }
}
