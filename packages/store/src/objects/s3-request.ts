import { setTimeout as pause } from 'node:timers/promises';
import { AssayError } from '@assay/verify';
import { AwsClient } from 'aws4fetch';
import { checkLimits, unavailable } from '../failure.ts';
import { sha256Hex } from './objects.ts';
import { bucketUrl, type S3Options } from './s3-options.ts';

/** A request to a bucket. */
export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  /** The object's key, `''` for the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Most bytes that the answer may have. */
  readonly maxBytes: number;
}

/** An answer that is no error of the service. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  /** S3's own name of what went wrong, for 404, 409 and 412. */
  readonly code: string | undefined;
  /** Whether an earlier try may have been carried out, though its answer was lost. */
  readonly repeated: boolean;
}

const TRIES = 4;
const FIRST_PAUSE_MS = 100;
const MAX_ERROR_BYTES = 64 * 1024;
const EXPECTED_STATUS: readonly number[] = [200, 204, 404, 409, 412];

/** Reads a body of at most `maxBytes`. */
async function readBody(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > maxBytes) return undefined;
    parts.push(part);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** S3's name of an error. The rest of its text stays out of messages: it can repeat what was signed. */
function codeIn(bytes: Uint8Array): string | undefined {
  return /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(Buffer.from(bytes).toString('latin1'))?.[1];
}

/** The message of a failed fetch, whose cause says more. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return 'unknown error';
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}

/** Sends signed requests to one bucket, each tried a few times while the service is away. */
export function createS3Client(options: S3Options): (request: S3Request) => Promise<S3Answer> {
  const base = bucketUrl(options);
  const { accessKeyId, secretAccessKey, sessionToken, region, bucket, timeoutMs = 30_000 } = options;
  checkLimits({ timeoutMs });
  const token = sessionToken === undefined ? {} : { sessionToken };
  const client = new AwsClient({ accessKeyId, secretAccessKey, ...token, region, service: 's3' });

  const once = async (request: S3Request): Promise<Omit<S3Answer, 'repeated'>> => {
    const { method, key, query = {}, headers = {}, body, maxBytes } = request;
    const url = new URL(key === '' ? base.href.slice(0, -1) : `${base.href}${key}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const signed = await client.sign(url.href, {
      method,
      headers: { ...headers, 'x-amz-content-sha256': sha256Hex(body ?? new Uint8Array()) },
      ...(body !== undefined && { body }),
    });
    const response = await fetch(signed, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    const bytes = await readBody(response, response.ok ? maxBytes : MAX_ERROR_BYTES);
    const { status } = response;
    if (bytes === undefined) {
      const message = `S3 ${method} ${bucket}/${key}: the answer has more than ${maxBytes} bytes`;
      throw new AssayError('malformed', message, { field: key });
    }
    const code = response.ok ? undefined : codeIn(bytes);
    if (code === 'NoSuchBucket' || !(EXPECTED_STATUS.includes(status) || status >= 500 || status === 429)) {
      const message = `S3 ${method} ${bucket}/${key}: ${status} ${code ?? 'without a code'}`;
      throw new AssayError('usage', `${message}; check endpoint, bucket, region and keys`, { field: 'bucket' });
    }
    return { status, headers: response.headers, bytes, code };
  };

  return async (request) => {
    let failure = '';
    let cause: unknown;
    for (let tried = 0; tried < TRIES; tried += 1) {
      if (tried > 0) await pause((1 + Math.random()) * FIRST_PAUSE_MS * 2 ** (tried - 1));
      try {
        const answer = await once(request);
        const again = answer.status >= 500 || answer.status === 429 || answer.code === 'ConditionalRequestConflict';
        if (!again) return { ...answer, repeated: tried > 0 };
        failure = `${answer.status} ${answer.code ?? 'without a code'}`;
      } catch (error) {
        if (error instanceof AssayError) throw error;
        failure = reasonOf(error);
        cause = error;
      }
    }
    throw unavailable(`S3 ${request.method} ${bucket}/${request.key}: ${failure}; tried ${TRIES} times`, cause);
  };
}
