import type { Detection } from '../attester.ts';
import { type Deadline, within } from '../deadline.ts';
import { detection } from '../detection.ts';
import { teeOfProvider } from './provider.ts';
import { type ReportPlace, requestProvider } from './report.ts';
import { at, explained, TsmTrouble } from './trouble.ts';

/**
 * Whether configfs-TSM can be used. Its folder alone says nothing, since it is there without a TEE: a report folder is
 * made and removed to see who its provider is.
 */
export function detectTsm(place: ReportPlace, deadline: Deadline): Promise<Detection> {
  return detection(async (saw) => {
    saw(await lookAtFolder(place, deadline));
    saw(await lookAtProvider(place, deadline));
    return true;
  });
}

/** That the folder is there, in words. Throws `unavailable` when it cannot be read. */
export async function lookAtFolder(place: ReportPlace, deadline: Deadline): Promise<string> {
  const { files, path } = place;
  await bounded(place, deadline, () => at('readdir', () => files.readdir(path)));
  return `${path}: the folder is there`;
}

/** The provider, in words, when its evidence can be verified. Throws `unavailable` otherwise. */
export async function lookAtProvider(place: ReportPlace, deadline: Deadline): Promise<string> {
  const { path } = place;
  const provider = await bounded(place, deadline, (signal) => requestProvider(place, signal));
  teeOfProvider(provider, path);
  return `${path}: provider ${provider}`;
}

async function bounded<T>(
  { path }: ReportPlace,
  deadline: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return within(deadline, `configfs-TSM at ${path}`, 'another quote may be in flight: look again later', (signal) =>
    work(signal).catch((error: unknown) => {
      throw error instanceof TsmTrouble ? explained(error, path) : error;
    }),
  );
}
