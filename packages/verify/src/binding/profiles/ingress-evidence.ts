import { equalBytes } from '../../codec/bytes.ts';
import { fromPem } from '../../codec/pem.ts';
import { fromUtf8 } from '../../codec/text.ts';
import { parseCertificate } from '../../codec/x509.ts';
import { hashOf, sha256Hex } from '../../crypto/hash.ts';
import { attempt, malformed } from '../../errors.ts';
import { type Profile, padded } from './expectation.ts';

/** The file whose hash stands in report data. */
const SUMS = 'sha256sum.txt';
const LINE = /^([0-9a-f]{64}) [ *]([^\s/\\]{1,255})$/;
const MAX_LINES = 1024;

/**
 * `ingress-evidence`: SHA-256 of `sha256sum.txt`, then 32 zero bytes; the list names certificates, one of which the
 * peer showed in TLS.
 *
 * Proves that the attested ingress held this certificate when it last renewed. It proves no freshness; and that the
 * private key never left the workload rests on the app's compose file, which releases must name. Each file given is
 * checked against the list.
 */
export const ingressEvidence: Profile = async ({ certificate, files }) => {
  if (certificate === undefined) return { missing: "the peer's certificate was not given" };
  const sums = files?.[SUMS];
  if (files === undefined || sums === undefined) return { missing: `${SUMS} was not given` };
  const listed = attempt(() => parseSums(sums));
  if ('reason' in listed) return { refused: listed.reason };
  let shown = false;
  for (const [name, bytes] of Object.entries(files)) {
    if (name === SUMS) continue;
    const sum = listed.value.get(name);
    if (sum === undefined) return { refused: `${name.slice(0, 80)} is not listed in ${SUMS}` };
    if (sum !== (await sha256Hex(bytes))) return { refused: `${name.slice(0, 80)} is not what was listed` };
    shown ||= /^cert-.*\.pem$/.test(name) && leafIs(bytes, certificate);
  }
  if (!shown) return { refused: 'the certificate of the connection is in no listed file' };
  const key = attempt(() => parseCertificate(certificate).publicKey.raw);
  if ('reason' in key) return { refused: key.reason };
  const spkiSha256 = await sha256Hex(key.value);
  return { reportData: padded(await hashOf('SHA-256', sums)), keys: [{ use: 'tls', spkiSha256 }] };
};

/** Hashes by file name, of `sha256sum` output: each name once. */
function parseSums(bytes: Uint8Array): ReadonlyMap<string, string> {
  const lines = fromUtf8(bytes, SUMS).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > MAX_LINES) throw malformed(`${SUMS}: more than ${MAX_LINES} lines`);
  const sums = new Map<string, string>();
  for (const line of lines) {
    const [, sum, name] = LINE.exec(line) ?? [];
    if (sum === undefined || name === undefined || sums.has(name)) {
      throw malformed(`${SUMS}: line ${sums.size + 1} is malformed or names a file twice`, { field: SUMS });
    }
    sums.set(name, sum);
  }
  return sums;
}

function leafIs(file: Uint8Array, certificate: Uint8Array): boolean {
  const chain = attempt(() => fromPem(fromUtf8(file, 'certificate'), 'CERTIFICATE'));
  const leaf = 'value' in chain ? chain.value[0] : undefined;
  return leaf !== undefined && equalBytes(leaf, certificate);
}
