import { beforeAll, describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { toBase64 } from '../codec/base64.ts';
import { toHex } from '../codec/hex.ts';
import type { Endorsements } from '../endorsements/handle.ts';
import type { SnpEndorsements } from '../endorsements/raw.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import { snp } from './index.ts';

interface Meta {
  readonly report: { readonly chipId: string };
  readonly expected: { readonly time?: number; readonly verdict: string };
}

const cases = Object.keys(vectors).flatMap((path) => /^((?:neg-)?snp-.*)\/report\.bin$/.exec(path)?.[1] ?? []);
const genoa = 'snp-v5-genoa-vcek-6d1ceffa';
const vlek = 'snp-v3-milan-vlek-decdab94';
const turin = 'snp-v5-turin-vcek-3f44a09b';

const meta = (name: string): Meta => JSON.parse(vectorText(`${name}/meta.json`)) as Meta;
const timeOf = (name: string): number => meta(name).expected.time ?? 1_767_225_600;

function endorsementsOf(name: string): SnpEndorsements {
  const member = (file: string) => (vectors[`${name}/${file}`] === undefined ? undefined : vector(`${name}/${file}`));
  return {
    vek: member('vcek.der') ?? member('vlek.der'),
    ask: member('ask.der'),
    ark: member('ark.der'),
    crl: member('arkCrl.der'),
  };
}

function handleOf(given: SnpEndorsements, roots: readonly Uint8Array[] = []): Promise<Endorsements> {
  return snp.endorsements.authenticate({ snp: given }, { roots, source: 'caller' });
}

async function judge(report: Uint8Array, handle: Endorsements, now: number, skew = 0) {
  const checks = new Checklist(snp.checks);
  const parsed = snp.parse(report, checks);
  const result = parsed && (await snp.authenticate(parsed, handle, { now, skew }, checks));
  const ids = (outcome: Check['outcome']) =>
    checks.checks.filter((check) => check.outcome === outcome).map(({ id }) => id);
  return { result, checks: checks.checks, failed: ids('fail'), skipped: ids('skip'), passed: ids('pass') };
}

async function judgeCase(name: string, change: Partial<SnpEndorsements> = {}, now = timeOf(name)) {
  return judge(vector(`${name}/report.bin`), await handleOf({ ...endorsementsOf(name), ...change }), now);
}

describeWithVectors('real reports', () => {
  test.each(cases)('%s: the authentic layer is as its description says', async (name) => {
    const { expected } = meta(name);
    const given = endorsementsOf(name);
    const missing = Object.entries(given).flatMap(([member, file]) =>
      file === undefined ? [`snp.${member}.present`] : [],
    );
    const { failed, passed, result } = await judgeCase(name);
    expect(failed).toEqual(missing);
    expect(expected.verdict === 'reject').toBe(missing.length === 4);
    if (missing.length > 0) return;
    expect(snp.required.authentic.filter((id) => !passed.includes(id))).toEqual([]);
    expect(result).toMatchObject({ simulated: false, tcb: null });
    expect(result?.validity?.notBefore).toBeLessThanOrEqual(timeOf(name));
    expect(result?.validity?.notAfter).toBeGreaterThanOrEqual(timeOf(name));
  });

  test('claims name product and chip; a VLEK stands for no chip', async () => {
    expect((await judgeCase(genoa)).result?.claims.platform).toEqual({
      product: 'Genoa',
      chipId: meta(genoa).report.chipId,
    });
    expect((await judgeCase('snp-v2-milan-vcek-120d77b2')).result?.claims.platform).toMatchObject({ product: 'Milan' });
    expect((await judgeCase(turin)).result?.claims.platform).toEqual({
      product: 'Turin',
      chipId: meta(turin).report.chipId,
    });
    expect((await judgeCase(vlek)).result?.claims.platform).toEqual({ product: 'Milan' });
  });

  test('without a CRL only what needs one is skipped', async () => {
    const { failed, skipped } = await judgeCase(turin);
    expect(failed).toEqual(['snp.crl.present']);
    expect(skipped.sort()).toEqual(['snp.crl.freshness', 'snp.crl.issuer', 'snp.crl.revocation', 'snp.crl.signature']);
  });

  test('certificates and list may be PEM, the list hexadecimal', async () => {
    const pem = (label: string, der: Uint8Array | undefined): Uint8Array =>
      new TextEncoder().encode(
        `-----BEGIN ${label}-----\n${toBase64(der ?? new Uint8Array())}\n-----END ${label}-----\n`,
      );
    const { vek, ask, ark, crl } = endorsementsOf(genoa);
    const given = {
      vek: pem('CERTIFICATE', vek),
      ask: pem('CERTIFICATE', ask),
      ark: pem('CERTIFICATE', ark),
      crl: pem('X509 CRL', crl),
    };
    expect((await judgeCase(genoa, given)).failed).toEqual([]);
    const hex = new TextEncoder().encode(toHex(crl ?? new Uint8Array()));
    expect((await judgeCase(genoa, { crl: hex })).failed).toEqual([]);
  });

  test('ASVK and ASK of every product are signed by its pinned root', async () => {
    for (const [line, ark] of [
      ['milan', '69d063'],
      ['genoa', '4c6598'],
      ['turin', '1f0841'],
    ]) {
      for (const path of Object.keys(vectors).filter(
        (file) => file.includes(`/sev-${line}`) || file.includes(`vlek-${line}`),
      )) {
        const handle = await handleOf({ ask: vector(path), ark: vector(`_amd/ark-${line}-${ark}.der`) });
        const { passed } = await judge(vector(`${genoa}/report.bin`), handle, timeOf(genoa));
        expect(passed).toEqual(expect.arrayContaining(['snp.ark.self-signed', 'snp.ark.anchor', 'snp.ask.signature']));
      }
    }
  });
});

describeWithVectors('dates, judged on each use', () => {
  const crlFrom = Date.UTC(2024, 9, 23, 4, 36, 24) / 1000;
  const crlTo = Date.UTC(2025, 10, 3, 1, 0, 0) / 1000;
  const vekFrom = Date.UTC(2025, 7, 7, 17, 21, 41) / 1000;
  let handle: Endorsements;
  beforeAll(async () => {
    handle = await handleOf(endorsementsOf(genoa));
  });

  test('the handle says when all are valid', () => {
    expect(handle).toMatchObject({ family: 'snp', source: 'caller', sound: true });
    expect(handle.validity).toEqual({ notBefore: vekFrom, notAfter: crlTo });
    expect(handle.documents).toEqual([
      { key: expect.stringMatching(/^snp\/crl\/429a69c9[0-9a-f]{56}$/), issued: crlFrom },
    ]);
    expect(Object.isFrozen(handle)).toBe(true);
  });

  test.each([
    [vekFrom, 0, []],
    [vekFrom - 1, 0, ['snp.chain.validity']],
    [vekFrom - 60, 60, []],
    [vekFrom - 61, 60, ['snp.chain.validity']],
    [crlFrom - 1, 0, ['snp.chain.validity', 'snp.crl.freshness']],
    [crlTo, 0, []],
    [crlTo + 1, 0, ['snp.crl.freshness']],
    [crlTo + 60, 60, []],
    [crlTo + 61, 60, ['snp.crl.freshness']],
    [Date.UTC(2032, 7, 7, 17, 21, 42) / 1000, 0, ['snp.chain.validity', 'snp.crl.freshness']],
  ])('at %s with %s s of skew', async (now, skew, failing) => {
    const { failed } = await judge(vector(`${genoa}/report.bin`), handle, now, skew);
    expect(failed).toEqual(failing);
  });
});

describeWithVectors('roots of the caller', () => {
  test("AMD's root among them stays AMD's", async () => {
    const { ark = new Uint8Array() } = endorsementsOf(genoa);
    const handle = await handleOf(endorsementsOf(genoa), [ark]);
    const { result, failed } = await judge(vector(`${genoa}/report.bin`), handle, timeOf(genoa));
    expect(failed).toEqual([]);
    expect(result?.simulated).toBe(false);
  });

  test('a root that is no certificate is a mistake of the caller', async () => {
    await expect(handleOf({}, [new Uint8Array(3)])).rejects.toThrow(/roots\[0\]/);
  });
});

describe('the catalogue', () => {
  test('every required check is in its layer', () => {
    for (const layer of ['authentic', 'platform'] as const) {
      for (const id of snp.required[layer]) expect([id, snp.checks[id]?.layer]).toEqual([id, layer]);
    }
  });
});
