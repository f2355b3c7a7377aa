import { AssayError, type Policy } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import type { InputFile } from '../evidence/gather.ts';
import { readPolicy } from './judge.ts';

/** What a server answered: its evidence as a file, and the bytes of `/info`, which its statement must name. */
export interface Answered {
  readonly files: readonly InputFile[];
  /** SHA-256 of `/info` as received, lower-case hex; undefined where there is none. */
  readonly infoSha256: string | undefined;
}

/** The most bytes of one answer. */
const MAX_ANSWER = 8_388_608;

/** Asks a server for evidence of this moment. Throws `unavailable`, saying what it answered. */
export async function askServer(origin: string, nonce: string, signal: AbortSignal): Promise<Answered> {
  const [answer, info] = await Promise.all([
    read(new URL(`/attestation?nonce=${nonce}`, origin), signal),
    read(new URL('/info', origin), signal).catch(() => undefined),
  ]);
  const digest = info && (await crypto.subtle.digest('SHA-256', info));
  return {
    files: [{ name: `${origin}/attestation`, bytes: answer }],
    infoSha256: digest && toHex(new Uint8Array(digest)),
  };
}

/**
 * The reader's policy for an answer: where it names no binding, or one that this page filled in, the statement must be
 * about the `/info` that this page received. A policy that does not parse stays as it is, and is refused.
 */
export function answeredPolicy({ infoSha256 }: Answered, written: string): string {
  const policy = written.trim() === '' ? {} : parsed(written);
  if (policy === undefined) return written;
  const { binding } = policy;
  const ours = typeof binding === 'object' && binding.claims?.infoSha256 !== undefined;
  if (binding !== undefined && !ours) return written;
  const claims = infoSha256 === undefined ? {} : { claims: { infoSha256 } };
  return JSON.stringify({ ...policy, binding: { profile: 'assay/1-batch', type: 'attestation', ...claims } }, null, 2);
}

function parsed(written: string): Policy | undefined {
  try {
    return readPolicy(written);
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

/** How to ask a server of another origin. */
export function curlOf(address: string, nonce: string): string {
  const base = URL.canParse(address) ? new URL(address).origin : address.replaceAll(/[^\w.:/-]/g, '');
  return `curl -fsS '${base}/attestation?nonce=${nonce}' -o evidence.json`;
}

async function read(url: URL, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(url, { signal, cache: 'no-store', credentials: 'omit', redirect: 'error' }).catch(
    (error: unknown) => {
      throw unavailable(`${url.pathname}: no answer: ${error instanceof Error ? error.message : String(error)}`);
    },
  );
  const type = answer.headers.get('content-type') ?? '';
  if (!answer.ok) throw unavailable(`${url.pathname}: answered ${answer.status}; is this page served by an attester?`);
  if (!type.includes('json')) throw unavailable(`${url.pathname}: answered ${type || 'no type'}, expected JSON`);
  const bytes = await bounded(answer);
  if (bytes === undefined) throw unavailable(`${url.pathname}: the answer is longer than ${MAX_ANSWER} bytes`);
  return bytes;
}

async function bounded({ body }: Response): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.length;
    if (length > MAX_ANSWER) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(part.value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function unavailable(message: string): AssayError {
  return new AssayError('unavailable', message, { field: 'server' });
}
