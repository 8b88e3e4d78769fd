// How well the collector is reached from here: round trips on the connection of the reports. The place is not recorded.

import {no, section} from './reading.js';

/** @type {Probe} */
export const connectivity = {
  name: 'connectivity',
  async read(_host, _memory, round) {
    const echoes = await round.echoes();
    const seconds = echoes.ok ? echoes.value.seconds : [];
    const answered = seconds.filter((each) => each !== null).sort((a, b) => a - b);
    const median = answered[answered.length >> 1];
    const nothing = echoes.ok ? no('the collector does not answer') : echoes;
    const rates = await round.throughput();
    return section('connectivity', {
      ...Object.fromEntries(Object.entries(rates).map(([name, value]) => [name, {ok: true, value}])),
      latency_seconds: median === undefined ? nothing : {ok: true, value: Number(median.toFixed(5))},
      loss_ratio: echoes.ok ? {ok: true, value: lossRatio(seconds.length, answered.length)} : echoes,
      dns_seconds: no('the browser looks names up by itself'),
      metered: no('the browser does not tell it to extensions'),
    });
  },
};

/** @param {number} asked @param {number} answered */
function lossRatio(asked, answered) {
  return Number((1 - answered / asked).toFixed(3));
}
