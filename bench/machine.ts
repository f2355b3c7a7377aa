import { randomBytes } from 'node:crypto';
import { createIntelVendor, createSoftwareTd, issueCollateral, issuePck, type QuoteSource } from '@assay/simulate';
import { authenticateEndorsements, fromPem, verify } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import type { Envelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';

/** A software TD, and who relies on it. */
export interface Machine {
  readonly source: QuoteSource;
  /** For each statement: the key that the relying party sees its peer use. */
  readonly keys: readonly { readonly use: string; readonly spkiSha256: string }[];
  /** Judges evidence out of a batch as who sent this nonce. Throws unless it is trusted. */
  readonly judge: (envelope: Envelope, nonce: Uint8Array) => Promise<void>;
}

/** Starts a machine of a new test vendor, whose signatures are made as fast as there are. */
export async function startMachine(now: Date): Promise<Machine> {
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  const vendor = await createIntelVendor({ randomBytes: random, now });
  const pck = await issuePck(vendor);
  const roots = fromPem(vendor.rootPem, 'CERTIFICATE');
  const encoder = new TextEncoder();
  const files = Object.entries(await issueCollateral(vendor, pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? encoder.encode(file) : file] as const,
  );
  const raw = endorsementsFromDirectory(Object.fromEntries(files));
  const endorsements = await authenticateEndorsements(raw, { tee: tdx, roots });
  const spkiSha256 = random(32);
  return {
    source: createSoftwareTd(vendor, { pck }),
    keys: [{ use: 'tls', spkiSha256: Buffer.from(spkiSha256).toString('hex') }],
    async judge(envelope, nonce) {
      const { trusted, checks } = await verify(envelope, {
        tees: [tdx],
        now,
        endorsements,
        roots,
        allowSimulated: true,
        policy: { identity: 'any', binding: { profile: 'assay/1-batch', type: 'attestation' } },
        nonce,
        subject: { peerKey: { spkiSha256 } },
      });
      if (!trusted) throw new Error(`refused: ${JSON.stringify(checks.filter(({ outcome }) => outcome === 'fail'))}`);
    },
  };
}
