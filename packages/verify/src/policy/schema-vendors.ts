import { either, hex, integer, list, nothing, object, pattern, record, text, version, word } from './shape.ts';

const BYTE = 255;
const UINT32 = 4_294_967_295;

const choice = word('refuse', 'allow');
const refused = word('refuse', 'any');
const required = word('require', 'any');

/** Shape of `TdxPolicy`. */
export const tdxShape = object({
  septVeDisable: word('require', 'warn'),
  migratable: choice,
  serviceTds: list(hex(48)),
});

const svn = integer(0, BYTE);

const components = { fmc: svn, bootLoader: svn, tee: svn, snp: svn, microcode: svn };
const ofProduct = object(components);
const minima = object({ ...components, Milan: ofProduct, Genoa: ofProduct, Turin: ofProduct });

/** Shape of `SnpPolicy`. */
export const snpShape = object({
  products: list(word('Milan', 'Genoa', 'Turin')),
  signers: list(word('VCEK', 'VLEK')),
  minimumReportedTcb: minima,
  minimumLaunchTcb: minima,
  provisionalFirmware: choice,
  minimumBuild: integer(0, BYTE),
  minimumApiVersion: version(),
  minimumAbi: version(),
  minimumGuestSvn: integer(0, UINT32),
  vmpl: list(integer(0, 3)),
  migrationAgent: choice,
  smt: refused,
  singleSocket: required,
  cxl: refused,
  aes256Xts: required,
  raplDisabled: required,
  ciphertextHiding: required,
  pageSwapDisabled: required,
  tsme: required,
  ecc: required,
  trustedIo: refused,
  aliasCheck: required,
  cspIds: list(text()),
  mitigations: hex(8),
});

/** Shape of `ConfidentialSpacePolicy`. */
export const confidentialSpaceShape = object({
  profile: word('production', 'debug'),
  support: word('LATEST', 'STABLE', 'USABLE'),
  hardware: list(pattern('^[A-Z][A-Z0-9_]{0,63}$', 'a hardware model like GCP_INTEL_TDX')),
  envOverride: record(either(text(0), nothing())),
  cmdOverride: list(text(0)),
  restartPolicies: list(word('Always', 'OnFailure', 'Never')),
  projectIds: list(text()),
  zones: list(text()),
  serviceAccounts: list(text()),
  memoryMonitoring: choice,
  gpu: required,
  tdxTcbStatuses: list(text()),
  signatureKeyIds: list(hex(32)),
});
