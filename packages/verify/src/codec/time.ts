import { malformed, usage } from '../errors.ts';

/** Seconds since 1970-01-01T00:00:00Z. All times inside `verify` are these. */
export type UnixSeconds = number;

/** The largest time accepted: 9999-12-31T23:59:59Z. */
export const MAX_TIME: UnixSeconds = 253_402_300_799;

/** The caller's clock as unix seconds. Throws `usage` for NaN, missing, fractional-year or out-of-range times. */
export function secondsOf(now: Date): UnixSeconds {
  const seconds = now instanceof Date ? Math.floor(now.getTime() / 1000) : Number.NaN;
  if (!(seconds >= 0 && seconds <= MAX_TIME)) {
    throw usage('now: expected a Date between 1970 and 9999', { field: 'now', expected: 'a valid Date' });
  }
  return seconds;
}

/** `2026-01-31T00:00:00Z` of unix seconds. */
export function toIso(time: UnixSeconds): string {
  return `${new Date(time * 1000).toISOString().slice(0, 19)}Z`;
}

/** Where digits stand in `YYYY-MM-DDTHH:MM:SSZ`, and what stands between them. */
const ISO = '0000-00-00T00:00:00Z';

/** Unix seconds of `YYYY-MM-DDTHH:MM:SSZ`, the form Intel's documents use. Throws `malformed`, naming `field`. */
export function fromIso(text: string, field = 'time'): UnixSeconds {
  let wellFormed = text.length === ISO.length;
  for (let i = 0; wellFormed && i < ISO.length; i += 1) {
    const [code, wanted] = [text.charCodeAt(i), ISO.charCodeAt(i)];
    wellFormed = wanted === 48 ? code >= 48 && code <= 57 : code === wanted;
  }
  if (!wellFormed) throw malformed(`${field}: expected YYYY-MM-DDTHH:MM:SSZ, found ${text.slice(0, 40)}`, { field });
  const at = (start: number, end: number): number => Number(text.slice(start, end));
  return utc(at(0, 4), at(5, 7), at(8, 10), at(11, 13), at(14, 16), at(17, 19), field);
}

/** Unix seconds of a calendar date in UTC. Throws `malformed` for a date that does not exist. */
export function utc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  field: string,
): UnixSeconds {
  const millis = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(millis);
  // Date.UTC rolls 31 February over: a date that does not come back unchanged does not exist.
  const exists =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!exists || year < 1970) throw malformed(`${field}: no such date`, { field });
  return millis / 1000;
}
