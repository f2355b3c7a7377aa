import { AssayError } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import type { InputFile } from '../evidence/gather.ts';
import { quoted } from './command-line.ts';

/** What a server answered: its evidence as a file, and the digest of its `/info`, which its statement must name. */
export interface Answered {
  readonly file: InputFile;
  /** SHA-256 of `/info` as received, lower-case hex; undefined where there is none. */
  readonly infoSha256: string | undefined;
}

/** The most bytes of one answer. */
const MAX_ANSWER = 8_388_608;

/** Asks a server for evidence of this moment. Throws `unavailable`, saying what it answered. */
export async function askServer(origin: string, nonce: string, signal: AbortSignal): Promise<Answered> {
  const [answer, info] = await Promise.all([
    readAnswer(new URL(`/attestation?nonce=${nonce}`, origin), signal),
    readAnswer(new URL('/info', origin), signal).catch(() => undefined),
  ]);
  const digest = info && (await crypto.subtle.digest('SHA-256', info));
  return {
    file: { name: `${origin}/attestation`, bytes: answer },
    infoSha256: digest && toHex(new Uint8Array(digest)),
  };
}

/** The command that asks a server of another origin; undefined where the address is none of a web server. */
export function curlOf(address: string, nonce: string): string | undefined {
  const local = /^(?:localhost|127\.|\[::1\])/.test(address);
  const whole = /^https?:\/\//i.test(address) ? address : `${local ? 'http' : 'https'}://${address}`;
  if (!URL.canParse(whole)) return undefined;
  return `curl -fsS ${quoted(`${new URL(whole).origin}/attestation?nonce=${nonce}`)} -o evidence.json`;
}

/** The JSON that a service answers, unread. Throws `unavailable`; `by` is what should have answered. */
export async function readAnswer(
  url: URL,
  signal: AbortSignal,
  { most = MAX_ANSWER, by = 'an attester' } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(url, { signal, cache: 'no-store', credentials: 'omit', redirect: 'error' }).catch(
    (error: unknown) => {
      throw unavailable(`${url.pathname}: no answer: ${error instanceof Error ? error.message : String(error)}`);
    },
  );
  const type = answer.headers.get('content-type') ?? '';
  if (!answer.ok) throw unavailable(`${url.pathname}: answered ${answer.status}; is this page served by ${by}?`);
  if (!type.includes('json')) throw unavailable(`${url.pathname}: answered ${type || 'no type'}, expected JSON`);
  const bytes = await bounded(answer, most).catch((error: unknown) => {
    throw unavailable(
      `${url.pathname}: the answer broke off: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (bytes === undefined) throw unavailable(`${url.pathname}: the answer is longer than ${most} bytes`);
  return bytes;
}

async function bounded({ body }: Response, most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.length;
    if (length > most) {
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
