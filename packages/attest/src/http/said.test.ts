import fc from 'fast-check';
import { expect, test } from 'vitest';
import { whatHappened } from '../finding.ts';
import { said } from './said.ts';

test('what a service said is one line without what drives terminals, and of bounded length', () => {
  expect(said(' no\r\n TDX\u001b[2J \u202edevice ')).toBe('no TDX [2J device');
  expect(said('x'.repeat(301))).toBe(`${'x'.repeat(300)}…`);
});

test('it has neither tokens nor the secret that was sent', () => {
  expect(said('bad token eyJhbGci.eyJh_-.c2ln, sent')).toBe('bad token (token), sent');
  expect(said('401: s3cret is unknown: s3cret', 's3cret')).toBe('401: (secret) is unknown: (secret)');
});

test('it never ends what happened: the remedy after it is found', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const what = `P: ${said(text)}`;
      expect(whatHappened(new Error(`${what}; ask again`))).toBe(what);
    }),
  );
});
