import { type ErrnoName, systemError } from '../fuse/errno.ts';
import type { FuseFolder } from '../fuse/tree.ts';
import { createReportFolder, type ReportFolder } from './report-folder.ts';

/** What goes wrong with reports from now on. */
export interface TsmFaults {
  /** The provider fails with it, and makes nothing. */
  readonly errno?: ErrnoName;
  /** The provider takes that much longer. */
  readonly delayMs?: number;
  /** `empty`: the host's quoting service failed, which the TDX driver reports in no other way. */
  readonly blob?: 'empty' | 'other-report-data';
}

/** What stands behind `/sys/kernel/config/tsm/report`. */
export interface TsmTreeOptions {
  /** Such as `tdx_guest`; undefined when no driver has registered. */
  readonly provider: string | undefined;
  /** A report with the bytes of inblob in it (at most 64, never none). Throws `systemError`: the driver's errors. */
  readonly report: (inblob: Uint8Array) => Promise<Uint8Array>;
  /** Certificates beside a report, where the provider has the file `auxblob`. */
  readonly auxblob?: Uint8Array;
  /** Waits so many milliseconds, for `delayMs`. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

/** configfs-TSM as Linux 6.12 has it (Documentation/ABI/testing/configfs-tsm), in one process. */
export interface TsmTree {
  /** The folder `report`. */
  readonly root: FuseFolder;
  /** Replaces the faults; none to begin with. */
  setFaults(faults: TsmFaults): void;
}

/** Folders at one time: more is a client that never removes its own. */
const MAX_FOLDERS = 4096;

/** Starts a configfs-TSM; `createTsmFiles` and `mountTsm` give access to it. */
export function createTsmTree(options: TsmTreeOptions): TsmTree {
  const { provider, report, auxblob, sleep = wait } = options;
  const folders = new Map<string, ReportFolder>();
  let faults: TsmFaults = {};
  let last: Promise<unknown> = Promise.resolve();

  const make = async (inblob: Uint8Array): Promise<Uint8Array> => {
    const { errno, delayMs, blob } = faults;
    if (delayMs !== undefined) await sleep(delayMs);
    if (errno !== undefined) throw systemError(errno, 'read');
    if (blob === 'empty') return new Uint8Array();
    return report(blob === 'other-report-data' ? inblob.map((byte) => byte ^ 0xff) : inblob);
  };
  // The kernel holds one lock while the driver works.
  const makeInTurn = (inblob: Uint8Array): Promise<Uint8Array> => {
    const turn = last.then(() => make(inblob));
    last = turn.catch(() => undefined);
    return turn;
  };
  const root: FuseFolder = {
    kind: 'folder',
    mode: 0o755,
    names: () => [...folders.keys()],
    lookup: (name) => folders.get(name)?.folder,
    mkdir(name) {
      if (provider === undefined) throw systemError('ENXIO', 'mkdir');
      if (folders.size >= MAX_FOLDERS) throw systemError('ENOMEM', 'mkdir');
      folders.set(name, createReportFolder({ provider, report: makeInTurn, auxblob }));
    },
    rmdir(name) {
      folders.get(name)?.remove();
      folders.delete(name);
    },
  };
  return {
    root,
    setFaults(next) {
      faults = next;
    },
  };
}

async function wait(milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, milliseconds);
  return promise;
}
