import type { Attester } from './attester.ts';
import { createConfidentialSpaceAttester } from './confidential-space/attester.ts';
import { createDstackAttester } from './dstack/attester.ts';
import type { Environment } from './environment.ts';
import { createGramineAttester } from './gramine/attester.ts';
import { createProxyAttester } from './proxy/attester.ts';
import { createTsmAttester } from './tsm/attester.ts';

/**
 * All attesters, where the environment's variables or the usual places have them: the closest to the workload first. In a
 * dstack guest, for example, configfs-TSM can be there too, but its quotes come without an event log.
 *
 * `ASSAY_GRAMINE_PATH`, `ASSAY_CONFIDENTIAL_SPACE_SOCKET`, `ASSAY_TSM_PATH` name other places than the platforms' own,
 * `ASSAY_PROXY_TOKEN_FILE` the file of the proxy's token; dstack's variables and `TDX_ATTESTATION_PROXY_URL` are those of
 * the systems that they come from. Throws `usage`, naming the variable whose value is wrong.
 */
export function attestersOf(environment: Environment): readonly Attester[] {
  return [
    createGramineAttester({ environment }),
    createConfidentialSpaceAttester({ environment }),
    createDstackAttester({ environment }),
    createProxyAttester({ environment }),
    createTsmAttester({ environment }),
  ];
}
