import {
  type Attester,
  type AttesterName,
  createDstackKeys,
  createGramineKeys,
  type Environment,
  type KeySource,
} from '@assay/attest';
import { Checklist } from '@assay/verify';
import { equalBytes, fromCertificateChain, parseCertificate } from '@assay/verify/codec';
import type { Policy } from '@assay/verify/policy';
import { INTEL_ROOT_KEY, sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';

/** The TEE that a tracker runs in. */
export interface TeePlatform {
  /** Undefined outside of a TEE. */
  readonly attester: Attester | undefined;
  /** Undefined where the TEE derives no keys. */
  readonly keys: KeySource | undefined;
  /** Where a TEE was looked for. */
  readonly looked: readonly string[];
  /** Whether its evidence leads elsewhere than to Intel's root; null where there is no evidence, or it does not say. */
  readonly simulated: boolean | null;
  /** What a tracker like this one measures to: undefined without evidence. */
  readonly releases: Policy['releases'];
}

/** Where a platform is looked for. */
export interface PlatformOptions {
  readonly attesters: readonly Attester[];
  readonly environment: Environment;
  readonly random: (length: number) => Uint8Array;
}

/** Looks for a TEE, and has one quote made to know it by; one that gives none is known by nothing. Never throws. */
export async function lookForTee({ attesters, environment, random }: PlatformOptions): Promise<TeePlatform> {
  const looks = await Promise.all(attesters.map(async (attester) => ({ attester, ...(await attester.detect()) })));
  const looked = looks.flatMap(({ attester: { name }, looked: places }) => places.map((place) => `${name}: ${place}`));
  const attester = looks.find(({ available }) => available)?.attester;
  if (attester === undefined) return { attester, keys: undefined, looked, simulated: null, releases: undefined };
  const found = { attester, keys: keysOf(attester.name, environment), looked };
  try {
    // Nobody chose these bytes: the quote says nothing but where it was made.
    const { evidence } = await attester.evidence({ reportData: random(64) });
    return { ...found, simulated: isSimulated(evidence), releases: releasesOf(evidence) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...found, looked: [...looked, reason], simulated: null, releases: undefined };
  }
}

function keysOf(attester: AttesterName, environment: Environment): KeySource | undefined {
  if (attester === 'dstack') return createDstackKeys({ environment });
  return attester === 'gramine' ? createGramineKeys({ path: environment.ASSAY_GRAMINE_PATH }) : undefined;
}

/** Decides nothing but what it is called, and whom --dev is for: whether evidence is genuine, a verifier says. */
function isSimulated(evidence: Uint8Array): boolean | null {
  const { certification } = parsed(evidence)?.quote.authentication ?? {};
  if (certification === undefined || !('chain' in certification)) return null;
  const keys = fromCertificateChain(certification.chain).map((der) => parseCertificate(der).publicKey);
  return !keys.some((key) => key.kind === 'ec' && equalBytes(key.point, INTEL_ROOT_KEY));
}

/** Firmware, kernel and what runs on it; of SGX the enclave. */
const CODE = ['mrtd', 'rtmr1', 'rtmr2', 'rtmr3', 'mrenclave'] as const;

function releasesOf(evidence: Uint8Array): Policy['releases'] {
  const found = parsed(evidence)?.claims.measurements;
  if (found === undefined) return undefined;
  const measurements = Object.fromEntries(CODE.flatMap((name) => (name in found ? [[name, found[name]]] : [])));
  return [{ name: 'this tracker', measurements }];
}

function parsed(evidence: Uint8Array) {
  if (tdx.recognises(evidence)) return tdx.parse(evidence, new Checklist(tdx.checks));
  return sgx.recognises(evidence) ? sgx.parse(evidence, new Checklist(sgx.checks)) : undefined;
}
