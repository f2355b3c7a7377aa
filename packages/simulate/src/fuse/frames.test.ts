import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFramer } from './frames.ts';
import { parseRequest } from './wire.ts';

const framed = (body: Uint8Array): Buffer => {
  const request = Buffer.concat([Buffer.alloc(40), body]);
  request.writeUInt32LE(request.length, 0);
  return request;
};

test('requests come out as they went in, however the stream was cut', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 });
  fc.assert(
    fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 90 })), (given, cuts) => {
      const stream = Buffer.concat(given.map(framed));
      const frames = createFramer();
      const found: Buffer[] = [];
      for (let at = 0; at < stream.length; ) {
        const end = at + (cuts.next().value ?? 1);
        found.push(...frames(stream.subarray(at, end)));
        at = end;
      }
      expect(found.map((frame) => Uint8Array.from(parseRequest(frame).body))).toEqual(given);
    }),
  );
});

test.each([0, 39, 131_073, 0xffff_ffff])('a request of %i bytes ends the stream', (length) => {
  const start = Buffer.alloc(4);
  start.writeUInt32LE(length, 0);
  expect(() => createFramer()(start)).toThrow(`a request of ${length} bytes`);
});

test('any stream is cut or ends', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (stream) => {
      try {
        for (const frame of createFramer()(stream)) expect(frame.length).toBeGreaterThanOrEqual(40);
      } catch (error) {
        expect(String(error)).toMatch(/FUSE: a request of \d+ bytes/);
      }
    }),
  );
});

test('a request whose header contradicts its length is refused', () => {
  expect(() => parseRequest(framed(Buffer.alloc(10)).subarray(0, 45))).toThrow('a request of wrong length');
  expect(() => parseRequest(Buffer.alloc(39))).toThrow('a request of wrong length');
});
