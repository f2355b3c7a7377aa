import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIntelVendor, type Exhibit, type ExhibitOptions, type IntelVendor, makeExhibit } from '@assay/simulate';
import { utf8 } from '@assay/verify/codec';
import { writeDirectory } from '../apps/cli/src/collateral/directory.ts';

/** A folder for one test; `await using` removes it. */
export interface Folder extends AsyncDisposable {
  /** Path of a name in it. */
  readonly path: (name: string) => string;
  /** Writes files into it, or into a folder inside. */
  readonly write: (files: Readonly<Record<string, string | Uint8Array>>, inside?: string) => Promise<void>;
}

/** Makes an empty folder. */
export async function makeFolder(): Promise<Folder> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-test-'));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write: (files, inside = '.') => {
      const entries = Object.entries(files).map(([name, file]) => [name, bytesOf(file)] as const);
      return writeDirectory(path(inside), new Map(entries));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The instant of every exhibit below. */
export const NOW = '2026-02-01T12:00:00Z';

/** A folder with `quote.bin`, its `collateral` and `root.pem`, and the options that judge it as simulated evidence. */
export interface ExhibitFolder extends Folder {
  readonly exhibit: Exhibit;
  readonly vendor: IntelVendor;
  /** `--collateral …`, `--at …`, `--root-ca …`, `--allow-simulated` */
  readonly trust: readonly string[];
}

/** Puts an exhibit of the Intel test vendor into a folder; `baseUrl` is where its certificates say that CRLs are. */
export async function exhibitFolder(options: ExhibitOptions = {}, baseUrl?: string): Promise<ExhibitFolder> {
  const vendor = await createIntelVendor({ seed: 'folder', now: new Date(NOW), ...(baseUrl && { baseUrl }) });
  const exhibit = await makeExhibit(vendor, options);
  const folder = await makeFolder();
  await folder.write({ 'quote.bin': exhibit.evidence, 'root.pem': exhibit.rootPem });
  await folder.write(exhibit.collateral as Record<string, string | Uint8Array>, 'collateral');
  const root = ['--root-ca', folder.path('root.pem'), '--allow-simulated'];
  const trust = ['--collateral', folder.path('collateral'), '--at', NOW, ...root];
  return { ...folder, exhibit, vendor, trust };
}

function bytesOf(file: string | Uint8Array): Uint8Array {
  return typeof file === 'string' ? utf8(file) : file;
}
