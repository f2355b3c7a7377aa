import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeWithVectors, vectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import type { Json, JsonObject } from '../codec/json.ts';
import { utf8 } from '../codec/text.ts';
import { attempt } from '../errors.ts';
import { parseTcbInfo } from './tcb-info.ts';

const SIGNATURE = 'ab'.repeat(64);
const DATE = '2026-01-01T00:00:00Z';
const components = (first = 1): Json => Array.from({ length: 16 }, (_, index) => ({ svn: index === 0 ? first : 0 }));

const level = (tcb: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  tcb: { sgxtcbcomponents: components(), pcesvn: 5, ...tcb },
  tcbDate: DATE,
  tcbStatus: 'UpToDate',
  ...more,
});

const SGX: JsonObject = {
  id: 'SGX',
  version: 3,
  issueDate: DATE,
  nextUpdate: '2026-02-01T00:00:00Z',
  fmspc: '00906ED50000',
  pceId: '0000',
  tcbType: 0,
  tcbEvaluationDataNumber: 17,
  tcbLevels: [level()],
};
const MODULE: JsonObject = { mrsigner: '00'.repeat(48), attributes: '00'.repeat(8), attributesMask: 'FF'.repeat(8) };
const MODULE_LEVEL: JsonObject = { tcb: { isvsvn: 4 }, tcbDate: DATE, tcbStatus: 'OutOfDate' };
const TDX: JsonObject = {
  ...SGX,
  id: 'TDX',
  tdxModule: MODULE,
  tdxModuleIdentities: [{ ...MODULE, id: 'TDX_01', tcbLevels: [MODULE_LEVEL] }],
  tcbLevels: [level({ tdxtcbcomponents: components() })],
};
const FLAT = Object.fromEntries(
  Array.from({ length: 16 }, (_, index) => [`sgxtcbcomp${String(index + 1).padStart(2, '0')}svn`, index]),
);
const { id: _, ...WITHOUT_ID } = SGX;
const V2: JsonObject = {
  ...WITHOUT_ID,
  version: 2,
  tcbLevels: [{ tcb: { ...FLAT, pcesvn: 5 }, tcbDate: DATE, tcbStatus: 'UpToDate' }],
};

/** A document of a body; `null` members are left out. */
const document = (body: JsonObject, change: JsonObject = {}): string => {
  const members = Object.entries({ ...body, ...change }).filter(([, value]) => value !== null);
  return JSON.stringify({ tcbInfo: Object.fromEntries(members), signature: SIGNATURE });
};
const reasonOf = (text: string): string => {
  const parsed = attempt(() => parseTcbInfo(text));
  return 'reason' in parsed ? parsed.reason : 'parsed';
};

/** Wrong members, by the document they are wrong in. */
const WRONG_SGX: readonly (readonly [string, JsonObject])[] = [
  ['version', { version: 1 }],
  ['version', { version: 4 }],
  ['version', { version: '3' }],
  ['version', { version: 2.5 }],
  ['id', { id: 'QE' }],
  ['id', { id: 1 }],
  ['tcbType', { tcbType: 1 }],
  ['issueDate', { issueDate: '2026-02-30T00:00:00Z' }],
  ['nextUpdate', { nextUpdate: '2026-01-01' }],
  ['fmspc', { fmspc: '00906ED500' }],
  ['fmspc', { fmspc: '00906ED5000G' }],
  ['pceId', { pceId: '000000' }],
  ['tcbEvaluationDataNumber', { tcbEvaluationDataNumber: -1 }],
  ['tcbEvaluationDataNumber', { tcbEvaluationDataNumber: 2 ** 32 }],
  ['tcbLevels', { tcbLevels: [] }],
  ['tcbLevels', { tcbLevels: {} }],
  ['tcbLevels', { tcbLevels: ['UpToDate'] }],
  ['tcbLevels', { tcbLevels: Array.from({ length: 1025 }, (__, index) => level({ pcesvn: index })) }],
  ['tcbLevels', { tcbLevels: [level(), level({ pcesvn: 4 }), level()] }],
  ['tcbStatus', { tcbLevels: [level({}, { tcbStatus: 'Fine' })] }],
  ['tcbDate', { tcbLevels: [level({}, { tcbDate: 0 })] }],
  ['advisoryIDs', { tcbLevels: [level({}, { advisoryIDs: 'INTEL-SA-00289' })] }],
  ['advisoryIDs', { tcbLevels: [level({}, { advisoryIDs: [289] })] }],
  ['pcesvn', { tcbLevels: [level({ pcesvn: 65_536 })] }],
  ['sgxtcbcomponents', { tcbLevels: [level({ sgxtcbcomponents: [{ svn: 1 }] })] }],
  ['svn', { tcbLevels: [level({ sgxtcbcomponents: components(65_536) })] }],
  ['tdxModule', { tdxModule: MODULE }],
  ['tdxModuleIdentities', { tdxModuleIdentities: TDX.tdxModuleIdentities as Json }],
];
const WRONG_TDX: readonly (readonly [string, JsonObject])[] = [
  ['tdxModule', { tdxModule: null }],
  ['mrsigner', { tdxModule: { ...MODULE, mrsigner: '00' } }],
  ['attributes', { tdxModule: { ...MODULE, attributes: '0' } }],
  ['attributesMask', { tdxModule: { ...MODULE, attributesMask: 0 } }],
  ['tdxModuleIdentities', { tdxModuleIdentities: [] }],
  ['tcbLevels', { tdxModuleIdentities: [{ ...MODULE, id: 'TDX_01', tcbLevels: [] }] }],
  ['tcbLevels', { tdxModuleIdentities: [{ ...MODULE, id: 'TDX_01', tcbLevels: [MODULE_LEVEL, MODULE_LEVEL] }] }],
  [
    'tdxModuleIdentities',
    { tdxModuleIdentities: ['TDX_01', 'tdx_01'].map((id) => ({ ...MODULE, id, tcbLevels: [MODULE_LEVEL] })) },
  ],
  ['tdxtcbcomponents', { tcbLevels: [level()] }],
];
const WRONG_V2: readonly (readonly [string, JsonObject])[] = [
  ['sgxtcbcomp16svn', { tcbLevels: [{ ...level(), tcb: { ...FLAT, sgxtcbcomp16svn: '0', pcesvn: 5 } }] }],
  ['tdxModule', { tdxModule: MODULE }],
];
const WRONG = [
  ...WRONG_SGX.map(([field, change]) => [field, change, SGX] as const),
  ...WRONG_TDX.map(([field, change]) => [field, change, TDX] as const),
  ...WRONG_V2.map(([field, change]) => [field, change, V2] as const),
];

describe('1.5 item 25: TCB info', () => {
  test('of version 3 for SGX and TDX, and of version 2, which has no id', () => {
    expect(parseTcbInfo(document(SGX))).toMatchObject({ id: 'SGX', version: 3, module: null, moduleIdentities: [] });
    expect(parseTcbInfo(document(V2))).toMatchObject({ id: 'SGX', version: 2, evaluationDataNumber: 17 });
    expect(parseTcbInfo(document(V2)).levels[0]?.sgxComponents).toEqual(Array.from({ length: 16 }, (__, i) => i));
    const tdx = parseTcbInfo(document(TDX));
    expect(tdx.moduleIdentities).toMatchObject([{ id: 'TDX_01', levels: [{ isvSvn: 4, status: 'OutOfDate' }] }]);
    expect(tdx.module?.mrSigner.length).toBe(48);
    expect(parseTcbInfo(document(TDX, { tdxModuleIdentities: null })).moduleIdentities).toEqual([]);
  });

  test.each(Object.keys(SGX))('without %s is refused', (name) => {
    expect(reasonOf(document(SGX, { [name]: null }))).toMatch(new RegExp(`^${name}: `));
  });

  test.each(WRONG)('with a wrong %s is refused, and named', (field, change, body) => {
    expect(reasonOf(document(body, change))).toMatch(new RegExp(`^${field}: `));
  });

  test.each(['SWHardeningNeeded', 'ConfigurationNeeded', 'OutOfDateConfigurationNeeded'])(
    'with a module at %s is refused: joining statuses gives it no meaning',
    (tcbStatus) => {
      const tcbLevels = [{ ...MODULE_LEVEL, tcbStatus }];
      expect(reasonOf(document(TDX, { tdxModuleIdentities: [{ ...MODULE, id: 'TDX_01', tcbLevels }] }))).toMatch(
        /^tcbStatus: /,
      );
    },
  );

  test('with a key twice is refused, at any depth', () => {
    const text = document(SGX);
    for (const [from, to] of [
      ['"tcbType":0', '"tcbType":0,"tcbType":0'],
      ['"pcesvn":5', '"pcesvn":1,"pcesvn":5'],
      ['{"svn":1}', '{"svn":9,"svn":1}'],
      ['{"tcbInfo"', '{"tcbInfo":{},"tcbInfo"'],
    ] as const) {
      expect(reasonOf(text.replace(from, to))).toMatch(/duplicate keys/);
    }
  });

  // V8 13.6 (Node 24) takes tcb\u0049nfo for the key tcb\u00 of the object before, and finds the forged member alone.
  test('with a forged member beside the signed one is refused, however the signed one is spelt', () => {
    const seed = '{"seed":0,"tcb\\\\u00":0,"x":0,"y":0}';
    const body = document(SGX).slice('{"tcbInfo":'.length);
    const text = `{"seed":${seed},"tcb\\u0049nfo":${body.replace(/,"signature.*/, '')},"tcbInfo":${body}`;
    expect(reasonOf(text)).toBe('tcbInfo: escape in a key');
    expect(reasonOf(`{"seed":0,${document(SGX).slice(1)}`)).toBe('tcbInfo: unknown member "seed"');
  });

  test.each([
    '',
    'null',
    '[]',
    '""',
    '{}',
    '{"tcbInfo":1,"signature":""}',
    '{"tcbInfo":{}}',
    '{"tcbInfo":{},"signature":"00"}',
  ])('is an object with a signature of 64 bytes, not %s', (text) => {
    expect(reasonOf(text)).not.toBe('parsed');
  });
});

describe('1.5 item 26: what is signed', () => {
  test('is the text as received, not what it parses to', () => {
    const body = `{ "id":"SGX",${JSON.stringify(SGX).slice(12, -1)} ,"more": [1.0e0, "\\u0041"] }`;
    const text = ` {\n"signature" : "${SIGNATURE}",\t"tcbInfo" : ${body} }\n`;
    const { signed, signature } = parseTcbInfo(text);
    expect([signed, signature]).toEqual([utf8(body), new Uint8Array(64).fill(0xab)]);
  });

  test('is never taken from a member inside, or from a string', () => {
    const decoy = { x: '"tcbInfo":{}', y: { tcbInfo: 1 } };
    const { signed } = parseTcbInfo(document(SGX, { decoy }));
    expect(signed).toEqual(utf8(JSON.stringify({ ...SGX, decoy })));
  });
});

describe('1.9 item 37: levels', () => {
  const of = (svn: number, pcesvn: number, tdx = 0): JsonObject =>
    level({ sgxtcbcomponents: components(svn), pcesvn, tdxtcbcomponents: components(tdx) });

  test('come highest first: SGX components, PCESVN, TDX components, whatever their order in the document', () => {
    const order = [of(2, 1, 9), of(2, 1, 0), of(1, 9, 0), of(1, 2, 9), of(1, 2, 3), of(0, 13, 1)];
    const expected = parseTcbInfo(document(TDX, { tcbLevels: order })).levels;
    expect(expected.map(({ sgxComponents, pceSvn }) => [sgxComponents[0], pceSvn])).toEqual([
      [2, 1],
      [2, 1],
      [1, 9],
      [1, 2],
      [1, 2],
      [0, 13],
    ]);
    fc.assert(
      fc.property(fc.shuffledSubarray(order, { minLength: order.length }), (tcbLevels) => {
        expect(parseTcbInfo(document(TDX, { tcbLevels })).levels).toEqual(expected);
      }),
    );
  });

  test('keep SVNs beyond 255, and say that there is one', () => {
    expect(parseTcbInfo(document(SGX)).svnsInRange).toBe(true);
    for (const body of [
      document(SGX, { tcbLevels: [of(256, 0)] }),
      document(TDX, { tcbLevels: [of(0, 0, 65_473)] }),
      document(SGX, { tcbLevels: [of(1, 0), of(65_535, 1)] }),
    ]) {
      expect(parseTcbInfo(body).svnsInRange).toBe(false);
    }
  });
});

test('no text makes parsing throw anything but malformed', () => {
  const whole = document(TDX);
  fc.assert(fc.property(fc.json(), (text) => typeof reasonOf(text) === 'string'));
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(9), fc.string({ maxLength: 9 }), (at, remove, insert) => {
      expect(typeof reasonOf(whole.slice(0, at) + insert + whole.slice(at + remove))).toBe('string');
    }),
  );
});

describeWithVectors('real TCB infos', () => {
  test.each(Object.keys(vectors).filter((path) => path.endsWith('/tcbInfo.json')))('%s parses', (path) => {
    const text = vectorText(path);
    const info = parseTcbInfo(text);
    const { tcbInfo } = JSON.parse(text) as { tcbInfo: { tcbLevels: readonly unknown[] } };
    expect(info.levels.length).toBe(tcbInfo.tcbLevels.length);
    expect(info.svnsInRange).toBe(!path.includes('dercerts'));
  });
});
