import {
  type AmdOptions,
  type CollateralFiles,
  type DownloadOptions,
  type Endpoint,
  fetchAmd,
  fetchIntel,
  fetchPck,
  type IntelOptions,
} from '@assay/server';
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
): Promise<CollateralFiles> {
  if (subject.vendor === 'amd') return fetchAmd(subject, service, amd, limits);
  if ('fmspc' in subject) return fetchIntel(subject, service, intel, limits);
  limits.report('the quote carries no PCK certificate: asking the service for it');
  const pck = await fetchPck(subject.query, service, limits);
  return new Map([...(await fetchIntel(await intelSubjectOf(subject, pck), service, intel, limits)), ...pck]);
}
