// A browser for the modules under test: storage as Chromium has it, alarms that do not go off by themselves, a clock that
// stands still, and a collector that answers what a test says.

/** Values as they come back from storage: copies, without what JSON cannot hold. */
const stored = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

export class Storage {
  constructor() {
    this.content = {};
    this.writesLeft = Infinity;
  }

  async get(keys) {
    const wanted = keys === null || keys === undefined ? Object.keys(this.content) : [keys].flat();
    return Object.fromEntries(wanted.filter((key) => key in this.content).map((key) => [key, stored(this.content[key])]));
  }

  async set(items) {
    this.#write();
    Object.assign(this.content, stored(items));
  }

  async remove(keys) {
    this.#write();
    for (const key of [keys].flat()) delete this.content[key];
  }

  /** A write that a kill prevents leaves nothing behind, as LevelDB applies each as a whole. */
  #write() {
    if (this.writesLeft-- <= 0) throw new Error('killed');
  }
}

const answer = (status, document, headers = {}) => ({status, body: JSON.stringify(document), type: 'application/json', headers});

/** A collector as the extension sees it. `answers` are given one by one, then what a good collector says. */
export class FakeCollector {
  constructor() {
    this.calls = [];
    this.answers = [];
    this.settings = {};
    this.keys = 0;
    this.seen = new Set();
    this.reports = [];
  }

  async fetch(url, {method = 'GET', headers = {}, body} = {}) {
    const path = new URL(url).pathname;
    const call = {url, path, method, headers, document: body === undefined ? null : await read(body, headers)};
    this.calls.push(call);
    const given = path === '/api/v1/echo' ? this.echo ?? answer(200, {}) : this.answers.shift() ?? this.#good(call);
    if (given instanceof Error) throw given;
    return new Response(given.body, {status: given.status, headers: {'Content-Type': given.type, ...given.headers}});
  }

  called(path) {
    return this.calls.filter((call) => call.path === path);
  }

  #good({path, document}) {
    if (path === '/api/v1/enroll') {
      this.keys++;
      return answer(201, {device_id: `dev-${this.keys}`, device_key: `key-${this.keys}`, settings: this.settings});
    }
    const fresh = document.reports.filter((report) => !this.seen.has(report.sequence));
    for (const report of fresh) this.seen.add(report.sequence);
    this.reports.push(...fresh);
    const duplicates = document.reports.length - fresh.length;
    return answer(200, {accepted: fresh.length, duplicates, rejected: [], settings: this.settings});
  }
}

export const says = answer;
export const problem = (status, detail, headers = {}) =>
  ({...answer(status, {status, detail}, headers), type: 'application/problem+json'});
export const page = (status) => ({status, body: '<html>Please log in</html>', type: 'text/html', headers: {}});

async function read(body, headers) {
  if (headers['Content-Encoding'] !== 'gzip') return JSON.parse(body);
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}

const TICKS = [{user: 1000, kernel: 500, idle: 8500, total: 10_000}, {user: 500, kernel: 500, idle: 9000, total: 10_000}];

/** Everything outside, on a managed Chromebook. Tests change what they are about. */
export function chromebook({policy = {collectorUrl: 'https://homeroom.example', enrollmentToken: 'hrt1.secret'}} = {}) {
  const collector = new FakeCollector();
  const host = {
    clock: 1_790_000_000_000,
    ticks: TICKS,
    slept: 0,
    policy,
    collector,
    battery: {charging: false, level: 0.64, chargingTime: null, dischargingTime: 7200},
    alarms: new Map(),
    now: () => host.clock,
    elapsed: () => host.clock,
    dice: () => 0.5,
    sleep: async (milliseconds) => void (host.slept += milliseconds),
    fetch: (...request) => collector.fetch(...request),
    navigator: {
      onLine: true,
      connection: {type: 'wifi', effectiveType: '4g'},
      storage: {estimate: async () => ({quota: 12_345_678_901.5, usage: 5})},
      userAgentData: {
        getHighEntropyValues: async () => ({
          platformVersion: '16433.41.0',
          fullVersionList: [{brand: 'Not=A?Brand', version: '24.0.0.0'}, {brand: 'Google Chrome', version: '131.0.6778.96'}],
        }),
      },
    },
  };
  host.chrome = {
    storage: {local: new Storage(), managed: {get: async () => stored(host.policy)}},
    alarms: {
      get: async (name) => host.alarms.get(name),
      create: async (name, info) => void host.alarms.set(name, {name, scheduledTime: info.when, ...info}),
    },
    runtime: {
      id: 'a'.repeat(32),
      ContextType: {OFFSCREEN_DOCUMENT: 'OFFSCREEN_DOCUMENT'},
      getManifest: () => ({version: '0.1.0'}),
      getPlatformInfo: async () => ({os: 'cros', arch: 'x86-64'}),
      getContexts: async () => [],
      sendMessage: async () => ({value: host.battery}),
    },
    offscreen: {Reason: {BATTERY_STATUS: 'BATTERY_STATUS'}, createDocument: async () => {}, closeDocument: async () => {}},
    system: {
      cpu: {
        getInfo: async () => ({
          modelName: 'Example Celeron ', numOfProcessors: 2, processors: host.ticks.map((usage) => ({usage})),
        }),
      },
      memory: {getInfo: async () => ({capacity: 4_100_000_000, availableCapacity: 1_200_000_000.7})},
    },
    enterprise: {
      deviceAttributes: {
        getDeviceSerialNumber: async () => 'NXH8WEF0000',
        getDeviceAssetId: async () => 'C-1182',
      },
      hardwarePlatform: {getHardwarePlatformInfo: async () => ({manufacturer: 'Example', model: 'Chromebook 311'})},
    },
  };
  return host;
}
