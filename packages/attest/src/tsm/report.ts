import { constants } from 'node:fs';
import type { TsmFiles } from './files.ts';
import { readBlob, readLine } from './read-file.ts';
import { at, type TsmStep, TsmTrouble } from './trouble.ts';

/** Where reports are asked for. */
export interface ReportPlace {
  readonly files: TsmFiles;
  /** The folder `report`. */
  readonly path: string;
  /** A name that nobody else can guess. */
  readonly name: () => string;
}

/** What the kernel answered. */
export interface TsmReport {
  readonly provider: string;
  readonly outblob: Uint8Array;
  /** Certificates; only where the provider has such a file. */
  readonly auxblob: Uint8Array | undefined;
}

/**
 * Asks the kernel once for a report on 64 bytes, as Documentation/ABI/testing/configfs-tsm wants it: in a folder of its
 * own, and with a generation that shows that nobody else wrote there. Throws `TsmTrouble`, or the signal's reason between
 * two calls. The folder is removed in every case.
 */
export async function requestReport(place: ReportPlace, inblob: Uint8Array, signal: AbortSignal): Promise<TsmReport> {
  const { files } = place;
  return inFolder(place, signal, async (folder) => {
    const before = await generationOf(files, folder);
    const provider = await readLine(files, folder, 'provider');
    await writeInblob(files, folder, inblob);
    await expectGeneration(files, folder, before + 1n);
    signal.throwIfAborted();
    const outblob = await readBlob(files, folder, 'outblob');
    const hasAuxblob = (await at('auxblob', () => files.readdir(folder))).includes('auxblob');
    const auxblob = hasAuxblob ? await readBlob(files, folder, 'auxblob') : undefined;
    await expectGeneration(files, folder, before + 1n);
    if (outblob.length === 0) throw new TsmTrouble('outblob', 'empty');
    return { provider, outblob, auxblob };
  });
}

/** The provider's name; asks for no report. Throws as `requestReport` does. */
export async function requestProvider(place: ReportPlace, signal: AbortSignal): Promise<string> {
  return inFolder(place, signal, (folder) => readLine(place.files, folder, 'provider'));
}

async function inFolder<T>(place: ReportPlace, signal: AbortSignal, work: (folder: string) => Promise<T>): Promise<T> {
  const { files, path, name } = place;
  const folder = `${path}/${name()}`;
  signal.throwIfAborted();
  await at('mkdir', () => files.mkdir(folder));
  let result: T;
  try {
    signal.throwIfAborted();
    result = await work(folder);
  } catch (error) {
    // What went wrong first is what the caller must know.
    await remove(files, folder).catch(() => undefined);
    throw error;
  }
  await remove(files, folder);
  return result;
}

async function remove(files: TsmFiles, folder: string): Promise<void> {
  await at('rmdir', () => files.rmdir(folder));
}

/** One write: the kernel takes what is there when the file is closed. */
async function writeInblob(files: TsmFiles, folder: string, inblob: Uint8Array): Promise<void> {
  const step: TsmStep = 'inblob';
  await at(step, async () => {
    const file = await files.open(`${folder}/${step}`, constants.O_WRONLY);
    try {
      const { bytesWritten } = await file.write(inblob, 0, inblob.length, null);
      if (bytesWritten !== inblob.length) throw new TsmTrouble(step, 'short-write');
    } finally {
      await file.close();
    }
  });
}

async function generationOf(files: TsmFiles, folder: string): Promise<bigint> {
  const text = await readLine(files, folder, 'generation');
  if (!/^\d{1,20}$/.test(text)) throw new TsmTrouble('generation', 'unreadable');
  return BigInt(text);
}

async function expectGeneration(files: TsmFiles, folder: string, expected: bigint): Promise<void> {
  if ((await generationOf(files, folder)) !== expected) throw new TsmTrouble('generation', 'changed');
}
