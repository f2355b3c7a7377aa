/** An open file of configfs-TSM: what is used of a `FileHandle` of node:fs/promises. */
export interface TsmHandle {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesWritten: number }>;
  close(): Promise<void>;
}

/** The files of configfs-TSM: what is used of node:fs/promises, which is one implementation. Paths are absolute. */
export interface TsmFiles {
  mkdir(path: string): Promise<unknown>;
  rmdir(path: string): Promise<void>;
  readdir(path: string): Promise<readonly string[]>;
  /** `flags` as of open(2): `constants.O_RDONLY` or `constants.O_WRONLY`. */
  open(path: string, flags: number): Promise<TsmHandle>;
}
