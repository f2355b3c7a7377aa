import type { Catalogue } from '../verdict/check.ts';

const FIRMWARE = "Have the host's firmware updated.";
const LAUNCH = 'Launch the guest with another policy.';
const HOST = 'Run on a host that is set up so.';

/** Checks of the layer `platform`: what AMD leaves to the relying party. */
export const platformChecks = {
  'snp.debug': {
    layer: 'platform',
    requires: 'The guest policy forbids debugging.',
    remedy: 'Launch the guest without DEBUG; policy `debug: allow` is for fake data.',
  },
  'snp.migration-agent': {
    layer: 'platform',
    requires: 'The guest policy allows no migration agent, unless the policy does.',
    remedy: LAUNCH,
  },
  'snp.vmpl': {
    layer: 'platform',
    requires: 'The report was asked for at an allowed VMPL (default 0).',
    remedy: 'Ask for the report at that level, or allow the level in `snp.vmpl`.',
  },
  'snp.product.allowed': {
    layer: 'platform',
    requires: 'The product line is one that the policy allows.',
    remedy: 'List the lines you trust in `snp.products`; Milan reports can be forged on some chips (arXiv 2605.12990).',
  },
  'snp.signer.allowed': {
    layer: 'platform',
    requires: 'The kind of signing key is one that the policy allows.',
    remedy: 'Run where reports are signed so, or allow it in `snp.signers`.',
  },
  'snp.csp.allowed': {
    layer: 'platform',
    requires: 'The VLEK is that of a provider that the policy allows.',
    remedy: 'Run at that provider, or allow it in `snp.cspIds`.',
  },
  'snp.tcb.committed': {
    layer: 'platform',
    requires: 'The committed TCB is the current one, or behind it where the policy allows that.',
    remedy: 'Have the host commit its firmware, or set `snp.provisionalFirmware: allow`.',
  },
  'snp.firmware.committed': {
    layer: 'platform',
    requires: 'The committed firmware is the current one, or behind it where the policy allows that.',
    remedy: 'Have the host commit its firmware, or set `snp.provisionalFirmware: allow`.',
  },
  'snp.tcb.minimum': {
    layer: 'platform',
    requires: "The reported TCB has at least the policy's minimum.",
    remedy: 'Have the host updated; AMD publishes no list, so name the lowest you accept in `snp.minimumReportedTcb`.',
  },
  'snp.tcb.minimum-launch': {
    layer: 'platform',
    requires: "The TCB at launch had at least the policy's minimum.",
    remedy: 'Launch the guest anew on updated firmware.',
  },
  'snp.firmware.minimum-build': {
    layer: 'platform',
    requires: "The firmware's build is at least the policy's.",
    remedy: FIRMWARE,
  },
  'snp.firmware.minimum-api': {
    layer: 'platform',
    requires: "The firmware's API version is at least the policy's.",
    remedy: FIRMWARE,
  },
  'snp.abi': {
    layer: 'platform',
    requires: "The guest policy asks for at least the policy's ABI version.",
    remedy: LAUNCH,
  },
  'snp.guest-svn': {
    layer: 'platform',
    requires: "The guest's SVN is at least the policy's.",
    remedy: 'Launch a newer guest.',
  },
  'snp.mitigations': {
    layer: 'platform',
    requires: "The policy's mitigations were in force at launch and are now (reports v5).",
    remedy: FIRMWARE,
  },
  'snp.alias-check': {
    layer: 'platform',
    requires: 'The platform has checked memory for aliases (BadRAM). Reports before version 3 cannot say.',
    remedy: 'Have the host updated, or set `snp.aliasCheck: any`.',
  },
  'snp.smt': { layer: 'platform', requires: 'Simultaneous multithreading is off.', remedy: HOST },
  'snp.tsme': { layer: 'platform', requires: 'Transparent memory encryption is on.', remedy: HOST },
  'snp.ecc': { layer: 'platform', requires: 'Memory has error correction.', remedy: HOST },
  'snp.rapl': { layer: 'platform', requires: 'Power reporting (RAPL) is off.', remedy: HOST },
  'snp.ciphertext-hiding': { layer: 'platform', requires: 'Ciphertext hiding is on.', remedy: HOST },
  'snp.trusted-io': { layer: 'platform', requires: 'SEV-TIO is as the policy wants it.', remedy: HOST },
  'snp.single-socket': { layer: 'platform', requires: 'The guest policy keeps to one socket.', remedy: LAUNCH },
  'snp.cxl': { layer: 'platform', requires: 'The guest policy forbids CXL.', remedy: LAUNCH },
  'snp.aes-256-xts': { layer: 'platform', requires: 'The guest policy asks for AES-256-XTS.', remedy: LAUNCH },
  'snp.page-swap': { layer: 'platform', requires: 'The guest policy forbids page swapping.', remedy: LAUNCH },
} as const satisfies Catalogue;
