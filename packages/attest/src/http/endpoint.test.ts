import { AssayError } from '@assay/verify';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEndpoint, parseSocket } from './endpoint.ts';

test.each([
  ['/run/a.sock', 'unix:/run/a.sock'],
  ['unix:/run/a.sock', 'unix:/run/a.sock'],
  ['unix:///run/a.sock', 'unix:/run/a.sock'],
  ['http://host.docker.internal:8081', 'http://host.docker.internal:8081'],
  ['https://agent.example/below/', 'https://agent.example/below'],
])('%s is an endpoint', (text, shown) => {
  expect(parseEndpoint(text, 'url').shown).toBe(shown);
});

test.each([
  ['', /^url: expected the path/],
  ['localhost:8081', /^url: expected the path/],
  ['ftp://host', /^url: expected the path/],
  ['run/a.sock', /^url: expected the path/],
  [`/${'x'.repeat(107)}`, /^url: the path of a socket has at most 107 bytes, found 108$/],
  ['/run/\0', /NUL/],
  ['http://host/?token=s3cret', /^url: the address has a query or fragment$/],
  ['http://host/#s3cret', /^url: the address has a query or fragment$/],
  ['http://user:s3cret@host', /^url: the address has a user or password/],
])('%j is refused, and a secret in it is not repeated', (text, message) => {
  expect(() => parseEndpoint(text, 'url')).toThrow(message);
  expect(() => parseEndpoint(text, 'url')).not.toThrow(/s3cret/);
});

test('where a socket is needed, an address is refused', () => {
  expect(parseSocket('/run/a.sock', 'socket').path).toBe('/run/a.sock');
  expect(() => parseSocket('http://host', 'socket')).toThrow(/^socket: expected the path of a Unix socket/);
});

test('no text crashes it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl({ withQueryParameters: true }),
        fc.string().map((s) => `unix:/${s}`),
      ),
      (text) => {
        try {
          expect(parseEndpoint(text, 'url').shown).toMatch(/^(unix:\/|https?:)/);
        } catch (error) {
          expect(error).toBeInstanceOf(AssayError);
          expect(error).toMatchObject({ code: 'usage', details: { field: 'url' } });
        }
      },
    ),
  );
});
