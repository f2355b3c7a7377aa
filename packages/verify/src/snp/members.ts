import { type Crl, parseCrl } from '../codec/crl.ts';
import { fromCertificateChain, fromCrlFile } from '../codec/pem.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import type { SnpEndorsements } from '../endorsements/raw.ts';
import { attempt, malformed } from '../errors.ts';
import type { Checklist } from '../verdict/checklist.ts';

/** AMD's endorsements of one chip, parsed. Members that are missing or malformed are undefined. Nothing is trusted yet. */
export interface Members {
  readonly vek: Certificate | undefined;
  readonly ask: Certificate | undefined;
  readonly ark: Certificate | undefined;
  readonly crl: Crl | undefined;
}

/** Parses each member, DER or PEM, from a copy; a check per member says what became of it. */
export function readMembers(raw: SnpEndorsements, checks: Checklist): Members {
  return {
    vek: read('snp.vek.present', raw.vek, readCertificate, checks),
    ask: read('snp.ask.present', raw.ask, readCertificate, checks),
    ark: read('snp.ark.present', raw.ark, readCertificate, checks),
    crl: read('snp.crl.present', raw.crl, (bytes) => parseCrl(fromCrlFile(bytes)), checks),
  };
}

function read<T>(
  id: string,
  bytes: Uint8Array | undefined,
  parse: (bytes: Uint8Array) => T,
  checks: Checklist,
): T | undefined {
  if (bytes === undefined) {
    checks.fail(id, { actual: 'missing' });
    return undefined;
  }
  const parsed = attempt(() => parse(new Uint8Array(bytes)));
  if ('value' in parsed) {
    checks.pass(id);
    return parsed.value;
  }
  checks.fail(id, { actual: parsed.reason });
  return undefined;
}

function readCertificate(bytes: Uint8Array): Certificate {
  const [certificate, ...more] = fromCertificateChain(bytes);
  if (certificate === undefined || more.length > 0) throw malformed('expected one certificate');
  return parseCertificate(certificate);
}
