import { AssayError } from '@assay/verify';
import type { Detection } from '../attester.ts';
import { type Deadline, within } from '../deadline.ts';
import { systemCode } from '../failure.ts';
import { teeOfProvider } from './provider.ts';
import { type ReportPlace, requestProvider } from './report.ts';
import { explained, TsmTrouble } from './trouble.ts';

/**
 * Whether configfs-TSM can be used. Its folder alone says nothing, since it is there without a TEE: a report folder is
 * made and removed to see who its provider is.
 */
export async function detectTsm(place: ReportPlace, deadline: Deadline): Promise<Detection> {
  const { path } = place;
  const looked: string[] = [];
  try {
    looked.push(await lookAtFolder(place, deadline));
    const provider = await lookAtProvider(place, deadline);
    looked.push(`${path}: provider ${provider}`);
    return { available: true, looked };
  } catch (error) {
    return { available: false, looked: [...looked, reasonOf(error, path)] };
  }
}

/** That the folder is there, in words. Throws when it cannot be read. */
export async function lookAtFolder({ files, path }: ReportPlace, deadline: Deadline): Promise<string> {
  await bounded(deadline, path, () => files.readdir(path));
  return `${path}: the folder is there`;
}

/** The name of a provider whose evidence can be verified. Throws otherwise. */
export async function lookAtProvider(place: ReportPlace, deadline: Deadline): Promise<string> {
  const provider = await bounded(deadline, place.path, (signal) => requestProvider(place, signal));
  teeOfProvider(provider, place.path);
  return provider;
}

/** What a look threw, in words. */
export function reasonOf(error: unknown, path: string): string {
  if (error instanceof TsmTrouble) return explained(error, path).message;
  if (error instanceof AssayError) return error.message;
  const code = systemCode(error);
  if (code === 'ENOENT') return `${path}: no such folder`;
  return `${path}: ${code ?? 'the look was called off, or failed'}`;
}

async function bounded<T>(deadline: Deadline, path: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return within(deadline, `configfs-TSM at ${path}`, 'another quote may be in flight: look again later', work);
}
