/** What an archive has at a path: a folder, or a file with its mode. */
export type Entry = 'folder' | { readonly bytes: Uint8Array; readonly executable?: boolean };

const FOLDER = 0o040755;
const FILE = 0o100644;
const PROGRAM = 0o100755;

/**
 * An archive as Linux unpacks it at boot (`newc`, initramfs buffer format of the kernel's documentation), in pieces. It
 * has neither times nor owners: the same entries give the same bytes. Paths have no slash in front.
 */
export function cpio(entries: Readonly<Record<string, Entry>>): readonly Uint8Array[] {
  const pieces = Object.entries(entries).flatMap(([path, entry], index) => {
    if (entry === 'folder') return member(path, index + 1, FOLDER, new Uint8Array());
    return member(path, index + 1, entry.executable ? PROGRAM : FILE, entry.bytes);
  });
  return [...pieces, ...member('TRAILER!!!', 0, 0, new Uint8Array())];
}

/** Header, path and content; the last two each end at a multiple of four. */
function member(path: string, inode: number, mode: number, content: Uint8Array): readonly Uint8Array[] {
  const name = new TextEncoder().encode(`${path}\0`);
  const links = mode === FOLDER ? 2 : 1;
  // inode, mode, owner, group, links, time, size, device (2), its own device (2), length of the path, checksum
  const fields = [inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return [
    new TextEncoder().encode(header),
    name,
    padding(header.length + name.length),
    content,
    padding(content.length),
  ];
}

function padding(length: number): Uint8Array {
  return new Uint8Array(-length & 3);
}
