import { createIntelVendor, makeExhibit } from '@assay/simulate';
import { parsePolicy } from '@assay/verify/policy';
import { expect, test } from 'vitest';
import { commandLine } from './command-line.ts';
import { judge } from './judge.ts';
import { policyFrom } from './policy-from.ts';
import { type Settings, STRICT } from './settings.ts';

const now = new Date('2026-03-01T12:00:00Z');
const judged = async (body: 'sgx' | 'td10', more: Partial<Settings> = {}) => {
  const vendor = await createIntelVendor({ seed: 'take away', now });
  const { evidence } = await makeExhibit(vendor, { quote: { body } });
  const settings = { ...STRICT, ...more };
  const given = { name: 'quote.bin', bytes: evidence, kind: 'bare', evidence: { evidence } } as const;
  return { settings, result: await judge(given, {}, settings, now) };
};

test.each([
  ['sgx', ['mrenclave']],
  ['td10', ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2']],
] as const)('a policy from %s evidence names its code, and is one', async (body, names) => {
  const { result } = await judged(body);
  const policy = policyFrom(result.verdict, { identity: 'any', freshness: 'any' });
  const { releases = [], ...rest } = parsePolicy(policy);
  expect([Object.keys(releases[0]?.measurements ?? {}), rest]).toEqual([names, { freshness: 'any' }]);
});

test.each([
  ['quote.bin', {}, false, 'npx assay verify quote.bin'],
  ["it's.bin", {}, false, "npx assay verify './it'\\''s.bin'"],
  ['-x', {}, true, "npx assay verify './-x' --collateral ./collateral"],
  ['pasted text', { nonce: 'AB cd' }, false, 'npx assay verify evidence.json --nonce ABcd'],
  [
    'q',
    { at: '2026-01-01', genuine: true, policy: '{}' },
    false,
    'npx assay verify q --at 2026-01-01T00:00:00Z --genuine',
  ],
])('the command for %j', async (name, more, collateral, command) => {
  const { settings, result } = await judged('sgx', { ...more, nonce: '' });
  expect(commandLine(name, { ...settings, ...more }, result, collateral)).toBe(command);
});
