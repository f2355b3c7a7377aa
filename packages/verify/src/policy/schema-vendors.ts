import * as z from 'zod/mini';
import { hex, integer, list, members, pattern, strict, text, version, word } from './schema-parts.ts';

const BYTE = 255;
const UINT32 = 4_294_967_295;

const choice = z.optional(word('refuse', 'allow'));
const refused = z.optional(word('refuse', 'any'));
const required = z.optional(word('require', 'any'));

/** Schema of `TdxPolicy`. */
export const tdxSchema = strict({
  septVeDisable: z.optional(word('require', 'warn')),
  migratable: choice,
  serviceTds: z.optional(list(hex(48))),
});

const svn = z.optional(integer(0, BYTE));

const components = { fmc: svn, bootLoader: svn, tee: svn, snp: svn, microcode: svn };
const ofProduct = z.optional(strict(components));
const minima = z.optional(strict({ ...components, Milan: ofProduct, Genoa: ofProduct, Turin: ofProduct }));

/** Schema of `SnpPolicy`. */
export const snpSchema = strict({
  products: z.optional(list(word('Milan', 'Genoa', 'Turin'))),
  signers: z.optional(list(word('VCEK', 'VLEK'))),
  minimumReportedTcb: minima,
  minimumLaunchTcb: minima,
  provisionalFirmware: choice,
  minimumBuild: z.optional(integer(0, BYTE)),
  minimumApiVersion: z.optional(version()),
  minimumAbi: z.optional(version()),
  minimumGuestSvn: z.optional(integer(0, UINT32)),
  vmpl: z.optional(list(integer(0, 3))),
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
  cspIds: z.optional(list(text())),
  mitigations: z.optional(hex(8)),
});

/** Schema of `ConfidentialSpacePolicy`. */
export const confidentialSpaceSchema = strict({
  profile: z.optional(word('production', 'debug')),
  support: z.optional(word('LATEST', 'STABLE', 'USABLE')),
  hardware: z.optional(list(pattern('^[A-Z][A-Z0-9_]{0,63}$', 'a hardware model like GCP_INTEL_TDX'))),
  envOverride: z.optional(members(z.nullable(z.string()))),
  cmdOverride: z.optional(list(z.string())),
  restartPolicies: z.optional(list(word('Always', 'OnFailure', 'Never'))),
  projectIds: z.optional(list(text())),
  zones: z.optional(list(text())),
  serviceAccounts: z.optional(list(text())),
  memoryMonitoring: choice,
  gpu: required,
  tdxTcbStatuses: z.optional(list(text())),
  signatureKeyIds: z.optional(list(hex(32))),
});
