import { createHash, createPublicKey } from 'node:crypto';
import { type Attester, findAttester, issueStatement, newInstance } from '@assay/attest';
import type { ClaimedKey } from '@assay/verify';
import { toHex, utf8 } from '@assay/verify/codec';
import { type Envelope, serialiseEnvelope } from '@assay/verify/evidence';
import type { Answer } from '../answer.ts';
import { attestersHere } from '../attesters.ts';
import { writeWhole } from '../collateral/directory.ts';
import { EXIT, usage } from '../failure.ts';
import { readText } from '../files.ts';
import type { Io } from '../io.ts';
import { printable } from '../table/style.ts';
import { parseHex } from '../values.ts';

/** Options of `assay attest`. */
export interface AttestFlags {
  readonly from?: string;
  readonly nonce?: string;
  readonly audience?: string;
  readonly key?: readonly string[];
  readonly reportData?: string;
  readonly output?: string;
  readonly json?: boolean;
}

const REPORT_DATA = 64;

/** Makes evidence of this machine: an envelope `assay.evidence/1` on standard output, or in a file. */
export async function attest(flags: AttestFlags, io: Io): Promise<Answer> {
  // What is wrong with the options is said before any hardware is touched.
  const { from, audience, output = '-' } = flags;
  if (audience === '') throw usage('--audience: expected text', '--audience');
  const make = flags.reportData === undefined ? await statement(flags, io) : raw(flags.reportData, audience);
  const { attester, others } = await findAttester(attestersHere(from, io));
  if (attester.name === 'confidential-space' && audience === undefined) {
    throw usage('--audience: a token of Confidential Space needs one: whom it is for', '--audience');
  }
  const besides = others.length > 0 ? ` (also here, with --from: ${others.map(({ name }) => name).join(', ')})` : '';
  io.stderr(`assay: asking ${attester.name} for evidence${besides}\n`);
  const text = `${serialiseEnvelope(await make(attester))}\n`;
  if (output === '-') return { output: text, exitCode: EXIT.trusted };
  await writeWhole(output, utf8(text));
  io.stderr(`assay: written to ${printable(output)}\n`);
  return { output: '', exitCode: EXIT.trusted };
}

type Make = (attester: Attester) => Promise<Envelope>;

/** Report data as given: what is shorter is followed by zeros, as `assay verify --report-data` reads it. */
function raw(hex: string, audience: string | undefined): Make {
  const given = parseHex(hex, '--report-data');
  if (given.length === 0 || given.length > REPORT_DATA) {
    throw usage(`--report-data: expected 1 to ${REPORT_DATA} bytes, found ${given.length}`, '--report-data');
  }
  const reportData = new Uint8Array(REPORT_DATA);
  reportData.set(given);
  return (attester) => attester.evidence({ reportData, audience });
}

/** A statement that names the nonce, the audience and the keys; report data are its digest. */
async function statement({ nonce, audience, key = [] }: AttestFlags, io: Io): Promise<Make> {
  const challenge = nonce === undefined ? null : toHex(parseHex(nonce, '--nonce'));
  if (challenge !== null && !/^(?:..){16,64}$/.test(challenge)) {
    throw usage(`--nonce: expected 16 to 64 bytes, found ${challenge.length / 2}`, '--nonce');
  }
  const keys = await Promise.all(key.map((given) => keyOf(given, io)));
  const speaker = { instance: newInstance(), clock: io.now };
  const content = { type: 'attestation', nonce: challenge, aud: audience ?? null, keys, claims: {} } as const;
  return (attester) => issueStatement(attester, content, speaker);
}

/** `[USE=]FILE`: the public key that the statement names, or a certificate with it, PEM. */
async function keyOf(given: string, io: Io): Promise<ClaimedKey> {
  const [, use = 'tls', path = given] = /^([a-z][a-z0-9-]{0,31})=(.+)$/.exec(given) ?? [];
  const spki = spkiOf(await readText(path, io, '--key'), path);
  return { use, spkiSha256: createHash('sha256').update(spki).digest('hex') };
}

function spkiOf(pem: string, path: string): Uint8Array {
  // Whoever names a private key here may send it on by mistake.
  if (!/-----BEGIN (PUBLIC KEY|CERTIFICATE)-----/.test(pem)) {
    throw usage(`--key: ${path}: expected a public key or a certificate, PEM`, '--key');
  }
  try {
    return createPublicKey(pem).export({ type: 'spki', format: 'der' });
  } catch {
    throw usage(`--key: ${path}: not a public key or a certificate that can be read`, '--key');
  }
}
