import { createP256Key } from '../../p256-key.ts';
import type { ExhibitOptions } from '../exhibit.ts';
import { type TcbInfoOptions, TDX_MODULE, TDX_MODULE_IDENTITY } from '../tcb-info.ts';
import { tcbLevels } from '../tcb-level.ts';
import { daysFrom, group, kebab, refusal, type Scenario, type Scenarios, scenario } from './scenario.ts';

const FORMAT = [
  'STATUS_SGX_TCB_INFO_UNSUPPORTED_FORMAT',
  'STATUS_SGX_TCB_INFO_INVALID',
  'STATUS_UNSUPPORTED_TCB_INFO_FORMAT',
];

const TD: ExhibitOptions = { quote: { body: 'td10' } };

/** A TCB info that is signed as it stands and must not parse. */
const malformed = (tcbInfo: TcbInfoOptions, options: ExhibitOptions = {}): Scenario =>
  refusal(FORMAT, { ...options, collateral: { tcbInfo } });

const members = (values: Readonly<Record<string, unknown>>, options: ExhibitOptions = {}): Scenario =>
  malformed({ members: values }, options);

const document = (change: (text: string) => string): Scenario => malformed({ document: change });

const REQUIRED = [
  'version',
  'id',
  'issueDate',
  'nextUpdate',
  'fmspc',
  'pceId',
  'tcbType',
  'tcbEvaluationDataNumber',
  'tcbLevels',
];

/** A level as JSON whose parts are replaced by text surgery on the compact document. */
const replaced = (from: RegExp, to: string): Scenario => malformed({ signedText: (text) => text.replace(from, to) });

/** Refusals of the TCB info. */
export const tcbInfoScenarios: Scenarios = group('tcb-info', {
  missing: scenario({ missing: 'tcbInfo.json' }, { files: ({ 'tcbInfo.json': _, ...files }) => files }),
  empty: document(() => ''),
  'not-json': document((text) => text.slice(0, -1)),
  'array-instead-of-object': document((text) => `[${text}]`),
  'without-signature': document((text) => text.replace(/,"signature":"[0-9a-f]*"/, '')),
  'signature-too-short': document((text) => text.replace(/..("\})$/, '$1')),
  'signature-not-hex': document((text) => text.replace(/.("\})$/, 'x$1')),
  'json-too-deep': document((text) => text.replace('{', `{"deep":${'['.repeat(2000)}${']'.repeat(2000)},`)),
  'duplicate-key': replaced(/"tcbType":0/, '"tcbType":0,"tcbType":0'),
  ...Object.fromEntries(REQUIRED.map((name) => [`without-${kebab(name)}`, members({ [name]: undefined })])),
  'version-1': members({ version: 1 }),
  'version-4': members({ version: 4 }),
  'version-as-text': members({ version: '3' }),
  'id-unknown': members({ id: 'SEV' }),
  'tcb-type-1': members({ tcbType: 1 }),
  'issue-date-not-a-date': members({ issueDate: 'yesterday' }),
  'next-update-without-zone': members({ nextUpdate: '2049-01-01T00:00:00' }),
  'fmspc-too-short': members({ fmspc: 'A55A000000' }),
  'fmspc-not-hex': members({ fmspc: 'A55A0000000G' }),
  'pce-id-too-long': members({ pceId: '000000' }),
  'evaluation-number-negative': members({ tcbEvaluationDataNumber: -1 }),
  'evaluation-number-fraction': members({ tcbEvaluationDataNumber: 20.5 }),
  'levels-empty': members({ tcbLevels: [] }),
  'levels-duplicate': refusal(FORMAT, {
    collateral: ({ platform }) => {
      const levels = tcbLevels(platform, 'sgx');
      return { tcbInfo: { levels: [...levels.slice(0, 1), ...levels] } };
    },
  }),
  'status-unknown': refusal([...FORMAT, 'STATUS_TCB_UNRECOGNIZED_STATUS'], {
    collateral: { tcbInfo: { signedText: (text) => text.replace('"UpToDate"', '"Fine"') } },
  }),
  'component-missing': replaced(/,\{"svn":0\}\]/, ']'),
  'component-svn-256': replaced(/\{"svn":0\}\]/, '{"svn":256}]'),
  'component-svn-as-text': replaced(/\{"svn":0\}\]/, '{"svn":"0"}]'),
  'pce-svn-65536': replaced(/"pcesvn":13/, '"pcesvn":65536'),
  'tcb-date-missing': replaced(/"tcbDate":"[^"]*",/, ''),
  'sgx-with-tdx-module': members({ tdxModule: TDX_MODULE }),
  'tdx-without-tdx-module': members({ tdxModule: undefined }, TD),
  'tdx-module-mrsigner-too-short': members({ tdxModule: { ...TDX_MODULE, mrsigner: '00' } }, TD),
  'tdx-module-identities-empty': malformed({ tdxModuleIdentities: [] }, TD),
  'tdx-module-identity-without-levels': malformed(
    { tdxModuleIdentities: [{ ...TDX_MODULE_IDENTITY, levels: [] }] },
    TD,
  ),
  'tdx-without-tdx-components': refusal(FORMAT, {
    ...TD,
    collateral: ({ platform }) => ({ tcbInfo: { levels: tcbLevels(platform, 'sgx') } }),
  }),
  'changed-after-signing': refusal('STATUS_TCB_INFO_INVALID_SIGNATURE', {
    collateral: { tcbInfo: { document: (text) => text.replace('"pcesvn":13', '"pcesvn":12') } },
  }),
  'status-raised-after-signing': refusal('STATUS_TCB_INFO_INVALID_SIGNATURE', {
    collateral: { tcbInfo: { document: (text) => text.replace('"OutOfDate"', '"UpToDate"') } },
  }),
  'signed-by-stranger': refusal('STATUS_TCB_INFO_INVALID_SIGNATURE', (vendor) => ({
    collateral: { tcbInfo: { signer: createP256Key(vendor.entropy, 'stranger') } },
  })),
  expired: refusal('STATUS_SGX_TCB_INFO_EXPIRED', (vendor) => ({
    collateral: { tcbInfo: { issueDate: daysFrom(vendor, -31), nextUpdate: daysFrom(vendor, -1) } },
  })),
  'not-yet-valid': refusal('STATUS_SGX_TCB_INFO_EXPIRED', (vendor) => ({
    collateral: { tcbInfo: { issueDate: daysFrom(vendor, 1), nextUpdate: daysFrom(vendor, 31) } },
  })),
  'of-tdx-for-enclave': refusal('STATUS_TCB_INFO_MISMATCH', { collateral: { tcbInfo: { tee: 'tdx' } } }),
  'of-sgx-for-td': refusal('STATUS_TCB_INFO_MISMATCH', { ...TD, collateral: { tcbInfo: { tee: 'sgx' } } }),
  'version-2-for-td': refusal('STATUS_TCB_INFO_MISMATCH', { ...TD, collateral: { tcbInfo: { version: 2 } } }),
  'of-another-fmspc': refusal('STATUS_TCB_INFO_MISMATCH', { collateral: { tcbInfo: { fmspc: 'a55a00000001' } } }),
  'of-another-pce-id': refusal('STATUS_TCB_INFO_MISMATCH', { collateral: { tcbInfo: { pceId: '0001' } } }),
  // Not in Intel's list of refusals: an older evaluation number is the relying party's to refuse.
  'evaluation-number-old': scenario(
    { tcbStatus: 'UpToDate' },
    { collateral: { tcbInfo: { evaluationDataNumber: 5 } } },
  ),
});
