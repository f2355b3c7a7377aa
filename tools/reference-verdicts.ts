// Prints bundles with the verdicts that this runtime comes to, as JSON: tests compare those of the other runtimes.
import { createIntelVendor, makeExhibit, scenarios } from '@assay/simulate';
import { fromPem, type Policy, verify } from '@assay/verify';
import { buildStatement, statementDigest } from '@assay/verify/binding';
import { makeBundle, serialiseBundle } from '@assay/verify/bundle';
import { utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';

/** A bundle and the verdict on it under its record's policy, both as text. */
export interface ReferenceVerdict {
  readonly name: string;
  readonly bundle: string;
  readonly verdict: string;
}

const now = new Date('2026-03-01T12:00:00Z');
const vendor = await createIntelVendor({ seed: 'reference verdicts', now });
const nonce = new Uint8Array(32).fill(7);
const spkiSha256 = new Uint8Array(32).fill(9);
const statement = buildStatement({
  type: 'attestation',
  instance: '00112233445566778899aabbccddeeff',
  nonce: '07'.repeat(32),
  aud: 'référence',
  issuedAt: now.getTime() / 1000,
  keys: [{ use: 'tls', spkiSha256: '09'.repeat(32) }],
  claims: { greeting: 'grüß dich' },
});
const mrTd = new Uint8Array(48).fill(5);
const bound = await makeExhibit(vendor, {
  quote: { body: 'td15', report: { mrTd, reportData: await statementDigest(statement) } },
});
const policy: Policy = {
  releases: [{ name: 'one', measurements: { mrtd: '05'.repeat(48) } }],
  binding: { profile: 'assay/1', type: 'attestation', audience: 'référence' },
};

type Made = Pick<typeof bound, 'evidence' | 'collateral' | 'rootPem'>;

async function judged(name: string, made: Made, own: Policy, said?: Uint8Array): Promise<ReferenceVerdict> {
  const files = Object.entries(made.collateral).map(
    ([file, content]) => [file, typeof content === 'string' ? utf8(content) : content] as const,
  );
  const endorsements = endorsementsFromDirectory(Object.fromEntries(files));
  const evidence = { evidence: made.evidence, statement: said, endorsements };
  const options = {
    policy: own,
    now,
    nonce,
    subject: { peerKey: { spkiSha256 } },
    roots: fromPem(made.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
  };
  const subject = said && options.subject;
  const verdict = await verify(evidence, { tees: [sgx, tdx], ...options, subject });
  const bundle = await makeBundle({ evidence, verdict, version: 'reference', ...options, subject });
  return { name, bundle: serialiseBundle(bundle), verdict: JSON.stringify(verdict) };
}

/** Refused for reasons of every kind: the texts of checks in trouble must be the same everywhere, too. */
const refused = [
  'status.sgx-out-of-date',
  'status.td15-relaunch-advised',
  'crl.pck-expired',
  'certificate.pck-expired',
  'signature.signed-by-stranger',
];
const everyThirtieth = Object.keys(scenarios).filter((_, index) => index % 30 === 0);
const verdicts = [await judged('trusted', bound, policy, statement)];
for (const name of new Set([...refused, ...everyThirtieth])) {
  const scenario = scenarios[name];
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  verdicts.push(await judged(name, await scenario(vendor), { identity: 'any', binding: 'any' }));
}
process.stdout.write(JSON.stringify(verdicts));
