import { bytesToHex } from '@noble/hashes/utils.js';
import { encodePem } from '../pem.ts';
import { createTurnstile, type Quota } from '../quota.ts';
import { encodeTcb, type Vek } from './vek.ts';
import { type AmdCrlOptions, type AmdProduct, type AmdVendor, issueAmdCrl } from './vendor.ts';

/** What the key distribution service has, and how often it may be asked. */
export interface KdsOptions {
  /** The vendors of its lines, at most one for each. */
  readonly vendors: readonly AmdVendor[];
  /** Whose VCEKs it has; a function when chips are added later. */
  readonly chips?: readonly Vek[] | (() => readonly Vek[]);
  readonly crl?: AmdCrlOptions;
  /** Default none. */
  readonly quota?: Quota;
  /** Time of the quota. */
  readonly clock?: () => Date;
}

const MEMBERS: Readonly<Record<string, keyof Components>> = {
  blSPL: 'bootLoader',
  teeSPL: 'tee',
  snpSPL: 'snp',
  ucodeSPL: 'microcode',
  fmcSPL: 'fmc',
};
type Components = Record<'fmc' | 'bootLoader' | 'tee' | 'snp' | 'microcode', number>;

/** AMD's key distribution service (AMD 57230, version 1 of its interface) as a fetch handler: VCEKs, chains, lists. */
export function createKdsService(options: KdsOptions): (request: Request) => Promise<Response> {
  const { vendors, chips = [], quota, clock = () => new Date() } = options;
  const turnstile = createTurnstile(quota, clock);
  const lists = new Map<AmdProduct, Promise<Uint8Array>>();
  const listOf = (vendor: AmdVendor): Promise<Uint8Array> => {
    const list = lists.get(vendor.product) ?? issueAmdCrl(vendor, options.crl);
    lists.set(vendor.product, list);
    return list;
  };
  return async ({ method, url }) => {
    if (method !== 'GET') return refuse(405, 'only GET', { allow: 'GET' });
    const wait = turnstile();
    if (wait > 0) return refuse(429, 'too many requests', { 'retry-after': String(wait) });
    const { pathname, searchParams } = new URL(url);
    const [, family, product, name] = /^\/(vcek|vlek)\/v1\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
    const vendor = vendors.find((known) => known.product === product);
    if (vendor === undefined || name === undefined) return refuse(404, 'not found');
    const { ask, asvk, ark } = vendor.authorities;
    if (name === 'crl') return serve(await listOf(vendor), 'application/pkix-crl');
    if (name === 'cert_chain') {
      const chain = [family === 'vcek' ? ask : asvk, ark];
      return serve(
        chain.map(({ certificate }) => encodePem('CERTIFICATE', certificate)).join(''),
        'application/x-pem-file',
      );
    }
    // VLEKs are for clouds that AMD knows.
    if (family === 'vlek') return refuse(404, 'not found');
    return vcekOf(vendor.product, name, searchParams, typeof chips === 'function' ? chips() : chips);
  };
}

function vcekOf(product: AmdProduct, name: string, query: URLSearchParams, chips: readonly Vek[]): Response {
  // Turin names a chip by 8 bytes, older lines by 64.
  const digits = product === 'Turin' ? 16 : 128;
  if (name.length !== digits || !/^[0-9a-f]*$/i.test(name)) return refuse(400, `hwid: expected ${digits} hex digits`);
  const components = componentsOf(product, query);
  if (typeof components === 'string') return refuse(400, components);
  const tcb = bytesToHex(encodeTcb(product, components));
  const chip = chips.find(
    (vek) =>
      vek.kind === 'VCEK' &&
      vek.product === product &&
      bytesToHex(vek.chipId).slice(0, digits) === name.toLowerCase() &&
      bytesToHex(vek.tcb) === tcb,
  );
  return chip === undefined ? refuse(404, 'not found') : serve(chip.certificate, 'application/pkix-cert');
}

/** Versions in decimal, zero where the query has none; or what is wrong with it. */
function componentsOf(product: AmdProduct, query: URLSearchParams): Components | string {
  const components: Components = { fmc: 0, bootLoader: 0, tee: 0, snp: 0, microcode: 0 };
  for (const [name, value] of query) {
    const member = Object.hasOwn(MEMBERS, name) ? MEMBERS[name] : undefined;
    if (member === undefined || (member === 'fmc' && product !== 'Turin')) return `${name}: unknown parameter`;
    if (query.getAll(name).length > 1) return `${name}: given more than once`;
    if (!/^[0-9]{1,3}$/.test(value) || Number(value) > 255) return `${name}: expected a number from 0 to 255`;
    components[member] = Number(value);
  }
  return components;
}

function serve(body: string | Uint8Array, type: string): Response {
  const bytes = typeof body === 'string' ? body : Uint8Array.from(body);
  return new Response(bytes, { headers: { 'content-type': type } });
}

function refuse(status: number, reason: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(reason, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } });
}
