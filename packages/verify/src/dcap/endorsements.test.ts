import { beforeAll, expect, test } from 'vitest';
import { type IntelCase, intelCase } from '../../../../tools/intel-cases.ts';
import { describeWithVectors } from '../../../../tools/vectors-in-tests.ts';
import { authenticate } from '../authenticate.ts';
import { toIso } from '../codec/time.ts';
import type { Endorsements } from '../endorsements/handle.ts';
import type { DcapCollateral } from '../endorsements/raw.ts';
import { sgx } from '../sgx/index.ts';
import { snp } from '../snp/index.ts';
import { tdx } from '../tdx/index.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { dcapEndorsements, dcapStateOf } from './endorsements.ts';

const handleOf = (dcap: DcapCollateral | undefined): Promise<Endorsements> =>
  dcapEndorsements.authenticate({ dcap }, { roots: [], source: 'own' });
const failures = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describeWithVectors('a handle of collateral', () => {
  let one: IntelCase;
  let td: IntelCase;
  const judge = (
    endorsements: Endorsements | { dcap: DcapCollateral },
    { quote, time }: IntelCase = one,
    at: number = time,
  ) => authenticate(quote, { tees: [sgx, tdx], now: new Date(at * 1000), endorsements });

  beforeAll(() => {
    one = intelCase('sgx-v3-00a067110000-proc-f8b81014');
    td = intelCase('tdx-v4-00806f050000-3bffae89');
  });

  test('is frozen, and says what it stands for', async () => {
    const handle = await handleOf(one.collateral);
    expect([handle.family, handle.source, handle.sound]).toEqual(['dcap', 'own', true]);
    expect(Object.isFrozen(handle) && Object.isFrozen(handle.documents)).toBe(true);
    expect(handle.documents.map(({ key, issued }) => [key.replace(/^[0-9a-f]+\//, ''), toIso(issued)])).toEqual([
      ['tcb-info/00a067110000/SGX/17', expect.stringMatching(/^2025-0[56]-/)],
      ['qe-identity/QE/17', expect.stringMatching(/^2025-0[56]-/)],
      ['root-crl', expect.stringMatching(/^2025-/)],
      ['pck-crl/Intel SGX PCK Processor CA', expect.stringMatching(/^2025-0[56]-/)],
    ]);
  });

  test('gives the same verdict as the collateral itself, for every use', async () => {
    const handle = await handleOf(one.collateral);
    const fresh = await judge({ dcap: one.collateral });
    expect(fresh.layers.authentic).toBe('pass');
    for (const _ of [1, 2, 3]) expect(await judge(handle)).toEqual(fresh);
  });

  test('is judged by its dates on every use', async () => {
    const handle = await handleOf(one.collateral);
    const { notAfter } = handle.validity ?? { notAfter: 0 };
    expect(failures(await judge(handle))).toEqual([]);
    expect(failures(await judge(handle, one, notAfter))).toEqual([]);
    expect((await judge(handle, one, notAfter + 1)).layers.authentic).toBe('fail');
    expect(failures(await judge(handle))).toEqual([]);
    const later = await judge(handle, one, Date.UTC(2060, 0, 1) / 1000);
    // Every date but nothing else.
    expect(failures(later).every((id) => id.endsWith('.validity'))).toBe(true);
    expect(failures(later).length).toBe(7);
  });

  test('of nothing fails for what is missing, and nothing else', async () => {
    for (const dcap of [undefined, {}]) {
      const handle = await handleOf(dcap);
      expect([handle.sound, handle.documents, handle.validity]).toEqual([false, [], null]);
      expect(failures(await judge(handle))).toEqual([
        'dcap.tcb-signer.present',
        'dcap.pck-ca.present',
        'dcap.root-crl.form',
        'dcap.pck-crl.form',
        'dcap.tcb-info.form',
        'dcap.qe-identity.form',
      ]);
    }
  });

  test.each<readonly [keyof DcapCollateral, string]>([
    ['tcbInfo', 'dcap.tcb-info.form'],
    ['qeIdentity', 'dcap.qe-identity.form'],
    ['tcbSignChain', 'dcap.tcb-signer.present'],
    ['rootCaCrl', 'dcap.root-crl.form'],
    ['pckCrl', 'dcap.pck-crl.form'],
    ['pckCrlIssuerChain', 'dcap.pck-ca.present'],
  ])('without %s is refused by %s alone', async (member, id) => {
    for (const sample of [one, td]) {
      const verdict = await judge({ dcap: { ...sample.collateral, [member]: undefined } }, sample);
      expect([failures(verdict), verdict.layers.authentic]).toEqual([[id], 'fail']);
    }
  });

  test('of another vendor vouches for nothing', async () => {
    const handle = await snp.endorsements.authenticate({}, { roots: [], source: 'own' });
    expect(dcapStateOf(handle)).toBeUndefined();
    const verdict = await judge(handle);
    expect(failures(verdict)[0]).toBe('endorsements.family');
    expect([verdict.layers.authentic, verdict.tcb]).toEqual(['fail', null]);
    // Nor does a look-alike that nobody authenticated.
    const forged = { ...(await handleOf(one.collateral)) };
    expect((await judge(forged)).layers.authentic).toBe('fail');
  });

  test('of SGX is none of TDX, though both are of Intel', async () => {
    const verdict = await judge(await handleOf({ ...one.collateral, ...caOf(td) }), td);
    // The documents are of another day too.
    expect(failures(verdict).filter((id) => !id.endsWith('.validity'))).toEqual([
      'dcap.tcb-info.tee',
      'dcap.tcb-info.platform',
      'dcap.qe-identity.tee',
    ]);
    expect(verdict.tcb).toBeNull();
  });

  test('remembers only sound platforms, as one TEE each', async () => {
    const handle = await handleOf(one.collateral);
    const state = dcapStateOf(handle);
    const remembered: string[] = [];
    const remember = state?.rememberPlatform;
    if (state === undefined || remember === undefined) throw new Error('no state');
    Object.assign(state, {
      rememberPlatform: (owner: string, part: Uint8Array, platform: never) => {
        remembered.push(owner);
        remember(owner, part, platform);
      },
    });
    const forged = one.quote.slice();
    const [offset = 0] = one.meta.regions?.qeReportSignature ?? [];
    forged[offset + 5] = (forged[offset + 5] ?? 0) ^ 1;
    expect(failures(await judge(handle, { ...one, quote: forged }))).toEqual(['dcap.qe-report.signature']);
    expect(remembered).toEqual([]);
    await judge(handle);
    await judge(handle);
    expect(remembered.length).toBe(1);
    expect(remembered[0]).toMatch(/^SGX 3 [0-9a-f]{128}$/);
    expect(failures(await judge(handle, { ...one, quote: forged }))).toEqual(['dcap.qe-report.signature']);
  });

  test('remembers one platform for each attestation key, and the youngest 256', async () => {
    const state = dcapStateOf(await handleOf(one.collateral));
    const platform = {} as never;
    const part = (...bytes: number[]) => Uint8Array.from(bytes);
    const knows = (owner: string, ...bytes: number[]) => state?.platform(owner, part(...bytes)) === platform;
    state?.rememberPlatform('other', part(1), platform);
    // Anybody can make more of a genuine quote, by padding its chain.
    for (let padding = 0; padding < 300; padding += 1) {
      state?.rememberPlatform('one', part(2, padding >> 8, padding), platform);
    }
    expect([knows('other', 1), knows('one', 2, 0, 0), knows('one', 2, 1, 43)]).toEqual([true, false, true]);
    expect(knows('one', 1)).toBe(false);
    const large = new Uint8Array(65_537);
    state?.rememberPlatform('large', large, platform);
    expect(state?.platform('large', large)).toBeUndefined();
    for (let more = 0; more < 255; more += 1) state?.rememberPlatform(`owner ${more}`, part(3), platform);
    expect([knows('other', 1), knows('one', 2, 1, 43), knows('owner 0', 3), knows('owner 254', 3)]).toEqual([
      ...[false, true, true, true],
    ]);
  });

  test('is a copy: what the caller does to the collateral later changes nothing', async () => {
    const raw = { ...intelCase(one.name).collateral };
    const pending = handleOf(raw);
    for (const bytes of Object.values(raw)) if (bytes instanceof Uint8Array) bytes.fill(0);
    const handle = await pending;
    expect(handle.sound).toBe(true);
    expect(failures(await judge(handle))).toEqual([]);
  });
});

/** What makes collateral fit the PCK of another quote. */
function caOf({ collateral }: IntelCase): DcapCollateral {
  const { rootCaCrl, pckCrl, pckCrlIssuerChain } = collateral;
  return { rootCaCrl, pckCrl, pckCrlIssuerChain };
}
