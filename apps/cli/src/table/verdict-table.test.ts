import { stripVTControlCharacters } from 'node:util';
import type { Check, Verdict } from '@assay/verify';
import { expect, test } from 'vitest';
import { COLOURED, PLAIN } from './style.ts';
import { type VerdictContext, verdictTable } from './verdict-table.ts';

const CHECKS: readonly Check[] = [
  { id: 'dcap.quote.signature', layer: 'authentic', outcome: 'pass' },
  {
    ...{ id: 'tcb.status', layer: 'platform', outcome: 'fail', expected: 'UpToDate', actual: 'OutOfDate' },
    ...{ authority: 'intel', intelStatus: 'STATUS_TCB_OUT_OF_DATE', remedy: 'Update the firmware of the machine.' },
  },
  { id: 'tdx.sept-ve-disable', layer: 'platform', outcome: 'warn', actual: 'off', remedy: 'Set it.' },
  { id: 'dcap.tcb.current-level', layer: 'authentic', outcome: 'skip', actual: 'no second level' },
];

const VERDICT: Verdict = {
  schema: 'assay.verdict/1',
  outcome: 'contraindicated',
  trusted: false,
  tee: 'tdx',
  simulated: false,
  waived: ['identity'],
  layers: { authentic: 'pass', platform: 'fail', identity: 'waived', fresh: 'unchecked', bound: 'unchecked' },
  tcb: {
    ...{ status: 'OutOfDate', date: '2023-08-09T00:00:00Z', evaluationDataNumber: 17, relaunchAdvised: false },
    advisories: [
      { id: 'INTEL-SA-00960', source: 'platform' },
      { id: 'INTEL-SA-00960', source: 'qe' },
    ],
    platform: { status: 'OutOfDate', date: '2023-08-09T00:00:00Z' },
    module: null,
    qe: { status: 'UpToDate', date: '2024-03-13T00:00:00Z' },
  },
  checks: CHECKS,
  claims: {
    measurements: { mrtd: 'ab'.repeat(48), rtmr0: '00'.repeat(48), rtmr1: 'cd'.repeat(48) },
    platform: { fmspc: '00806f050000' },
    reportData: `${'12'.repeat(32)}${'00'.repeat(32)}`,
    debug: false,
    workload: null,
    nonces: [],
    keys: [{ use: 'tls', spkiSha256: 'ef'.repeat(32) }],
    evidence: null,
  },
  validity: { notBefore: '2026-01-01T00:00:00Z', notAfter: '2026-02-01T00:00:00Z' },
};

const CONTEXT: VerdictContext = {
  ...{ name: 'quote.bin', question: 'trusted', granted: false, at: '2026-01-15T00:00:00Z', columns: 100 },
  style: PLAIN,
  requires: (id) => (id === 'tcb.status' ? 'The TCB status is one that the policy accepts.' : undefined),
};

test('a refusal, whole', () => {
  expect(verdictTable(VERDICT, CONTEXT)).toBe(`✗ REFUSED  Intel TDX evidence, judged at 2026-01-15T00:00:00Z
quote.bin

  authentic  ✓ pass       signed under the vendor's root; nothing expired or revoked
  platform   ✗ fail       tcb.status
  identity   – waived     the policy does not ask
  fresh      ? unchecked  may be old: --nonce HEX or freshness in --policy
  bound      ? unchecked  may be another machine's: --report-data, --profile or binding in --policy

  TCB           OutOfDate since 2023-08-09 · evaluation data number 17
                platform OutOfDate (2023-08-09) · quoting enclave UpToDate (2024-03-13)
  advisories    INTEL-SA-00960

  mrtd          abababababababababababababababababababababababababababababababab
                abababababababababababababababab
  rtmr1         cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
                cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
                all zero: rtmr0
  reportData    1212121212121212121212121212121212121212121212121212121212121212 and 32 zero bytes
  key           tls sha256:efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef
  debug         off

  fmspc         00806f050000
  endorsed      2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z

  ✗ tcb.status
    required    The TCB status is one that the policy accepts.
    expected    UpToDate
    found       OutOfDate
    Intel says  STATUS_TCB_OUT_OF_DATE
    what to do  Update the firmware of the machine.

  ! tdx.sept-ve-disable
    found       off
    what to do  Set it.

  1 checks passed · 1 failed · 1 warned · 1 did not apply
`);
});

test.each([
  [{}, { granted: true }, '✓ TRUSTED  Intel TDX evidence'],
  [{ outcome: 'warning' }, {}, '✗ NOT TRUSTED  Intel TDX evidence'],
  [{}, { question: 'genuine', granted: true }, '✓ GENUINE'],
  [{}, { question: 'genuine' }, '✗ NOT GENUINE'],
  [{}, { question: 'as-recorded', granted: true }, '✓ REPRODUCES'],
  [{}, { question: 'as-recorded' }, '✗ DOES NOT REPRODUCE'],
  [{ simulated: true }, {}, 'SIMULATED Intel TDX evidence'],
  [{ tee: null, claims: null, tcb: null, validity: null }, {}, 'Unknown evidence'],
] as const)('%j %j', (verdict, context, headline) => {
  const table = verdictTable({ ...VERDICT, ...verdict }, { ...CONTEXT, ...context });
  expect(table.slice(0, table.indexOf('\n'))).toContain(headline);
});

test('debug is said aloud', () => {
  const claims = VERDICT.claims && { ...VERDICT.claims, debug: true };
  expect(verdictTable({ ...VERDICT, claims }, CONTEXT)).toContain('on: the host can read its memory');
});

test('colours change nothing but colours, on any width', () => {
  for (const columns of [1, 40, 80, 110]) {
    const plain = verdictTable(VERDICT, { ...CONTEXT, columns });
    const coloured = verdictTable(VERDICT, { ...CONTEXT, columns, style: COLOURED });
    expect(coloured).toContain('\u001b[31m');
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  }
});

test('a name or a value cannot write to the terminal', () => {
  const claims = VERDICT.claims && { ...VERDICT.claims, measurements: { imageReference: 'a\u001b[31mb' } };
  const table = verdictTable({ ...VERDICT, claims }, { ...CONTEXT, name: 'x\u001b[2J' });
  expect(table).not.toContain('\u001b');
});
