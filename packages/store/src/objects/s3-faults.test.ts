import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { openS3 } from './s3.ts';
import type { S3Options } from './s3-options.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const OPTIONS: S3Options = {
  endpoint: 'http://127.0.0.1:1',
  bucket: 'bucket',
  region: 'us-east-1',
  accessKeyId: 'KEYID',
  secretAccessKey: 'hunter2',
};

/** A service that answers as told, and the requests that it got. */
async function service(answer: Answer) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    // The whole request is there before its answer.
    request.resume().on('end', () => answer(request, response, requests.length));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const open = (options: Partial<S3Options> = {}) =>
    openS3({ ...OPTIONS, endpoint: `http://127.0.0.1:${port}`, ...options });
  const dispose = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { requests, open, [Symbol.asyncDispose]: dispose };
}

const xml = (code: string): string => `<Error><Code>${code}</Code><Key>hunter2</Key></Error>`;

async function listed(objects: ReturnType<typeof openS3>): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const key of objects.list('')) keys.push(key);
  return keys;
}

describe('a service that is away', () => {
  test.each([500, 503, 429])('for a moment (%i) is asked again', async (status) => {
    await using s3 = await service((_request, response, count) => response.writeHead(count < 3 ? status : 200).end());
    await expect(s3.open().put('a', new Uint8Array(1))).resolves.toMatchObject({ written: true });
    expect(s3.requests).toHaveLength(3);
  });

  test('is given up after four tries, naming bucket, key and reason', async () => {
    await using s3 = await service((_request, response) => response.writeHead(503).end(xml('SlowDown')));
    const put = s3.open().put('a/b', new Uint8Array(1));
    await expect(put).rejects.toMatchObject({ code: 'unavailable' });
    await expect(put).rejects.toThrow('S3 PUT bucket/a/b: 503 SlowDown; tried 4 times');
    expect(s3.requests).toHaveLength(4);
  });

  test('because its connections break is asked again', async () => {
    await using s3 = await service((request, response, count) => {
      if (count < 2) request.socket.destroy();
      else response.writeHead(404).end();
    });
    expect(await s3.open().get('a')).toBeUndefined();
  });

  test('because nobody listens is unavailable, without the secret', async () => {
    const error: unknown = await openS3(OPTIONS)
      .head('a')
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('S3 HEAD bucket/a: ') });
    expect(`${error}`).not.toMatch(/hunter2|KEYID/);
  });

  test('because it never answers is unavailable after the time-outs', async () => {
    await using s3 = await service(() => undefined);
    await expect(s3.open({ timeoutMs: 50 }).get('a')).rejects.toMatchObject({ code: 'unavailable' });
    expect(s3.requests).toHaveLength(4);
  });

  test('because its answer stops half-way is asked again', async () => {
    await using s3 = await service((_request, response, count) => {
      if (count > 1) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setImmediate(() => response.destroy());
    });
    expect(await s3.open().get('a')).toBeUndefined();
  });
});

describe('a conditional put whose answer was lost', () => {
  test('was written when the object is its own', async () => {
    let writer: string | undefined;
    await using s3 = await service((request, response, count) => {
      if (count === 1) {
        writer = String(request.headers['x-amz-meta-writer']);
        request.socket.destroy();
      } else if (request.method === 'PUT') response.writeHead(412).end(xml('PreconditionFailed'));
      else response.writeHead(200, { 'x-amz-meta-writer': writer }).end();
    });
    await expect(s3.open().put('a', new Uint8Array(1), { ifAbsent: true })).resolves.toMatchObject({ written: true });
  });

  test("was not written when the object is another's", async () => {
    await using s3 = await service((request, response, count) => {
      if (count === 1) request.socket.destroy();
      else if (request.method === 'PUT') response.writeHead(412).end(xml('PreconditionFailed'));
      else response.writeHead(200, { 'x-amz-meta-writer': 'another' }).end();
    });
    await expect(s3.open().put('a', new Uint8Array(1), { ifAbsent: true })).resolves.toMatchObject({ written: false });
  });

  test('that meets another at the same time is sent again', async () => {
    await using s3 = await service((_request, response, count) => {
      if (count === 1) response.writeHead(409).end(xml('ConditionalRequestConflict'));
      else response.writeHead(200).end();
    });
    await expect(s3.open().put('a', new Uint8Array(1), { ifAbsent: true })).resolves.toMatchObject({ written: true });
  });
});

describe('an answer that is not to be trusted', () => {
  test('with a redirect is refused, and nobody is asked there', async () => {
    await using s3 = await service((_request, response) => response.writeHead(307, { location: '/elsewhere' }).end());
    await expect(s3.open().get('a')).rejects.toMatchObject({ code: 'usage' });
    expect(s3.requests).toEqual(['GET /bucket/a']);
  });

  test('with other bytes than those that were stored is malformed', async () => {
    await using s3 = await service((_request, response) =>
      response.writeHead(200, { 'x-amz-meta-sha256': '0'.repeat(64) }).end('x'),
    );
    await expect(s3.open().get('a')).rejects.toMatchObject({ code: 'malformed', details: { field: 'bucket/a' } });
  });

  test('without a digest is malformed: another program has put it there', async () => {
    await using s3 = await service((_request, response) => response.writeHead(200).end('x'));
    await expect(s3.open().get('a')).rejects.toThrow('bucket/a has no SHA-256 in its metadata');
    await expect(s3.open().head('a')).rejects.toMatchObject({ code: 'malformed' });
  });

  test('that is larger than the store takes is not read to its end', async () => {
    await using s3 = await service((_request, response) => response.writeHead(200).end(new Uint8Array(200_000)));
    await expect(s3.open({ maxBytes: 1_000 }).get('a')).rejects.toThrow('the answer has more than 1000 bytes');
  });

  test('with keys that are not ours in its list loses them', async () => {
    const keys = ['ok', '../up', 'a&amp;b', '', '/etc/passwd', 'ok/2'];
    const body = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    await using s3 = await service((_request, response) => response.writeHead(200).end(body));
    expect(await listed(s3.open())).toEqual(['ok', 'ok/2']);
  });

  test.each([
    ['does not advance', '<NextContinuationToken>same</NextContinuationToken>'],
    ['goes on but does not say where', ''],
  ])('with a list that %s ends', async (reason, token) => {
    const body = `<IsTruncated>true</IsTruncated>${token}`;
    await using s3 = await service((_request, response) => response.writeHead(200).end(body));
    await expect(listed(s3.open())).rejects.toThrow(reason);
  });

  test("repeats nothing but the error's code in the message", async () => {
    await using s3 = await service((_request, response) => response.writeHead(400).end(xml('InvalidRequest')));
    const error: unknown = await s3
      .open()
      .get('a')
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: expect.stringContaining('S3 GET bucket/a: 400 InvalidRequest') });
    expect(`${error}`).not.toContain('hunter2');
  });
});

describe('options of a bucket', () => {
  test.each([
    ['endpoint', { endpoint: 'nowhere' }],
    ['endpoint', { endpoint: 'ftp://host' }],
    ['endpoint', { endpoint: 'https://user:hunter2@host' }],
    ['endpoint', { endpoint: 'https://host/path' }],
    ['bucket', { bucket: '../b' }],
    ['bucket', { bucket: 'UPPER' }],
    ['region', { region: '' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['maxBytes', { maxBytes: 1.5 }],
    ['accessKeyId', { accessKeyId: '' }],
    ['secretAccessKey', { secretAccessKey: 'hunter2\n' }],
  ])('that are wrong are refused, naming %s', (field, options) => {
    expect(() => openS3({ ...OPTIONS, ...options })).toThrow(
      expect.objectContaining({
        code: 'usage',
        details: expect.objectContaining({ field }),
        message: expect.not.stringContaining('hunter2'),
      }),
    );
  });
});
