import { describe, expect, test } from 'vitest';
import { AssayError } from '../errors.ts';
import { CODE_MEASUREMENTS, MEASUREMENTS, PLATFORM_IDS, RUN_TIME_MEASUREMENTS } from './measurements.ts';
import { parsePolicy } from './parse.ts';
import type { Policy } from './policy.ts';

const hex = (bytes: number): string => 'ab'.repeat(bytes);
const release = (measurements: object, more: object = {}) => ({ releases: [{ name: 'v1', measurements, ...more }] });

/** The error of a policy that must be refused. */
function refusal(input: unknown): AssayError {
  try {
    parsePolicy(input);
  } catch (error) {
    if (error instanceof AssayError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(input)}`);
}

const FULL: Policy = {
  schema: 'assay.policy/1',
  tcb: {
    accept: ['SWHardeningNeeded', 'ConfigurationNeeded'],
    graceDays: 30,
    minEvaluationDataNumber: 19,
    maxCollateralAgeDays: 14,
    advisories: { allow: [], deny: ['INTEL-SA-00615'] },
  },
  debug: 'refuse',
  tdx: { septVeDisable: 'require', migratable: 'allow', serviceTds: [hex(48)] },
  snp: {
    products: ['Genoa', 'Turin'],
    minimumReportedTcb: { Genoa: { snp: 22, microcode: 75 } },
    minimumAbi: '1.55',
    vmpl: [0, 1],
    mitigations: '0000000000000003',
  },
  confidentialSpace: {
    support: 'USABLE',
    hardware: ['GCP_INTEL_TDX'],
    envOverride: { LOG_LEVEL: null, MODE: 'production' },
    cmdOverride: ['serve', ''],
    projectIds: ['my-project'],
  },
  platforms: { ppid: [hex(16)], fmspc: ['00806f050000'], projectNumber: ['123'] },
  releases: [
    { name: '1.4', measurements: { mrtd: hex(48), rtmr1: [hex(48), hex(48)], rtmr2: hex(48), composeHash: hex(32) } },
    { name: 'enclave', measurements: { mrsigner: hex(32), isvProdId: '1' }, minIsvSvn: 3 },
    { name: 'image', measurements: { imageDigest: `sha256:${hex(32)}` } },
  ],
  freshness: { maxAgeSeconds: 300 },
  binding: { profile: 'assay/1', type: 'session', audience: 'https://example.org', claims: { session: 'ab', size: 3 } },
};

describe('parsePolicy', () => {
  test('accepts a whole policy and returns an equal copy', () => {
    const policy = parsePolicy(structuredClone(FULL));
    expect(policy).toEqual(FULL);
    expect(policy).not.toBe(FULL);
  });

  test.each([{}, { identity: 'any', freshness: 'any', binding: 'any' }, { releases: undefined, tcb: undefined }])(
    'accepts %j',
    (policy) => {
      expect(parsePolicy(policy)).toEqual(policy);
    },
  );

  test('its copy is frozen through and through, and cannot be changed by writing to the input', () => {
    const input = structuredClone(FULL);
    const policy = parsePolicy(input);
    (input.releases as unknown[]).length = 0;
    expect(policy.releases).toHaveLength(3);
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      for (const member of Object.values(value)) visit(member);
    };
    visit(policy);
  });

  test('a policy that it returned comes back as it is', () => {
    const policy = parsePolicy(FULL);
    expect(parsePolicy(policy)).toBe(policy);
  });

  test('every measurement and id of the tables is a key, with its exact length', () => {
    for (const [name, form] of Object.entries(MEASUREMENTS)) {
      if (!('bytes' in form)) continue;
      const alone = name !== 'mrsigner' && CODE_MEASUREMENTS.some((code) => code === name);
      const atRunTime = RUN_TIME_MEASUREMENTS.some((late) => late === name);
      const more = alone ? {} : atRunTime ? { mrSystem: hex(32) } : { mrenclave: hex(32) };
      expect(parsePolicy(release({ [name]: hex(form.bytes), ...more }))).toBeDefined();
      for (const wrong of [
        hex(form.bytes - 1),
        hex(form.bytes + 1),
        hex(form.bytes).toUpperCase(),
        `0x${hex(form.bytes)}`,
      ]) {
        const { message, details } = refusal(release({ [name]: wrong, ...more }));
        expect(message).toContain(`expected ${form.bytes} bytes of lower-case hex`);
        expect(details.field).toBe(`policy.releases[0].measurements.${name}`);
      }
    }
    for (const [name, form] of Object.entries(PLATFORM_IDS)) {
      const value = 'bytes' in form ? hex(form.bytes) : 'text';
      expect(parsePolicy({ platforms: { [name]: [value] } })).toBeDefined();
      if ('bytes' in form) expect(refusal({ platforms: { [name]: [`${value}00`] } }).details.field).toMatch(/\[0\]$/);
    }
  });
});

describe('an unknown key is named, with what was meant', () => {
  test.each([
    [{ identiy: 'any' }, 'unknown key `identiy` at policy: did you mean `identity`?', 'policy.identiy'],
    [
      { tcb: { grace_days: 3 } },
      'unknown key `grace_days` at policy.tcb: did you mean `graceDays`?',
      'policy.tcb.grace_days',
    ],
    [
      { freshness: { maxAge: 3 } },
      'unknown key `maxAge` at policy.freshness: did you mean `maxAgeSeconds`?',
      'policy.freshness.maxAge',
    ],
    [
      { binding: { profle: 'raw' } },
      'unknown key `profle` at policy.binding: did you mean `profile`?',
      'policy.binding.profle',
    ],
    [
      release({ mrTd: hex(48) }),
      'unknown key `mrTd` at policy.releases[0].measurements: did you mean `mrtd`?',
      'policy.releases[0].measurements.mrTd',
    ],
    [
      { platforms: { chipid: [hex(64)] } },
      'unknown key `chipid` at policy.platforms: did you mean `chipId`?',
      'policy.platforms.chipid',
    ],
    [
      { snp: { minimumReportedTcb: { bootloader: 3 } } },
      'did you mean `bootLoader`?',
      'policy.snp.minimumReportedTcb.bootloader',
    ],
    [
      { tdx: { tls: 1 } },
      'unknown key `tls` at policy.tdx: known are septVeDisable, migratable, serviceTds',
      'policy.tdx.tls',
    ],
    [JSON.parse('{"constructor":{}}'), 'unknown key `constructor` at policy', 'policy.constructor'],
  ])('%j', (input, message, field) => {
    const error = refusal(input);
    expect(error.code).toBe('usage');
    expect(error.message).toContain(message);
    expect(error.details.field).toBe(field);
  });

  test.each([
    '{"__proto__":{"identity":"any"}}',
    '{"tcb":{"graceDays":1,"__proto__":{}}}',
    '{"releases":[{"name":"a","measurements":{"__proto__":"x"}}]}',
  ])('a prototype is none of them: %s', (text) => {
    expect(refusal(JSON.parse(text)).message).toContain('unknown key `__proto__`');
  });

  test('where names are free, a prototype is a name like any other and not lost', () => {
    const policy = parsePolicy(JSON.parse('{"binding":{"profile":"assay/1","claims":{"a":1,"__proto__":"b"}}}'));
    expect(JSON.stringify(policy)).toBe('{"binding":{"profile":"assay/1","claims":{"a":1,"__proto__":"b"}}}');
  });
});

describe('an empty expectation is refused', () => {
  test.each([
    [{ tcb: {} }, 'policy.tcb'],
    [{ tcb: { graceDays: undefined } }, 'policy.tcb'],
    [{ tcb: { accept: [] } }, 'policy.tcb.accept'],
    [{ tcb: { advisories: {} } }, 'policy.tcb.advisories'],
    [{ tcb: { advisories: { deny: [] } } }, 'policy.tcb.advisories.deny'],
    [{ tdx: {} }, 'policy.tdx'],
    [{ snp: {} }, 'policy.snp'],
    [{ snp: { vmpl: [] } }, 'policy.snp.vmpl'],
    [{ snp: { minimumReportedTcb: {} } }, 'policy.snp.minimumReportedTcb'],
    [{ confidentialSpace: {} }, 'policy.confidentialSpace'],
    [{ confidentialSpace: { envOverride: {} } }, 'policy.confidentialSpace.envOverride'],
    [{ platforms: {} }, 'policy.platforms'],
    [{ platforms: { ppid: [] } }, 'policy.platforms.ppid'],
    [{ platforms: { product: [''] } }, 'policy.platforms.product[0]'],
    [{ releases: [] }, 'policy.releases'],
    [release({}), 'policy.releases[0].measurements'],
    [release({ mrtd: [] }), 'policy.releases[0].measurements.mrtd'],
    [release({ mrtd: undefined }), 'policy.releases[0].measurements'],
    [{ releases: [{ measurements: { mrtd: hex(48) } }] }, 'policy.releases[0].name'],
    [{ releases: [{ name: '', measurements: { mrtd: hex(48) } }] }, 'policy.releases[0].name'],
    [{ binding: {} }, 'policy.binding.profile'],
    [{ binding: { profile: 'assay/1', claims: {} } }, 'policy.binding.claims'],
    [{ freshness: {} }, 'policy.freshness.maxAgeSeconds'],
  ])('%j', (input, field) => {
    expect(refusal(input).details.field).toBe(field);
  });
});

describe('contradictions and half-said things are refused', () => {
  test.each([
    [{ identity: 'any', ...release({ mrtd: hex(48) }) }, 'contradicts `releases`'],
    [
      { identity: 'any', confidentialSpace: { signatureKeyIds: [hex(32)] } },
      'contradicts `confidentialSpace.signatureKeyIds`',
    ],
    [release({ mrsigner: hex(32) }), 'needs measurements.isvProdId and minIsvSvn'],
    [release({ mrsigner: hex(32), isvProdId: '1' }), 'needs measurements.isvProdId and minIsvSvn'],
    [
      { debug: 'refuse', confidentialSpace: { profile: 'debug' } },
      '`confidentialSpace.profile: debug` needs `debug: allow`',
    ],
    [{ confidentialSpace: { profile: 'debug' } }, '`confidentialSpace.profile: debug` needs `debug: allow`'],
    [release({ mrsigner: hex(32) }, { minIsvSvn: 1 }), 'needs measurements.isvProdId and minIsvSvn'],
    [release({ mrtd: hex(48) }, { minIsvSvn: 1 }), 'minIsvSvn needs mrenclave or mrsigner'],
    [release({ isvProdId: '1', isvSvn: '2' }), 'names no measurement of code'],
    [release({ hostData: hex(32) }), 'names no measurement of code'],
    [{ releases: ['a', 'a'].map((name) => ({ name, measurements: { mrtd: hex(48) } })) }, 'two releases are named a'],
    [{ binding: { profile: 'raw', type: 'session' } }, 'profile raw has no statements'],
    [{ tcb: { accept: ['Revoked'] } }, 'found "Revoked"'],
    [{ tcb: { accept: ['uptodate'] } }, 'did you mean UpToDate?'],
    [{ schema: 'assay.policy/2' }, 'expected "assay.policy/1", found "assay.policy/2"'],
  ])('%j', (input, message) => {
    expect(refusal(input).message).toContain(message);
  });

  test('the debug profile with debug allowed is a policy', () => {
    expect(parsePolicy({ debug: 'allow', confidentialSpace: { profile: 'debug' } })).toBeDefined();
  });

  test('a signer with product and version, or with the enclave itself, is enough', () => {
    expect(parsePolicy(release({ mrsigner: hex(32), isvProdId: '1' }, { minIsvSvn: 0 }))).toBeDefined();
    expect(parsePolicy(release({ mrsigner: hex(32), isvProdId: ['1', '2'], isvSvn: '4' }))).toBeDefined();
    expect(parsePolicy(release({ mrsigner: hex(32), mrenclave: hex(32) }))).toBeDefined();
  });
});
