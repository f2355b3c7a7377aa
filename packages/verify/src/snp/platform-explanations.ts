import type { Explanations } from '../verdict/explain.ts';
import type { platformChecks } from './platform-checks.ts';

const FIRMWARE = "Have the host's firmware updated.";
const LAUNCH = 'Launch the guest with another policy.';
const HOST = 'Run on a host that is set up so.';

/** What the checks of the layer `platform` mean, and what to do when they fail. */
export const platformExplanations = {
  'snp.debug': [
    'The guest policy forbids debugging.',
    'Launch the guest without DEBUG; policy `debug: allow` is for fake data.',
  ],
  'snp.migration-agent': ['The guest policy allows no migration agent, unless the policy does.', LAUNCH],
  'snp.vmpl': [
    'The report was asked for at an allowed VMPL (default 0).',
    'Ask for the report at that level, or allow the level in `snp.vmpl`.',
  ],
  'snp.product.allowed': [
    'The product line is one that the policy allows.',
    'List the lines you trust in `snp.products`; Milan reports can be forged on some chips (arXiv 2605.12990).',
  ],
  'snp.signer.allowed': [
    'The kind of signing key is one that the policy allows.',
    'Run where reports are signed so, or allow it in `snp.signers`.',
  ],
  'snp.csp.allowed': [
    'The VLEK is that of a provider that the policy allows.',
    'Run at that provider, or allow it in `snp.cspIds`.',
  ],
  'snp.tcb.committed': [
    'The committed TCB is the current one, or behind it where the policy allows that.',
    'Have the host commit its firmware, or set `snp.provisionalFirmware: allow`.',
  ],
  'snp.firmware.committed': [
    'The committed firmware is the current one, or behind it where the policy allows that.',
    'Have the host commit its firmware, or set `snp.provisionalFirmware: allow`.',
  ],
  'snp.tcb.minimum': [
    "The reported TCB has at least the policy's minimum.",
    'Have the host updated; AMD publishes no list, so name the lowest you accept in `snp.minimumReportedTcb`.',
  ],
  'snp.tcb.minimum-launch': [
    "The TCB at launch had at least the policy's minimum.",
    'Launch the guest anew on updated firmware.',
  ],
  'snp.firmware.minimum-build': ["The firmware's build is at least the policy's.", FIRMWARE],
  'snp.firmware.minimum-api': ["The firmware's API version is at least the policy's.", FIRMWARE],
  'snp.abi': ["The guest policy asks for at least the policy's ABI version.", LAUNCH],
  'snp.guest-svn': ["The guest's SVN is at least the policy's.", 'Launch a newer guest.'],
  'snp.mitigations': ["The policy's mitigations were in force at launch and are now (reports v5).", FIRMWARE],
  'snp.alias-check': [
    'The platform has checked memory for aliases (BadRAM). Reports before version 3 cannot say.',
    'Have the host updated, or set `snp.aliasCheck: any`.',
  ],
  'snp.smt': ['Simultaneous multithreading is off.', HOST],
  'snp.tsme': ['Transparent memory encryption is on.', HOST],
  'snp.ecc': ['Memory has error correction.', HOST],
  'snp.rapl': ['Power reporting (RAPL) is off.', HOST],
  'snp.ciphertext-hiding': ['Ciphertext hiding is on.', HOST],
  'snp.trusted-io': ['SEV-TIO is as the policy wants it.', HOST],
  'snp.single-socket': ['The guest policy keeps to one socket.', LAUNCH],
  'snp.cxl': ['The guest policy forbids CXL.', LAUNCH],
  'snp.aes-256-xts': ['The guest policy asks for AES-256-XTS.', LAUNCH],
  'snp.page-swap': ['The guest policy forbids page swapping.', LAUNCH],
} as const satisfies Explanations<keyof typeof platformChecks>;
