import { createIntelVendor, makeExhibit } from '@assay/simulate';
import { fromPem } from '@assay/verify';
import { utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { parsePolicy } from '@assay/verify/policy';
import { expect, test } from 'vitest';
import type { Given } from '../evidence/gather.ts';
import { commandLine } from './command-line.ts';
import { type Companions, judge } from './judge.ts';
import { policyFrom } from './policy-from.ts';
import { type Settings, STRICT } from './settings.ts';

const now = new Date('2026-03-01T12:00:00Z');
interface Case {
  readonly body?: 'sgx' | 'td10';
  readonly name?: string;
  readonly more?: Partial<Settings>;
  readonly companions?: Companions;
  readonly answered?: Given['answered'];
}
const judged = async ({ body = 'sgx', name = 'quote.bin', more = {}, companions = {}, answered }: Case) => {
  const vendor = await createIntelVendor({ seed: 'take away', now });
  const { evidence, collateral, rootPem } = await makeExhibit(vendor, { quote: { body } });
  const files = Object.entries(collateral).map(
    ([path, file]) => [path, typeof file === 'string' ? utf8(file) : file] as const,
  );
  const endorsements = endorsementsFromDirectory(Object.fromEntries(files));
  const given = { name, bytes: evidence, evidence: { evidence, endorsements }, ...(answered && { answered }) };
  const roots = fromPem(rootPem, 'CERTIFICATE').map((der) => ({ name: 'mine', der }));
  const settings = { ...STRICT, ...more };
  const refused = await judge(given, companions, settings, now);
  return {
    authentic: await judge(given, companions, { ...settings, roots, allowSimulated: true }, now),
    refused,
    command: commandLine(given, companions, settings, refused),
  };
};

test.each([
  ['sgx', ['mrenclave']],
  ['td10', ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2']],
] as const)('a policy from %s evidence names its code, and is one', async (body, names) => {
  const { authentic, refused } = await judged({ body });
  const policy = policyFrom(authentic.verdict, { identity: 'any', freshness: 'any' });
  const { releases = [], ...rest } = parsePolicy(policy);
  expect([Object.keys(releases[0]?.measurements ?? {}), rest]).toEqual([names, { freshness: 'any' }]);
  // Under the pinned roots alone nobody vouches for what this quote says.
  expect(policyFrom(refused.verdict, {})).toBeUndefined();
});

const COMPANIONS = { endorsements: {}, eventLog: utf8('[]'), appCompose: utf8('{}') };

test.each<[string, Case, string]>([
  ['a file', {}, 'quote.bin'],
  ['a name with a quote', { name: "it's.bin" }, "'it'\\''s.bin'"],
  ['a name with what a shell acts on', { name: '$(reboot) `x`;.bin' }, "'$(reboot) `x`;.bin'"],
  ['a name that looks like an option', { name: '-x' }, './-x'],
  ['a name with what a terminal acts on', { name: 'a\u001b[2J\u202e.bin' }, 'evidence'],
  ['a nonce with 0x', { more: { nonce: `0x${'AB'.repeat(16)}` } }, `quote.bin --nonce ${'ab'.repeat(16)}`],
  ['report data', { more: { reportData: 'AB cd' } }, 'quote.bin --report-data abcd'],
  [
    'a pasted text, which the bundle has',
    { name: 'pasted text', companions: COMPANIONS },
    'assay-bundle-2026-03-01.json',
  ],
  [
    'an answer of a server, which the bundle has',
    { name: 'http://x/attestation', answered: { infoSha256: 'ab' } },
    'assay-bundle-2026-03-01.json --policy policy.json',
  ],
  [
    'what lies beside it',
    { companions: COMPANIONS },
    'quote.bin --collateral ./collateral --event-log event-log.json --app-compose app-compose.json',
  ],
  [
    'another question',
    { more: { at: '2026-01-01', genuine: true, policy: '{}', nonce: 'ab' } },
    'quote.bin --genuine --at 2026-01-01T00:00:00Z',
  ],
])('the command for %s', async (_name, what, command) => {
  expect((await judged(what)).command).toBe(`npx assay verify ${command}`);
});
