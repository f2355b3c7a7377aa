import type { Attester } from '../attester.ts';
import { checkedTimeout, lookDeadline, within } from '../deadline.ts';
import { detection } from '../detection.ts';
import type { Environment } from '../environment.ts';
import { carrying, checkedRequest } from '../report-data.ts';
import { attestationType, NO_ENCLAVE, QUOTE_REMEDY, readWhole, requireDcap, writeWhole } from './access.ts';
import { gramineHealth } from './health.ts';
import { type GramineFiles, pseudoFiles } from './pseudo-files.ts';

/** Where Gramine's pseudo-files are, and how long a quote may take. */
export interface GramineOptions {
  /** Before the variable ASSAY_GRAMINE_PATH. Default `/dev/attestation`. */
  readonly path?: string | undefined;
  readonly environment?: Environment | undefined;
  /** Default: node:fs/promises. */
  readonly files?: GramineFiles | undefined;
  /** Waiting in line included; default 30,000: the first quote fetches the platform's certificate. */
  readonly timeoutMs?: number | undefined;
}

/** Of Gramine itself it is 8,192 bytes. */
const MAX_QUOTE = 65_536;

/**
 * Quotes of the SGX enclave in which Gramine runs this program. The report data are the process's, not the caller's:
 * quotes are made one at a time, all attesters of a path share the line, and each quote is compared with what was asked.
 *
 * @example
 * const { evidence } = await createGramineAttester().evidence({ reportData });
 */
export function createGramineAttester(options: GramineOptions = {}): Attester {
  const { path, environment = {} } = options;
  const files = pseudoFiles(path ?? (environment.ASSAY_GRAMINE_PATH || undefined), options.files);
  const timeoutMs = checkedTimeout(options.timeoutMs ?? 30_000);
  const type = (signal?: AbortSignal): Promise<string> =>
    within(lookDeadline(timeoutMs, signal), files.path, NO_ENCLAVE, () => attestationType(files));
  const quote = (reportData: Uint8Array, signal: AbortSignal): Promise<Uint8Array> =>
    // A quote that comes after its deadline still keeps the line: its files are in use until then.
    files.line(async () => {
      requireDcap(files, await attestationType(files));
      await writeWhole(files, 'user_report_data', reportData);
      // A copy: what was read into is longer.
      return new Uint8Array(await readWhole(files, 'quote', MAX_QUOTE));
    }, signal);
  const evidence: Attester['evidence'] = async (request) => {
    const checked = checkedRequest(request);
    const { reportData, signal } = checked;
    const made = await within({ milliseconds: timeoutMs, signal }, `${files.path}/quote`, QUOTE_REMEDY, (over) =>
      quote(reportData, over),
    );
    return carrying({ tee: 'sgx', evidence: made }, checked);
  };
  return {
    name: 'gramine',
    detect: (signal) =>
      detection(async (saw) => {
        const found = await type(signal);
        saw(`${files.path}/attestation_type: ${found}`);
        return found === 'dcap';
      }),
    evidence,
    health: gramineHealth(files, type, (signal) => evidence({ reportData: new Uint8Array(64), signal })),
  };
}
