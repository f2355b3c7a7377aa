import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBody } from './read-body.ts';

/** A request whose body comes in these parts; it counts those that were asked for, and tells whether it was let go. */
function streamed(parts: readonly Uint8Array[]) {
  const state = { taken: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const part = parts[state.taken];
        state.taken += 1;
        if (part === undefined) controller.close();
        else controller.enqueue(part);
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const options: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
  return { state, request: new Request('http://localhost/', options) };
}

test('a body is read whole, however it is parted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 5 }), async (parts) => {
      const whole = parts.flatMap((part) => [...part]);
      expect(await readBody(streamed(parts).request, whole.length)).toEqual(Uint8Array.from(whole));
    }),
  );
});

test('no body is an empty one', async () => {
  expect(await readBody(new Request('http://localhost/'), 0)).toEqual(new Uint8Array());
});

test('of a body that is too long nothing more is read', async () => {
  const { state, request } = streamed([new Uint8Array(3), new Uint8Array(2), new Uint8Array(1)]);
  expect(await readBody(request, 4)).toBeUndefined();
  expect(state).toEqual({ taken: 2, cancelled: true });
});

test('a client that gives up amid its body is an error', async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
  const options: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
  await expect(readBody(new Request('http://localhost/', options), 9)).rejects.toThrow('gone');
});
