import { type CollateralFiles, type CollateralOptions, issueCollateral } from './collateral.ts';
import { issuePck, type Pck, type PckEdits } from './pck.ts';
import type { PlatformOptions } from './platform.ts';
import { buildQuote, type Quote, type QuoteOptions } from './quote.ts';
import type { IntelVendor } from './vendor.ts';

/** A quote with everything that a verifier needs to judge it. */
export interface Exhibit {
  /** The quote, raw. */
  readonly evidence: Uint8Array;
  readonly regions: Quote['regions'];
  /** Files of the collateral directory; one may be missing on purpose. */
  readonly collateral: Partial<CollateralFiles>;
  /** The trust anchor that the verifier is given. */
  readonly rootPem: string;
  /** The instant to verify at. */
  readonly now: Date;
  /** The key and certificate behind the quote, for verifiers that are given it apart. */
  readonly pck: Pck;
}

/** Where an exhibit departs from a sound and current enclave. */
export interface ExhibitOptions {
  /** Changes the vendor that issues; the trust anchor stays. */
  readonly vendor?: (vendor: IntelVendor) => Promise<IntelVendor>;
  readonly platform?: PlatformOptions;
  readonly pck?: PckEdits;
  readonly quote?: QuoteOptions | ((pck: Pck) => QuoteOptions);
  readonly collateral?: CollateralOptions | ((pck: Pck) => CollateralOptions);
  /** Changes files at the end. */
  readonly files?: (files: CollateralFiles) => Partial<CollateralFiles>;
}

/**
 * Makes a quote and its collateral: for an SGX enclave that is up to date, unless options say otherwise.
 *
 * @example
 * const { evidence, collateral, rootPem } = await makeExhibit(vendor, { quote: { body: 'td15' } });
 */
export async function makeExhibit(vendor: IntelVendor, options: ExhibitOptions = {}): Promise<Exhibit> {
  const issuer = (await options.vendor?.(vendor)) ?? vendor;
  const pck = await issuePck(issuer, options.platform, options.pck);
  const quoteOptions = typeof options.quote === 'function' ? options.quote(pck) : (options.quote ?? {});
  const collateralOptions = typeof options.collateral === 'function' ? options.collateral(pck) : options.collateral;
  const tee = (quoteOptions.body ?? 'sgx') === 'sgx' ? 'sgx' : 'tdx';
  const [quote, files] = await Promise.all([
    buildQuote(issuer, pck, quoteOptions),
    issueCollateral(issuer, pck, { tee, ...collateralOptions }),
  ]);
  return {
    evidence: quote.bytes,
    regions: quote.regions,
    collateral: options.files?.(files) ?? files,
    rootPem: vendor.rootPem,
    now: vendor.now,
    pck,
  };
}
