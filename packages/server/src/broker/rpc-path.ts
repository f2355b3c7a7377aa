/** A method of a guest agent, where one of its APIs has it. */
export interface RpcPath {
  readonly method: string;
  /** Anew from its parts: nothing else of the path that was asked for is in it. */
  readonly path: string;
}

/** Names of methods, as all of the guest agent's APIs have them. */
const METHOD = /^[A-Z][A-Za-z0-9]{0,63}$/;

/** Where the APIs are mounted: `DstackGuest`, its versions, `Tappd` with its own name and without. Longest first. */
const MOUNTS = ['/prpc/Tappd.', '/prpc/', '/v0/', '/v1/', '/'] as const;

/**
 * The method that a path names, letter by letter: `/X`, `/v0/X`, `/v1/X`, `/prpc/X` or `/prpc/Tappd.X`. Undefined for
 * every other path; nothing is decoded, folded or tidied up, so that no two readers can see different methods in it.
 */
export function parseRpcPath(pathname: string): RpcPath | undefined {
  const mount = MOUNTS.find((prefix) => pathname.startsWith(prefix));
  if (mount === undefined) return undefined;
  const method = pathname.slice(mount.length);
  return isMethodName(method) ? { method, path: mount + method } : undefined;
}

/** True for what can be the name of a method. */
export function isMethodName(text: string): boolean {
  return METHOD.test(text);
}
