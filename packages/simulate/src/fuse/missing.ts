import { temporaryMount } from './temporary-mount.ts';

/** Why nothing can be mounted here, found by mounting something; undefined when it can. */
export async function fuseMissing(): Promise<string | undefined> {
  try {
    const mounted = await temporaryMount({ kind: 'folder', mode: 0o755, names: () => [], lookup: () => undefined });
    await mounted[Symbol.asyncDispose]();
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Where it was tried says nothing.
    return reason.replace(/^mount \S+: /, '');
  }
}
