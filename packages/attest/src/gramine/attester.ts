import type { Attester } from '../attester.ts';
import { within } from '../deadline.ts';
import { whatHappened } from '../finding.ts';
import { carrying, checkedRequest } from '../report-data.ts';
import { attestationType, QUOTE_REMEDY, readWhole, requireDcap, writeWhole } from './access.ts';
import { gramineHealth } from './health.ts';
import { type GramineFiles, pseudoFiles } from './pseudo-files.ts';

/** Where Gramine's pseudo-files are, and how long a quote may take. */
export interface GramineOptions {
  /** Default `/dev/attestation`. */
  readonly path?: string | undefined;
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
 */
export function createGramineAttester(options: GramineOptions = {}): Attester {
  const { path = '/dev/attestation', timeoutMs = 30_000 } = options;
  const files = pseudoFiles(path, options.files);
  const quote = (reportData: Uint8Array, signal: AbortSignal): Promise<Uint8Array> =>
    // A quote that comes after its deadline still keeps the line: its files are in use until then.
    files.line(async () => {
      await requireDcap(files);
      await writeWhole(files, 'user_report_data', reportData);
      return readWhole(files, 'quote', MAX_QUOTE);
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
    async detect() {
      try {
        const type = await attestationType(files);
        return { available: type === 'dcap', looked: [`${files.path}/attestation_type: ${type}`] };
      } catch (error) {
        return { available: false, looked: [whatHappened(error)] };
      }
    },
    evidence,
    health: gramineHealth(files, (signal) => evidence({ reportData: new Uint8Array(64), signal })),
  };
}
