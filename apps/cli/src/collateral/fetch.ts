import { type AmdOptions, fetchAmd } from './amd.ts';
import type { Files } from './answers.ts';
import type { DownloadOptions } from './download.ts';
import type { Endpoint } from './endpoint.ts';
import { fetchIntel, fetchPck, type IntelOptions } from './intel.ts';
import { type FetchSubject, intelSubjectOf } from './subject.ts';

/** What is asked of the one vendor or the other. */
export interface FetchOptions {
  readonly intel?: IntelOptions;
  readonly amd?: AmdOptions;
}

/** Fetches what vouches for a subject: the files of a collateral directory. Throws `unavailable`. */
export async function fetchFor(
  subject: FetchSubject,
  service: Endpoint,
  { intel = {}, amd = {} }: FetchOptions,
  limits: DownloadOptions,
): Promise<Files> {
  if (subject.vendor === 'amd') return fetchAmd(subject, service, amd, limits);
  if ('fmspc' in subject) return fetchIntel(subject, service, intel, limits);
  limits.report('the quote carries no PCK certificate: asking the service for it');
  const pck = await fetchPck(subject.query, service, limits);
  return new Map([...(await fetchIntel(await intelSubjectOf(subject, pck), service, intel, limits)), ...pck]);
}
