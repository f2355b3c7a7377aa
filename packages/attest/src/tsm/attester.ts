import { randomBytes } from 'node:crypto';
import { promises } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Envelope } from '@assay/verify/evidence';
import type { Attester, EvidenceRequest } from '../attester.ts';
import { checkedTimeout, within } from '../deadline.ts';
import type { Environment } from '../environment.ts';
import { createLine } from '../line.ts';
import { carrying, checkedRequest } from '../report-data.ts';
import { parseCertificateTable } from './certificate-table.ts';
import { detectTsm } from './detect.ts';
import type { TsmFiles } from './files.ts';
import { tsmHealth } from './health.ts';
import { teeOfProvider } from './provider.ts';
import { type ReportPlace, requestReport, type TsmReport } from './report.ts';
import { explained, TsmTrouble } from './trouble.ts';

/** Where Linux has configfs-TSM. */
export const TSM_REPORT_PATH = '/sys/kernel/config/tsm/report';

/** Where configfs-TSM is, and how long to wait for it. */
export interface TsmOptions {
  /** Before the variable ASSAY_TSM_PATH. Default `/sys/kernel/config/tsm/report`. */
  readonly path?: string | undefined;
  readonly environment?: Environment | undefined;
  /** Default: node:fs/promises. */
  readonly files?: TsmFiles | undefined;
  /** Of one request, waiting in line and all attempts included; default 60,000: the kernel's own is 30 seconds. */
  readonly timeoutMs?: number | undefined;
  /** Names of report folders, which nobody may guess; default: 16 random bytes. */
  readonly name?: (() => string) | undefined;
  /** Waits before a retry. */
  readonly sleep?: ((milliseconds: number, signal: AbortSignal) => Promise<unknown>) | undefined;
  /** The folder that stands for `/` where `assay doctor` looks for devices, modules and mounts. */
  readonly root?: string | undefined;
}

/** Pauses before each further attempt, in milliseconds, by what stopped the last one. Others are not tried again. */
const INTERRUPTED = [0, 0, 0];
const PAUSES: ReadonlyMap<string, readonly number[]> = new Map([
  ['EINTR', INTERRUPTED],
  ['EAGAIN', INTERRUPTED],
  ['EWOULDBLOCK', INTERRUPTED],
  ['changed', INTERRUPTED],
  ['EBUSY', [250, 500, 1000, 2000, 4000]],
]);

/**
 * The attester of TDX and SEV-SNP guests: quotes and reports from the Linux kernel's configfs-TSM, one at a time.
 *
 * @example
 * const { evidence } = await createTsmAttester().evidence({ reportData });
 */
export function createTsmAttester(options: TsmOptions = {}): Attester {
  const { environment = {}, files = promises, name = randomName, sleep = pause, root = '' } = options;
  const path = options.path ?? (environment.ASSAY_TSM_PATH || TSM_REPORT_PATH);
  const timeoutMs = checkedTimeout(options.timeoutMs ?? 60_000);
  const place: ReportPlace = { files, path, name };
  // The driver makes one quote at a time, and says EBUSY to whoever comes in between.
  const line = createLine(`configfs-TSM at ${path}`);

  const ask = async (inblob: Uint8Array, signal: AbortSignal): Promise<TsmReport> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await requestReport(place, inblob, signal);
      } catch (error) {
        if (!(error instanceof TsmTrouble)) throw error;
        const milliseconds = PAUSES.get(error.reason)?.[attempt];
        if (milliseconds === undefined) throw explained(error, path);
        if (milliseconds > 0) await sleep(milliseconds, signal);
      }
    }
  };
  const make = async (request: EvidenceRequest, signal: AbortSignal): Promise<Envelope> => {
    // A kernel call cannot be called off: the line goes on when it has returned, whoever still waits for it.
    const { provider, outblob, auxblob } = await line(() => ask(request.reportData, signal), signal);
    const tee = teeOfProvider(provider, path);
    const snp = auxblob === undefined ? {} : parseCertificateTable(auxblob);
    const endorsements = Object.keys(snp).length === 0 ? {} : { endorsements: { snp } };
    return carrying({ tee, evidence: outblob, ...endorsements }, request);
  };
  return {
    name: 'tsm',
    // As long as a request: the kernel lets a look wait for a quote that somebody else has in flight.
    detect: (signal) => detectTsm(place, { milliseconds: timeoutMs, signal }),
    async evidence(request) {
      const checked = checkedRequest(request);
      const deadline = { milliseconds: timeoutMs, signal: request.signal };
      const remedy = 'on the host, check that the quote generation service (qgsd) runs and answers';
      return within(deadline, `configfs-TSM at ${path}`, remedy, (signal) => make(checked, signal));
    },
    health: tsmHealth({ place, timeoutMs, root, own: path === TSM_REPORT_PATH }),
  };
}

function randomName(): string {
  return `assay-${randomBytes(16).toString('hex')}`;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal });
}
