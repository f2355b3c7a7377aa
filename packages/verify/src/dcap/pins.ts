import { fromHex } from '../codec/hex.ts';

/**
 * Public key of the Intel SGX Root CA (04 ‖ x ‖ y, P-256). The key is pinned, not the certificate:
 * Intel re-issued the certificate with the same key (notAfter 2033 and 2049) and both are in use.
 */
export const INTEL_ROOT_KEY = fromHex(
  '040ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f567918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394',
);
