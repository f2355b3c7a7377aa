import { AssayError } from '@assay/verify';
import type { InputFile } from '../evidence/gather.ts';

/** The most bytes that are read at once, all files together. */
export const MAX_BYTES = 8_388_608;
/** The most files of one drop. */
const MAX_FILES = 64;
/** Folders within folders that are looked into. */
const MAX_DEPTH = 2;

/** Reads chosen files. Throws `malformed` when they are too large or too many. */
export async function fromList(files: readonly File[]): Promise<readonly InputFile[]> {
  if (files.length > MAX_FILES) throw tooMuch(`${files.length} files; at most ${MAX_FILES} are read`);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size > MAX_BYTES) throw tooMuch(`${size} bytes; at most ${MAX_BYTES} are read`);
  return Promise.all(files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
}

/** Reads what was dropped: files, the files of folders, or text. Throws `malformed` when it is too much. */
export async function fromDrop(transfer: DataTransfer): Promise<readonly InputFile[]> {
  // Entries vanish with the event: all are taken before anything is waited for.
  const items = [...transfer.items];
  const entries = items.map((item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null));
  const plain = [...transfer.files];
  const text = transfer.getData('text');
  if (entries.some((entry) => entry?.isDirectory)) {
    const nested = await Promise.all(
      entries.filter((entry) => entry !== null).map((entry) => filesIn(entry, MAX_DEPTH)),
    );
    return fromList(nested.flat());
  }
  if (plain.length > 0) return fromList(plain);
  return fromText(text);
}

/** A pasted text as a file. Throws `malformed` when it is empty or too long. */
export async function fromText(text: string): Promise<readonly InputFile[]> {
  if (text.trim() === '') throw new AssayError('malformed', 'nothing was given', { field: 'evidence' });
  const bytes = text.length > MAX_BYTES ? undefined : new TextEncoder().encode(text);
  if (bytes === undefined || bytes.length > MAX_BYTES) throw tooMuch(`the text is longer than ${MAX_BYTES} bytes`);
  return [{ name: 'pasted text', bytes }];
}

async function filesIn(entry: FileSystemEntry, depth: number): Promise<readonly File[]> {
  if (isFile(entry)) return [await new Promise<File>((resolve, reject) => entry.file(resolve, reject))];
  if (!isDirectory(entry) || depth === 0) return [];
  const reader = entry.createReader();
  const children: FileSystemEntry[] = [];
  // A directory is read in parts until one is empty.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0 || children.length > MAX_FILES) break;
    children.push(...part);
  }
  const files: File[] = [];
  for (const child of children) {
    files.push(...(await filesIn(child, depth - 1)));
    if (files.length > MAX_FILES) break;
  }
  return files;
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

function tooMuch(what: string): AssayError {
  return new AssayError('malformed', `too much: ${what}`, { field: 'evidence' });
}
