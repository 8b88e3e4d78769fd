/** Types that several modules share; the wire format itself is agent/homeroom_agent/report. Not shipped. */

/** A fact, or why there is none. */
type Reading<T> = {ok: true; value: T} | {ok: false; reason: string};

interface Unavailable {
  path: string;
  reason: string;
}

interface ProbeRun {
  name: string;
  duration_seconds: number;
  error?: string;
}

/** One report as it lies in the spool: all but the moment of sending and the device's id. */
interface Report {
  version: 1;
  source: 'extension';
  agent_version: string;
  sequence: number;
  measured_at: number;
  lost_reports_total?: number;
  probes?: ProbeRun[];
  unavailable?: Unavailable[];
  [section: string]: unknown;
}

/** What one probe found: sections of the report and why facts are missing. */
interface Facts {
  sections: Record<string, object>;
  unavailable: Unavailable[];
}

/** What a probe remembers from one run to the next: small JSON values. */
type Memory = Record<string, unknown>;

interface Probe {
  name: string;
  read(host: Host, memory: Memory, round: Round): Promise<Facts>;
}

/** What a probe may use of the collector. */
interface Round {
  /** Round trips to the collector, or why they cannot be measured. */
  echoes: () => Promise<Reading<{seconds: (number | null)[]}>>;
  /** Bytes per second as last measured, by the names of the report; empty where that is long ago. */
  throughput: () => Promise<Record<string, number>>;
}

/** Everything outside: the browser, the network, the clock, the dice. Tests pass their own. */
interface Host {
  chrome: typeof chrome;
  navigator: WorkerNavigator & {connection?: BrowserConnection; userAgentData?: BrowserBrands};
  fetch: typeof fetch;
  /** Unix milliseconds. */
  now(): number;
  /** Milliseconds of a clock that is never set. */
  elapsed(): number;
  /** 0 to 1. */
  dice(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Network Information API (WICG), of which only this is read. */
interface BrowserConnection {
  type?: string;
  effectiveType?: string;
}

/** User-Agent Client Hints (WICG). */
interface BrowserBrands {
  getHighEntropyValues(hints: string[]): Promise<{
    platformVersion?: string;
    fullVersionList?: {brand: string; version: string}[];
  }>;
}

interface BatteryStatus {
  charging: boolean;
  level: number;
  chargingTime: number | null;
  dischargingTime: number | null;
}

interface Navigator {
  getBattery(): Promise<BatteryStatus>;
}
