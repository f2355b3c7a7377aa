export type { AmdCertificateEdits } from './amd/certificate.ts';
export { makeSnpExhibit, type SnpExhibit, type SnpExhibitOptions, type SnpFiles } from './amd/exhibit.ts';
export { createKdsService, type KdsOptions } from './amd/kds.ts';
export { buildSnpReport, SNP_REPORT, type SnpReportEdits, type SnpReportFields } from './amd/report.ts';
export { type AmdTcb, encodeTcb, issueVek, type Vek, type VekOptions } from './amd/vek.ts';
export {
  type AmdAuthority,
  type AmdCrlOptions,
  type AmdProduct,
  type AmdRole,
  type AmdVendor,
  type AmdVendorOptions,
  createAmdVendor,
  issueAmdCrl,
  reissueAmdAuthority,
} from './amd/vendor.ts';
export { createGuestAgent, type GuestAgent, type GuestAgentOptions, type GuestApi } from './dstack/agent.ts';
export { DEFAULT_APP_COMPOSE } from './dstack/app-compose.ts';
export type { AppInfo } from './dstack/attestation/app-info.ts';
export type { GuestAgentFault } from './dstack/fault.ts';
export type { GuestIdentity } from './dstack/identity.ts';
export { type AppKeys, createKms, type Kms } from './dstack/kms/kms.ts';
export { DEFAULT_RELEASE } from './dstack/release.ts';
export { eachDay } from './each-day.ts';
export { createEntropy, type Entropy, type EntropySource } from './entropy.ts';
export type { CertificateChanges, ChainRole, TokenChain } from './google/chain.ts';
export type { TokenFlaw } from './google/flaw.ts';
export { createIssuer } from './google/issuer.ts';
export { createLauncher, type LauncherFault, type LauncherOptions, launcherLimits } from './google/launcher.ts';
export type { TokenObject, TokenProfile } from './google/profile.ts';
export { type ServiceError, SNP_UNSUPPORTED } from './google/service-error.ts';
export { mintToken, type TokenOptions } from './google/token.ts';
export {
  createGoogleVendor,
  type GoogleVendor,
  type GoogleVendorOptions,
  reissueCertificate,
  rotateKeys,
} from './google/vendor.ts';
export type { Authorities, Authority, Role } from './intel/authority.ts';
export {
  type Certificate,
  type CertificateEdits,
  type CertificateFields,
  issueCertificate,
} from './intel/certificate.ts';
export type { CertificationOptions } from './intel/certification-data.ts';
export { type CollateralFiles, type CollateralOptions, issueCollateral } from './intel/collateral.ts';
export type { CrlOptions } from './intel/crl.ts';
export { type EnclaveIdentityOptions, issueEnclaveIdentity, QE_SIGNERS } from './intel/enclave-identity.ts';
export { type Exhibit, type ExhibitOptions, makeExhibit } from './intel/exhibit.ts';
export { EXTENSION_IDS, type Extension } from './intel/extension.ts';
export type { DistinguishedName } from './intel/name.ts';
export { issuePck, type Pck, type PckEdits } from './intel/pck.ts';
export { definePlatform, type Platform, type PlatformOptions } from './intel/platform.ts';
export { buildQuote, type Quote, type QuoteOptions, type QuoteRegion } from './intel/quote.ts';
export { createAttestationKey, keyBinding } from './intel/quoting-enclave.ts';
export {
  SGX_REPORT,
  type SgxReportFields,
  TD_REPORT_10,
  TD_REPORT_15,
  TD_REPORT_15_EX,
  type TdReportFields,
} from './intel/report-layout.ts';
export { intelScenarios as scenarios } from './intel/scenarios/catalogue.ts';
export type { Case, Expectation, Scenario, Scenarios } from './intel/scenarios/scenario.ts';
export { type Evaluation, UPDATES, type Updates } from './intel/service/evaluation.ts';
export type { CertifiedPlatform } from './intel/service/pck-certificate.ts';
export type { ServiceKind } from './intel/service/query.ts';
export {
  createPcsService,
  type PcsServiceOptions,
  type ServedPlatform,
  type ServiceHandler,
} from './intel/service/service.ts';
export type { SgxEntries } from './intel/sgx-extension.ts';
export type { DocumentEdits } from './intel/signed-document.ts';
export type { SigningEdits } from './intel/signed-structure.ts';
export {
  issueTcbInfo,
  type TcbInfoOptions,
  TDX_MODULE,
  TDX_MODULE_IDENTITY,
  type TdxModule,
  type TdxModuleIdentity,
} from './intel/tcb-info.ts';
export { type SvnLevel, type TcbLevel, type TcbStatus, TEE_TCB_SVN, tcbLevels } from './intel/tcb-level.ts';
export {
  createImpostor,
  createIntelVendor,
  type IntelVendor,
  type IntelVendorOptions,
  issueCrl,
  reissueAuthority,
} from './intel/vendor.ts';
export { encodeLayout, type FieldValues, type Layout, layoutFields } from './layout.ts';
export { createP256Key, type P256Key } from './p256-key.ts';
export type { Quota } from './quota.ts';
export { createSoftwareEnclave } from './software/enclave.ts';
export { createSoftwareGuest } from './software/guest.ts';
export type { QuoteSource } from './software/source.ts';
export { createSoftwareTd, type RuntimeRegister, type SoftwareTd, type SoftwareTdOptions } from './software/td.ts';
