import { getSystemErrorMap } from 'node:util';

/** Linux error numbers that a pseudo file system answers with (asm-generic/errno.h). */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  EOPNOTSUPP: 95,
  ETIMEDOUT: 110,
} as const;

/** The name of a Linux error. */
export type ErrnoName = keyof typeof ERRNO;

/** A system error that looks like Node's own: `EINVAL: invalid argument, read`, with code, errno, syscall and path. */
export function systemError(code: ErrnoName, syscall?: string, path?: string): NodeJS.ErrnoException {
  const text = getSystemErrorMap().get(-ERRNO[code])?.[1] ?? 'unknown error';
  const where = `${syscall === undefined ? '' : `, ${syscall}`}${path === undefined ? '' : ` '${path}'`}`;
  return Object.assign(new Error(`${code}: ${text}${where}`), {
    code,
    errno: -ERRNO[code],
    ...(syscall !== undefined && { syscall }),
    ...(path !== undefined && { path }),
  });
}

/** The name of the system error that something threw; EIO for anything else. */
export function errnoOf(error: unknown): ErrnoName {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && isErrno(code) ? code : 'EIO';
}

function isErrno(code: string): code is ErrnoName {
  return Object.hasOwn(ERRNO, code);
}
