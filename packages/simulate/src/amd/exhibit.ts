import { buildSnpReport, type SnpReportEdits, type SnpReportFields } from './report.ts';
import { issueVek, type Vek, type VekOptions } from './vek.ts';
import { type AmdCrlOptions, type AmdVendor, issueAmdCrl } from './vendor.ts';

/** Members of AMD's endorsements, DER. */
export interface SnpFiles {
  readonly vek: Uint8Array;
  readonly ask: Uint8Array;
  readonly ark: Uint8Array;
  readonly crl: Uint8Array;
}

/** A report with everything that a verifier needs to judge it. */
export interface SnpExhibit {
  /** The report, raw. */
  readonly evidence: Uint8Array;
  /** One may be missing on purpose. */
  readonly endorsements: Partial<SnpFiles>;
  /** The trust anchor that the verifier is given. */
  readonly rootPem: string;
  /** The instant to verify at. */
  readonly now: Date;
  readonly vek: Vek;
}

/** Where an exhibit departs from a sound and current guest. */
export interface SnpExhibitOptions {
  /** Changes the vendor that issues; the trust anchor stays. */
  readonly vendor?: (vendor: AmdVendor) => Promise<AmdVendor>;
  readonly vek?: VekOptions;
  readonly report?: SnpReportFields | ((vek: Vek) => SnpReportFields);
  readonly signing?: SnpReportEdits;
  readonly crl?: AmdCrlOptions;
  /** Changes files at the end. */
  readonly files?: (files: SnpFiles) => Partial<SnpFiles>;
}

/**
 * Makes a report and its endorsements: a VCEK's that is current, unless options say otherwise.
 *
 * @example
 * const vendor = await createAmdVendor({ product: 'Genoa', now: new Date() });
 * const { evidence, endorsements, rootPem } = await makeSnpExhibit(vendor, { report: { reportData } });
 */
export async function makeSnpExhibit(vendor: AmdVendor, options: SnpExhibitOptions = {}): Promise<SnpExhibit> {
  const issuer = (await options.vendor?.(vendor)) ?? vendor;
  const vek = await issueVek(issuer, options.vek);
  const fields = typeof options.report === 'function' ? options.report(vek) : options.report;
  const [evidence, crl] = await Promise.all([
    buildSnpReport(vek, fields, options.signing),
    issueAmdCrl(issuer, options.crl),
  ]);
  const { ark, ask, asvk } = issuer.authorities;
  const files = {
    vek: vek.certificate,
    ask: (vek.kind === 'VCEK' ? ask : asvk).certificate,
    ark: ark.certificate,
    crl,
  };
  return { evidence, endorsements: options.files?.(files) ?? files, rootPem: vendor.rootPem, now: vendor.now, vek };
}
