import { systemError } from '../fuse/errno.ts';
import type { FuseFile, FuseFolder, OpenFile } from '../fuse/tree.ts';

/** inblob takes no more (TSM_REPORT_INBLOB_MAX). */
const MAX_INBLOB = 64;

/** What a folder is made for. */
export interface ReportFolderOptions {
  readonly provider: string;
  readonly report: (inblob: Uint8Array) => Promise<Uint8Array>;
  readonly auxblob: Uint8Array | undefined;
}

/** One request of a client: a folder below `report`. */
export interface ReportFolder {
  readonly folder: FuseFolder;
  /** Whoever has its files open gets ENOENT from now on, or goes on with what was read already. */
  remove(): void;
}

/** Makes a folder with its files. Each write generation has at most one report, which is made when it is first read. */
export function createReportFolder({ provider, report, auxblob }: ReportFolderOptions): ReportFolder {
  let inblob = new Uint8Array();
  let generation = 0;
  let made: { readonly generation: number; readonly outblob: Uint8Array } | undefined;
  let removed = false;
  let last: Promise<unknown> = Promise.resolve();

  const latest = async (): Promise<Uint8Array> => {
    if (inblob.length === 0) throw systemError('EINVAL', 'read');
    if (made?.generation === generation) return made.outblob;
    made = undefined;
    const asked = generation;
    const answer = await report(inblob);
    made = { generation: asked, outblob: answer };
    return answer;
  };
  // Whoever reads while it is made gets the same one.
  const outblob = (): Promise<Uint8Array> => {
    const turn = last.then(latest);
    last = turn.catch(() => undefined);
    return turn;
  };

  const readOnly = (size: number, content: () => Uint8Array | Promise<Uint8Array>): FuseFile => ({
    kind: 'file',
    mode: 0o444,
    size,
    open: () => {
      let filled: Uint8Array | undefined;
      return {
        // Filled by the first read that succeeds: what is written later changes no file that is open.
        async read(offset, length) {
          if (filled === undefined && removed) throw systemError('ENOENT', 'read');
          filled ??= await content();
          return filled.subarray(offset, offset + length);
        },
      };
    },
  });
  const text = (content: () => string): FuseFile => readOnly(4096, () => Buffer.from(`${content()}\n`));

  const openInblob = (): OpenFile => {
    let written = new Uint8Array();
    let begun = false;
    return {
      write(offset, bytes) {
        begun = true;
        if (offset + bytes.length > MAX_INBLOB) throw systemError('EFBIG', 'write');
        if (bytes.length === 0) throw systemError('EFAULT', 'write');
        const grown = new Uint8Array(Math.max(written.length, offset + bytes.length));
        grown.set(written);
        grown.set(bytes, offset);
        written = grown;
      },
      // Closing commits whatever arrived, even when a write was refused; what the driver thinks of it, outblob says.
      flush() {
        if (!begun || removed) return;
        begun = false;
        inblob = written;
        generation += 1;
      },
    };
  };

  const files = new Map<string, FuseFile>([
    ['outblob', readOnly(0, outblob)],
    ['inblob', { kind: 'file', mode: 0o200, size: 0, open: openInblob }],
    ['provider', text(() => provider)],
    ['generation', text(() => String(generation))],
  ]);
  if (auxblob !== undefined) {
    const certificates = async (): Promise<Uint8Array> => {
      await outblob();
      return auxblob;
    };
    files.set('auxblob', readOnly(0, certificates));
  }
  return {
    folder: { kind: 'folder', mode: 0o755, names: () => [...files.keys()], lookup: (name) => files.get(name) },
    remove() {
      removed = true;
    },
  };
}
