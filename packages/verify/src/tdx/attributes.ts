import { isZero } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import type { Policy } from '../policy/policy.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { TdReport } from './td-report.ts';

/** Bits of TDATTRIBUTES (Intel TDX Module ABI, "TD_ATTRIBUTES"); bits 0 to 7 (TUD) put the TD under debug. */
const BIT = { lass: 27n, septVeDisable: 28n, migratable: 29n, pks: 30n, keyLocker: 31n, perfmon: 63n } as const;
const TUD = 0xffn;
const KNOWN = Object.values(BIT).reduce((mask, bit) => mask | (1n << bit), TUD);
/** XFAM must have x87 and SSE; bits that TDX supports at all (Intel TDX Module ABI, "XFAM"). */
const XFAM_FIXED_1 = 0x3n;
const XFAM_SUPPORTED = 0x6dbe7n;

/** Judges a TD's attributes: the layer `platform`. */
export function appraiseAttributes(body: TdReport, policy: Policy, checks: Checklist): void {
  const attributes = little(body.tdAttributes);
  const xfam = little(body.xfam);
  const on = (bit: bigint): boolean => (attributes & (1n << bit)) !== 0n;
  const debug = (attributes & TUD) !== 0n;
  const shown = { expected: 'off', actual: debug ? 'on' : 'off' };
  if (debug && policy.debug === 'allow') checks.warn('tdx.debug', shown);
  else checks.test('tdx.debug', !debug, shown);
  const fixed = (xfam & XFAM_FIXED_1) === XFAM_FIXED_1 && (xfam & ~XFAM_SUPPORTED) === 0n;
  checks.test('tdx.attributes', fixed && (attributes & ~KNOWN) === 0n, {
    actual: `TDATTRIBUTES ${toHex(body.tdAttributes)}, XFAM ${toHex(body.xfam)}`,
  });
  const sealed = on(BIT.septVeDisable);
  const { septVeDisable = 'warn', migratable = 'refuse', serviceTds = [] } = policy.tdx ?? {};
  if (sealed || septVeDisable === 'require')
    checks.test('tdx.sept-ve-disable', sealed, { actual: sealed ? 'on' : 'off' });
  else checks.warn('tdx.sept-ve-disable', { actual: 'off' });
  const moves = on(BIT.migratable);
  if (moves && migratable === 'allow') checks.warn('tdx.migratable', { actual: 'on' });
  else checks.test('tdx.migratable', !moves, { actual: moves ? 'on' : 'off' });
  const service = body.current?.mrServiceTd;
  const allowed = service === undefined || isZero(service) || serviceTds.includes(toHex(service));
  checks.test('tdx.service-td', allowed, { actual: service && toHex(service) });
}

/** The low bits of TDATTRIBUTES that make a TD a debug TD. */
export function isDebug(body: TdReport): boolean {
  return (body.tdAttributes[0] ?? 0) !== 0;
}

function little(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}
