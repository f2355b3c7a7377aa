import { Problem } from '../problem/problem.ts';
import { type Query, queryOf, wrong } from './query.ts';
import { type AmdLine, amdList, type IntelTee, type Issue, pckCrlOf, type Resource, ROOT_CRL } from './resource.ts';

/** How a revocation list is written. A PCCS answers hexadecimal unless DER is asked for. */
export type CrlForm = 'hex' | 'der' | 'pem';

/** What a request asks for. */
export interface Asked {
  readonly resource: Resource;
  readonly form?: CrlForm;
}

const vendor = 'intel';
const ISSUE = ['update', 'tcbEvaluationDataNumber'];
const LINES: readonly AmdLine[] = ['Milan', 'Genoa', 'Turin'];

/** What a path and its query ask for; undefined when no such path is served. Throws the problem `bad_request`. */
export function askedBy(pathname: string, parameters: URLSearchParams): Asked | undefined {
  const [, tee, rest] = /^\/(sgx|tdx)\/certification\/v4\/([a-z/]+)$/.exec(pathname) ?? [];
  if (tee === 'sgx' || tee === 'tdx') return intelAsked(tee, rest ?? '', parameters);
  const [, family, product, name] = /^\/(vcek|vlek)\/v1\/([A-Za-z]{1,16})\/([A-Za-z0-9_]{1,128})$/.exec(pathname) ?? [];
  const line = LINES.find((known) => known === product);
  if (name === undefined || (family !== 'vcek' && family !== 'vlek')) return undefined;
  if (line === undefined) throw new Problem('not_found', `product: expected ${LINES.join(', ')}, found ${product}`);
  if (name === 'cert_chain' || name === 'crl') {
    queryOf(parameters, []);
    return { resource: amdList(name === 'crl' ? 'crl' : 'chain', family, line) };
  }
  if (family === 'vcek') return { resource: vcekAsked(line, name, parameters) };
  throw new Problem('not_found', 'AMD gives VLEK certificates to clouds only; take them from the guest');
}

function intelAsked(tee: IntelTee, rest: string, parameters: URLSearchParams): Asked | undefined {
  const path = `/${tee}/certification/v4/${rest}`;
  const read = (...known: readonly string[]): Query => queryOf(parameters, known);
  switch (rest) {
    case 'tcb': {
      const query = read('fmspc', ...ISSUE);
      const fmspc = query.required('fmspc', /^[0-9a-f]{12}$/i, '12 hexadecimal digits').toUpperCase();
      const issue = issueOf(query);
      const target = `${path}?fmspc=${fmspc}&${issueText(issue)}`;
      return { resource: { vendor, kind: 'tcb', tee, fmspc, issue, target } };
    }
    case 'qe/identity':
      return identity(path, tee === 'tdx' ? 'TD_QE' : 'QE', issueOf(read(...ISSUE)));
    case 'tcbevaluationdatanumbers':
      read();
      return { resource: { vendor, kind: 'evaluations', tee, target: path } };
  }
  if (tee === 'tdx') return undefined;
  switch (rest) {
    case 'qve/identity':
      return identity(path, 'QVE', issueOf(read(...ISSUE)));
    case 'pckcrl': {
      const query = read('ca', 'encoding');
      const ca = query.word('ca', ['processor', 'platform']);
      if (ca === undefined) throw wrong('ca', 'missing; expected processor or platform');
      return { resource: pckCrlOf(ca), form: query.word('encoding', ['der', 'pem']) ?? 'hex' };
    }
    case 'rootcacrl':
      read();
      return { resource: ROOT_CRL, form: 'hex' };
    case 'pckcert':
      return { resource: { vendor, kind: 'pck', target: `${path}?${pckQuery(read(...PCK_NAMES))}` } };
    case 'fmspcs': {
      const platform = read('platform').word('platform', ['all', 'client', 'E3', 'E5']) ?? 'all';
      return { resource: { vendor, kind: 'fmspcs', target: `${path}?platform=${platform}` } };
    }
  }
  return undefined;
}

function identity(path: string, id: 'QE' | 'TD_QE' | 'QVE', issue: Issue): Asked {
  return { resource: { vendor, kind: 'identity', id, issue, target: `${path}?${issueText(issue)}` } };
}

/** The two ways to choose an issue exclude each other (PCS API v4); without either it is the standard one. */
function issueOf(query: Query): Issue {
  const update = query.word('update', ['early', 'standard']);
  const number = query.optional('tcbEvaluationDataNumber', /^\d{1,9}$/, 'a number');
  if (number === undefined) return { update: update ?? 'standard' };
  if (update !== undefined) throw wrong('update', 'expected none beside tcbEvaluationDataNumber');
  return { number: Number(number) };
}

function issueText(issue: Issue): string {
  return 'update' in issue ? `update=${issue.update}` : `tcbEvaluationDataNumber=${issue.number}`;
}

/** Hexadecimal digits of each parameter of `pckcert`. Of Intel's service `qeid` is none; a PCCS needs it. */
const PCK: Readonly<Record<string, readonly [digits: RegExp, expected: string]>> = {
  encrypted_ppid: [/^(?:[0-9a-f]{512}|[0-9a-f]{768})$/i, '256 or 384 bytes in hexadecimal'],
  cpusvn: [/^[0-9a-f]{32}$/i, '16 bytes in hexadecimal'],
  pcesvn: [/^[0-9a-f]{4}$/i, '2 bytes in hexadecimal'],
  pceid: [/^[0-9a-f]{4}$/i, '2 bytes in hexadecimal'],
};
const PCK_NAMES = [...Object.keys(PCK), 'qeid'];

function pckQuery(query: Query): string {
  const parts = Object.entries(PCK).map(
    ([name, [pattern, expected]]) => `${name}=${query.required(name, pattern, expected).toUpperCase()}`,
  );
  const qeid = query.optional('qeid', /^[0-9a-f]{1,260}$/i, 'hexadecimal')?.toUpperCase();
  return [...parts, ...(qeid === undefined ? [] : [`qeid=${qeid}`])].join('&');
}

/** Component versions of AMD's service (AMD 57230 section 4); `fmcSPL` is Turin's. */
const VERSIONS = ['blSPL', 'teeSPL', 'snpSPL', 'ucodeSPL'];

function vcekAsked(line: AmdLine, name: string, parameters: URLSearchParams): Resource {
  const digits = line === 'Turin' ? 16 : 128;
  if (name.length !== digits || !/^[0-9a-f]+$/i.test(name))
    throw wrong('hwid', `expected ${digits} hexadecimal digits`);
  const names = line === 'Turin' ? ['fmcSPL', ...VERSIONS] : VERSIONS;
  const query = queryOf(parameters, names);
  const versions = names.map((version) => {
    const value = Number(query.optional(version, /^\d{1,3}$/, 'a number from 0 to 255') ?? '0');
    if (value > 255) throw wrong(version, `expected a number from 0 to 255, found ${value}`);
    return `${version}=${String(value).padStart(2, '0')}`;
  });
  const chip = name.toLowerCase();
  return { vendor: 'amd', kind: 'vcek', line, chip, target: `/vcek/v1/${line}/${chip}?${versions.join('&')}` };
}

/** The resource of a name, as exported sets have it. Throws the problem `bad_request` when it names none. */
export function resourceNamed(target: string): Resource {
  const url = URL.parse(target, 'http://service.invalid');
  const resource = url === null ? undefined : askedBy(url.pathname, url.searchParams)?.resource;
  if (resource?.target === target) return resource;
  throw new Problem('bad_request', `${target.slice(0, 80)}: no document has this name`, { field: 'target' });
}
