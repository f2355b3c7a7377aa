import { randomUUID } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { checkLimits, unavailable } from '../failure.ts';
import { checkKey, checkPrefix, isKey } from './key.ts';
import {
  checkedObject,
  checkPut,
  damaged,
  isSha256,
  MAX_OBJECT_BYTES,
  type ObjectInfo,
  type Objects,
  sha256Hex,
} from './objects.ts';
import type { S3Options } from './s3-options.ts';
import { createS3Client, type S3Answer } from './s3-request.ts';

/** The object's digest, and which call wrote it, as the service's metadata. */
const DIGEST = 'x-amz-meta-sha256';
const WRITER = 'x-amz-meta-writer';

/** A page of 1,000 keys of 1,024 characters, each with some 300 characters of XML around it. */
const MAX_LIST_BYTES = 4 * 1024 * 1024;
/** Answers without an object. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** What the headers say of an object; one that another program has put there has no digest, and is refused. */
function infoOf(place: string, { headers }: S3Answer, size: number): ObjectInfo {
  const sha256 = headers.get(DIGEST) ?? undefined;
  if (!isSha256(sha256)) throw damaged(place, 'has no SHA-256 in its metadata');
  return { size, sha256, contentType: headers.get('content-type') ?? 'application/octet-stream' };
}

/** Keys of one page and the token of the next. Keys that are not ours, entities among them, are left out. */
function pageIn(xml: string): { readonly keys: readonly string[]; readonly next: string | undefined } {
  const keys = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key).filter(isKey);
  const truncated = xml.includes('<IsTruncated>true</IsTruncated>');
  const token = /<NextContinuationToken>([^<]{1,2048})<\/NextContinuationToken>/.exec(xml)?.[1];
  if (truncated && token === undefined) throw new AssayError('malformed', "S3's list goes on but does not say where");
  return { keys, next: truncated ? token?.replaceAll('&amp;', '&') : undefined };
}

/** Objects in a bucket of an S3 service. Answers of the service are checked, and no redirect is followed. */
export function openS3(options: S3Options): Objects {
  const { bucket, maxBytes = MAX_OBJECT_BYTES } = options;
  checkLimits({ maxBytes });
  const send = createS3Client(options);
  const placeOf = (key: string): string => {
    checkKey(key);
    return `${bucket}/${key}`;
  };
  const unexpected = (place: string, { status, code }: S3Answer): Error =>
    unavailable(`S3 ${place}: unexpected answer ${status} ${code ?? 'without a code'}; try again`);

  /** Whether the object is there because of this very call, whose first answer was lost. */
  const wroteIt = async (key: string, writer: string): Promise<boolean> => {
    const { headers } = await send({ method: 'HEAD', key, maxBytes: MAX_ANSWER_BYTES });
    return headers.get(WRITER) === writer;
  };

  return {
    put: async (key, bytes, { ifAbsent = false, contentType = 'application/octet-stream' } = {}) => {
      const place = placeOf(key);
      checkPut(bytes, contentType, maxBytes);
      const body = Uint8Array.from(bytes);
      const sha256 = sha256Hex(body);
      const writer = randomUUID();
      const condition: Readonly<Record<string, string>> = ifAbsent ? { 'if-none-match': '*' } : {};
      const headers = { 'content-type': contentType, [DIGEST]: sha256, [WRITER]: writer, ...condition };
      const answer = await send({ method: 'PUT', key, headers, body, maxBytes: MAX_ANSWER_BYTES });
      if (answer.status === 200) return { sha256, written: true };
      if (!ifAbsent || answer.status !== 412) throw unexpected(place, answer);
      return { sha256, written: answer.repeated && (await wroteIt(key, writer)) };
    },
    get: async (key, expected) => {
      const place = placeOf(key);
      const answer = await send({ method: 'GET', key, maxBytes });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw unexpected(place, answer);
      return checkedObject(place, infoOf(place, answer, answer.bytes.length), answer.bytes, expected);
    },
    head: async (key) => {
      const place = placeOf(key);
      const answer = await send({ method: 'HEAD', key, maxBytes: MAX_ANSWER_BYTES });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw unexpected(place, answer);
      const size = Number(answer.headers.get('content-length') ?? Number.NaN);
      if (!Number.isSafeInteger(size)) throw damaged(place, 'has no length');
      return infoOf(place, answer, size);
    },
    delete: async (key) => {
      const place = placeOf(key);
      const answer = await send({ method: 'DELETE', key, maxBytes: MAX_ANSWER_BYTES });
      if (![200, 204, 404].includes(answer.status)) throw unexpected(place, answer);
    },
    list: async function* (prefix) {
      checkPrefix(prefix);
      let next: string | undefined;
      do {
        const query = { 'list-type': '2', prefix, ...(next !== undefined && { 'continuation-token': next }) };
        const answer = await send({ method: 'GET', key: '', query, maxBytes: MAX_LIST_BYTES });
        if (answer.status !== 200) throw unexpected(`${bucket}/`, answer);
        const page = pageIn(Buffer.from(answer.bytes).toString('utf8'));
        yield* page.keys;
        if (page.next !== undefined && page.next === next)
          throw new AssayError('malformed', "S3's list does not advance");
        next = page.next;
      } while (next !== undefined);
    },
  };
}

/** Makes the bucket, for its owner alone, unless the owner has it already. */
export async function makeBucket(options: S3Options): Promise<void> {
  const answer = await createS3Client(options)({ method: 'PUT', key: '', maxBytes: MAX_ANSWER_BYTES });
  if (answer.status === 200 || answer.code === 'BucketAlreadyOwnedByYou') return;
  throw new AssayError('usage', `S3 PUT ${options.bucket}: ${answer.status} ${answer.code}; choose another name`, {
    field: 'bucket',
  });
}
