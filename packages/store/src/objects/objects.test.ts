import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3InTests, startS3, withoutS3 } from '../../../../tools/s3.ts';
import { suiteFolder } from '../../../../tools/stores-in-tests.ts';
import type { Objects } from './objects.ts';
import { openObjects } from './open.ts';
import { makeBucket } from './s3.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const SHA256_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

async function listed(objects: Objects, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const key of objects.list(prefix)) keys.push(key);
  return keys;
}

/** The same suite for both kinds of stores; `fresh` makes an empty one. */
function suite(fresh: (maxBytes?: number) => Promise<Objects>): void {
  test('come back as they were put, with size, digest and type', async () => {
    const objects = await fresh();
    const put = await objects.put('a/b.txt', bytesOf('abc'), { contentType: 'text/plain' });
    expect(put).toEqual({ sha256: SHA256_ABC, written: true });
    const info = { size: 3, sha256: SHA256_ABC, contentType: 'text/plain' };
    expect(await objects.get('a/b.txt')).toEqual({ ...info, bytes: bytesOf('abc') });
    expect(await objects.head('a/b.txt')).toEqual(info);
  });

  test('may be empty, or have a million bytes', async () => {
    const objects = await fresh();
    const bytes = Uint8Array.from(randomBytes(1_000_000));
    await objects.put('empty', new Uint8Array());
    await objects.put('large', bytes);
    expect((await objects.get('empty'))?.bytes).toHaveLength(0);
    expect(Buffer.compare((await objects.get('large'))?.bytes ?? bytesOf(''), bytes)).toBe(0);
    expect(await objects.head('large')).toMatchObject({ size: 1_000_000, contentType: 'application/octet-stream' });
  });

  test('are what was put, though the caller uses his buffer again', async () => {
    const objects = await fresh();
    const bytes = bytesOf('abc');
    const put = objects.put('a', bytes);
    bytes.fill(0);
    await put;
    expect((await objects.get('a'))?.sha256).toBe(SHA256_ABC);
  });

  test('that are not there are undefined, and can be deleted', async () => {
    const objects = await fresh();
    expect(await objects.get('a/b')).toBeUndefined();
    expect(await objects.head('a/b')).toBeUndefined();
    await objects.delete('a/b');
    expect(await listed(objects, '')).toEqual([]);
  });

  test('are replaced by a second put, and gone after delete', async () => {
    const objects = await fresh();
    await objects.put('a', bytesOf('first'));
    await objects.put('a', bytesOf('second'));
    expect((await objects.get('a'))?.bytes).toEqual(bytesOf('second'));
    await objects.delete('a');
    expect(await objects.get('a')).toBeUndefined();
  });

  test('are put once with ifAbsent: of twenty at once exactly one is written', async () => {
    const objects = await fresh();
    const puts = await Promise.all(
      Array.from({ length: 20 }, (_, index) => objects.put('a', bytesOf(`put ${index}`), { ifAbsent: true })),
    );
    const winners = puts.filter(({ written }) => written);
    expect(winners).toHaveLength(1);
    expect((await objects.get('a'))?.sha256).toBe(winners[0]?.sha256);
  });

  test('are refused when they have not the digest that the caller expects', async () => {
    const objects = await fresh();
    const { sha256 } = await objects.put('a', bytesOf('abc'));
    expect(await objects.get('a', { sha256 })).toBeDefined();
    await objects.put('a', bytesOf('other'));
    await expect(objects.get('a', { sha256 })).rejects.toMatchObject({ code: 'malformed' });
  });

  test('are listed by prefix, in the order of their bytes', async () => {
    const objects = await fresh();
    const keys = ['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a/c', 'a0', 'b/a', 'B'];
    for (const key of keys) await objects.put(key, bytesOf(key));
    expect(await listed(objects, '')).toEqual(['B', 'a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a/c', 'a0', 'b/a']);
    expect(await listed(objects, 'a/')).toEqual(['a/b', 'a/b/c', 'a/c']);
    expect(await listed(objects, 'a/b')).toEqual(['a/b', 'a/b/c']);
    expect(await listed(objects, 'c')).toEqual([]);
    expect(await listed(objects, 'c/d/e')).toEqual([]);
  });

  test.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '..',
    '../a',
    'a/../b',
    'a/..',
    '.incoming/a',
    '.a',
    'a\\b',
    'a b',
    'a%2fb',
    'a@',
    'a\0',
    'a\n',
    'é',
    'a'.repeat(201),
    `${'a/'.repeat(256)}a`,
  ])('have keys that every store reads alike; refused: %j', async (key) => {
    const objects = await fresh();
    const refusal = { code: 'usage', details: { field: 'key' } };
    await expect(objects.put(key, bytesOf('x'))).rejects.toMatchObject(refusal);
    await expect(objects.get(key)).rejects.toMatchObject(refusal);
    await expect(objects.head(key)).rejects.toMatchObject(refusal);
    await expect(objects.delete(key)).rejects.toMatchObject(refusal);
  });

  test.each(['..', '../', '/', 'a//', '.i'])('have prefixes that keys can begin with; refused: %j', async (prefix) => {
    await expect(listed(await fresh(), prefix)).rejects.toMatchObject({ code: 'usage' });
  });

  test('have at most as many bytes as the store takes', async () => {
    const objects = await fresh(10);
    await objects.put('a', new Uint8Array(10));
    const put = objects.put('b', new Uint8Array(11));
    await expect(put).rejects.toThrow('the object has 11 bytes; expected at most 10');
    expect(await listed(objects, '')).toEqual(['a']);
  });

  test.each(['', 'a\r\nx-amz-acl: public', ' a', 'é', 'a'.repeat(201)])(
    'have types that are fit for a header; refused: %j',
    async (contentType) => {
      const put = (await fresh()).put('a', bytesOf('x'), { contentType });
      await expect(put).rejects.toMatchObject({ code: 'usage', details: { field: 'contentType' } });
    },
  );
}

describe('objects in a folder', () => {
  const path = suiteFolder();
  let count = 0;
  suite((maxBytes) => {
    count += 1;
    return openObjects({ folder: path(`store/${count}`), ...(maxBytes !== undefined && { maxBytes }) });
  });
});

describe.skipIf(withoutS3)(`objects in a bucket${withoutS3 === undefined ? '' : ` (${withoutS3})`}`, () => {
  let s3: S3InTests;
  beforeAll(async () => {
    s3 = await startS3();
  }, 120_000);
  afterAll(() => s3[Symbol.asyncDispose]());
  let count = 0;
  const optionsOf = () => {
    const { endpoint, region, accessKeyId, secretAccessKey } = s3;
    count += 1;
    return { endpoint, region, accessKeyId, secretAccessKey, bucket: `bucket-${count}` };
  };
  suite(async (maxBytes) => {
    const options = optionsOf();
    await makeBucket(options);
    return openObjects({ s3: { ...options, ...(maxBytes !== undefined && { maxBytes }) } });
  });

  test('need the right secret, and no message has it', async () => {
    const options = optionsOf();
    await makeBucket(options);
    const objects = await openObjects({ s3: { ...options, secretAccessKey: 'hunter2hunter2' } });
    const error: unknown = await objects.put('a', bytesOf('x')).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('403 SignatureDoesNotMatch') });
    expect(`${error}`).toContain(`${options.bucket}/a`);
    expect(`${error}`).not.toMatch(/hunter2|TESTKEY|AWS4/);
  });

  test('need the bucket, which is made once, private', async () => {
    const options = optionsOf();
    const objects = await openObjects({ s3: options });
    await expect(objects.get('a')).rejects.toThrow('404 NoSuchBucket; check endpoint, bucket, region and keys');
    await makeBucket(options);
    await makeBucket(options);
    await objects.put('a', bytesOf('x'));
    expect((await fetch(`${s3.endpoint}/${options.bucket}/a`)).status).toBe(403);
  });

  test('are listed though they fill several pages', async () => {
    const options = optionsOf();
    await makeBucket(options);
    const objects = await openObjects({ s3: options });
    const keys = Array.from({ length: 1_050 }, (_, index) => `n/${String(index).padStart(4, '0')}`);
    for (let start = 0; start < keys.length; start += 50) {
      await Promise.all(keys.slice(start, start + 50).map((key) => objects.put(key, bytesOf(key))));
    }
    expect(await listed(objects, 'n/')).toEqual(keys);
  });
});
