// Reports that wait: one storage key each, and one key for their order, their numbering and their losses.
// A put is one write, so that a kill leaves either all of it or nothing. Numbers are never used twice.

/** @typedef {{queue: number[], next: number, lost: number, refused: number, writer: string}} State */
/** @typedef {{sequence: number, report: Report}} Entry */

const STATE = 'spool';
const PREFIX = 'report.';
const NUMBERS_PER_SECOND = 2 ** 22;
const EPOCH_SECONDS = 1_600_000_000;

/** @param {number} sequence */
const keyOf = (sequence) => PREFIX + sequence;

/** The spool. Its calls take turns: each sees what the one before it wrote. */
export class Spool {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /** @param {chrome.storage.StorageArea} storage @param {() => number} now Unix milliseconds */
  constructor(storage, now) {
    this.storage = storage;
    this.now = now;
  }

  /**
   * Takes a report in and gives it its number. Where more than `most` wait, the oldest are dropped and counted.
   * @param {Omit<Report, 'sequence' | 'lost_reports_total'>} facts @param {number} most
   */
  put(facts, most) {
    return this.#inTurn(async () => {
      const state = await this.#state();
      const sequence = state.next;
      state.queue.push(sequence);
      const dropped = state.queue.splice(0, Math.max(0, state.queue.length - most));
      state.lost += dropped.length;
      state.next = sequence + 1;
      const report = {...facts, sequence, lost_reports_total: state.lost};
      await this.storage.set({[keyOf(sequence)]: report, [STATE]: state});
      await this.#forget(dropped);
      return sequence;
    });
  }

  /**
   * The oldest reports, in order. One that cannot be read any more is counted as lost and left out.
   * @param {number} most @returns {Promise<Entry[]>}
   */
  peek(most) {
    return this.#inTurn(async () => {
      const state = await this.#state();
      const wanted = state.queue.slice(0, most);
      const found = await this.storage.get(wanted.map(keyOf));
      const entries = wanted.map((sequence) => ({sequence, report: /** @type {Report} */ (found[keyOf(sequence)])}));
      const gone = entries.filter((entry) => entry.report?.sequence !== entry.sequence);
      if (gone.length) {
        state.lost += gone.length;
        await this.#drop(state, gone.map((entry) => entry.sequence));
      }
      return entries.filter((entry) => !gone.includes(entry));
    });
  }

  /**
   * Lets go of what the collector has, or will never take (`refused` of them).
   * @param {number[]} sequences @param {number} [refused]
   */
  remove(sequences, refused = 0) {
    return this.#inTurn(async () => {
      const state = await this.#state();
      state.refused += refused;
      await this.#drop(state, sequences);
    });
  }

  /** Goes on with numbers that cannot have been used: for when the collector knew some that should have been new. */
  renumber() {
    return this.#inTurn(async () => {
      const state = await this.#state();
      await this.storage.set({[STATE]: {...state, next: Math.max(state.next, firstNumber(this.now()))}});
    });
  }

  /** Who numbers these reports, by chance: each profile of a Chromebook counts apart. */
  writer() {
    return this.#inTurn(async () => {
      const state = await this.#state();
      await this.storage.set({[STATE]: state});
      return state.writer;
    });
  }

  /** Sweeps up what a kill between two writes left behind. */
  sweep() {
    return this.#inTurn(async () => {
      const waiting = new Set((await this.#state()).queue);
      const numbers = numbersIn(await this.storage.get(null));
      await this.#forget(numbers.filter((number) => !waiting.has(number)));
    });
  }

  /** @returns {Promise<{waiting: number, lost: number, refused: number}>} */
  counts() {
    return this.#inTurn(async () => {
      const {queue, lost, refused} = await this.#state();
      return {waiting: queue.length, lost, refused};
    });
  }

  /** @param {State} state @param {number[]} sequences */
  async #drop(state, sequences) {
    const gone = new Set(sequences);
    await this.storage.set({[STATE]: {...state, queue: state.queue.filter((sequence) => !gone.has(sequence))}});
    await this.#forget(sequences);
  }

  /** @param {number[]} sequences */
  async #forget(sequences) {
    if (sequences.length) await this.storage.remove(sequences.map(keyOf));
  }

  /** @returns {Promise<State>} */
  async #state() {
    const {[STATE]: state} = await this.storage.get(STATE);
    return isState(state) ? state : rebuilt(await this.storage.get(null), this.now());
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  #inTurn(work) {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {}); // whoever asked hears of it
    return done;
  }
}

/**
 * The first number of an installation. It grows with time, as a profile that is wiped at sign-out forgets its numbers
 * and comes back as the same device; so many numbers fit into a second that no two installations share one.
 * @param {number} now Unix milliseconds
 */
export function firstNumber(now) {
  return Math.max(0, Math.floor(now / 1000) - EPOCH_SECONDS) * NUMBERS_PER_SECOND;
}

/** @param {unknown} value @returns {value is State} */
function isState(value) {
  const state = /** @type {State | undefined} */ (value);
  const counts = [state?.next, state?.lost, state?.refused];
  return Array.isArray(state?.queue) && Boolean(state?.writer) && counts.every(Number.isSafeInteger);
}

/** @param {Record<string, unknown>} stored @param {number} now @returns {State} */
function rebuilt(stored, now) {
  const queue = numbersIn(stored);
  const next = Math.max(firstNumber(now), (queue.at(-1) ?? -1) + 1);
  return {queue, next, lost: 0, refused: 0, writer: chance()};
}

function chance() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {Record<string, unknown>} stored */
function numbersIn(stored) {
  const keys = Object.keys(stored).filter((key) => key.startsWith(PREFIX));
  return keys.map((key) => Number(key.slice(PREFIX.length))).filter(Number.isSafeInteger).sort((a, b) => a - b);
}
