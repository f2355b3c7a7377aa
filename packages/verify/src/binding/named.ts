import { toHex } from '../codec/hex.ts';
import type { BindingPolicy, StatementType } from '../policy/policy.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { Statement } from './statement.ts';
import type { Subject } from './subject.ts';

/** One thing that the relying party saw, beside what the statement says of it. */
interface Comparison {
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
}

/** The claim that makes a type what it is: without it nothing of the session or answer is compared. */
const ESSENTIAL: Partial<Record<StatementType, string>> = { session: 'session', response: 'bodySha256' };

/**
 * Checks that the statement names each thing the relying party saw: its peer's key, its handshake hash, the answer it
 * received, or claims the policy expects. One difference fails; nothing to compare leaves the check out.
 */
export function testSubject(statement: Statement, subject: Subject, policy: BindingPolicy, checks: Checklist): void {
  const compared = comparisons(statement, subject, policy.claims ?? {});
  const differing = compared.find(({ expected, actual }) => expected !== actual);
  const essential = ESSENTIAL[statement.type];
  if (differing !== undefined) {
    const { name, expected, actual } = differing;
    checks.fail('binding.subject', { expected: `${name} ${expected}`, actual });
  } else if (essential !== undefined && !compared.some(({ name }) => name === essential)) {
    checks.skip('binding.subject', `the relying party gave no ${essential} to compare`);
  } else if (compared.length === 0) {
    checks.skip('binding.subject', 'the relying party named no key and no claim to compare');
  } else {
    checks.pass('binding.subject', { actual: compared.map(({ name }) => name).join(', ') });
  }
}

function comparisons(statement: Statement, subject: Subject, expected: BindingPolicy['claims'] = {}): Comparison[] {
  const { peerKey, handshakeHash, response } = subject;
  const seen: Record<string, string | number> = {
    ...(handshakeHash && { session: toHex(handshakeHash) }),
    ...(response && {
      method: response.method,
      target: response.target,
      status: response.status,
      requestSha256: toHex(response.requestSha256),
      bodySha256: toHex(response.bodySha256),
    }),
  };
  const claims = [...Object.entries(seen), ...Object.entries(expected).toSorted(byName)].map(([name, value]) => ({
    name,
    // Quotation marks keep the text "1" apart from the number 1.
    expected: JSON.stringify(value),
    actual: Object.hasOwn(statement.claims, name) ? JSON.stringify(statement.claims[name]) : 'no such claim',
  }));
  return peerKey === undefined ? claims : [keyComparison(statement, peerKey), ...claims];
}

/** The order of a policy's members must not show in a verdict. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function keyComparison({ keys }: Statement, { spkiSha256, use }: NonNullable<Subject['peerKey']>): Comparison {
  const expected = toHex(spkiSha256);
  const usable = keys.filter((key) => use === undefined || key.use === use).map((key) => key.spkiSha256);
  const actual = usable.includes(expected) ? expected : usable.join(', ') || 'no such key';
  return { name: use === undefined ? 'key' : `${use} key`, expected, actual };
}
