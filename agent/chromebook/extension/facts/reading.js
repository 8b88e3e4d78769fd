// Facts and the reasons why there are none. A value the browser does not give is left out with a reason, never guessed.

const REASON_LENGTH = 160;

/** @param {string} reason @returns {{ok: false, reason: string}} */
export const no = (reason) => ({ok: false, reason: reason.slice(0, REASON_LENGTH)});

/**
 * Asks for a fact. Nothing, an empty text and an error all are no fact; `silence` is why where the browser is mute.
 * @template T @param {() => T | Promise<T>} ask @param {string} [silence]
 * @returns {Promise<Reading<NonNullable<T>>>}
 */
export async function reading(ask, silence = 'the browser does not say') {
  try {
    const value = await ask();
    if (value === undefined || value === null || value === '') return no(silence);
    return {ok: true, value};
  } catch (error) {
    return no(error instanceof Error ? error.message : String(error));
  }
}

/**
 * A derived fact.
 * @template T, U @param {Reading<T>} from @param {(value: T) => U} derive @returns {Reading<U>}
 */
export function then(from, derive) {
  return from.ok ? {ok: true, value: derive(from.value)} : from;
}

/**
 * One section of a report, and why fields of it are missing.
 * @param {string} name @param {Record<string, Reading<unknown>>} fields @returns {Facts}
 */
export function section(name, fields) {
  const {values, unavailable} = sorted(name, fields);
  return {sections: Object.keys(values).length ? {[name]: values} : {}, unavailable};
}

/**
 * A section that is a list, here of a single row; without any fact beside its name there is no row.
 * @param {string} list @param {string} name @param {Record<string, Reading<unknown>>} fields @returns {Facts}
 */
export function row(list, name, fields) {
  const {values, unavailable} = sorted(list, fields);
  return {sections: Object.keys(values).length ? {[list]: [{name, ...values}]} : {}, unavailable};
}

/** @param {string} name @param {Record<string, Reading<unknown>>} fields */
function sorted(name, fields) {
  /** @type {Record<string, unknown>} */
  const values = {};
  const unavailable = [];
  for (const [field, found] of Object.entries(fields)) {
    if (found.ok) values[field] = found.value;
    else unavailable.push({path: `${name}.${field}`, reason: found.reason});
  }
  return {values, unavailable};
}

/**
 * Text as the wire format takes it: without blanks around it, and not too long.
 * @param {string | undefined} value @param {number} most characters
 */
export function text(value, most) {
  const cut = (value ?? '').replaceAll('\0', '').trim();
  return [...cut].slice(0, most).join('').trim();
}
