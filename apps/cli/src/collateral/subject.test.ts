import { expect, test } from 'vitest';
import { exhibitFolder } from '../../../../tools/demo-folder.ts';
import type { Io } from '../io.ts';
import { subjectOf, subjectOfEvidence } from './subject.ts';

const given = (bytes: Uint8Array): Io => ({
  stdin: async () => bytes,
  ...{ stdout: () => {}, stderr: () => {}, now: () => new Date(0), env: {}, columns: 80, colour: false },
});

test('the certificates of a quote say which platform it is; when they cannot be read, the file is named', async () => {
  await using folder = await exhibitFolder({ quote: { body: 'td10' } });
  const { evidence } = folder.exhibit;
  expect(await subjectOf('-', undefined, given(evidence))).toMatchObject({ vendor: 'intel', tee: 'tdx' });
  const start = Buffer.from(evidence).indexOf('-----BEGIN');
  const broken = evidence.with(start, 0x21);
  await expect(subjectOf('-', undefined, given(broken))).rejects.toMatchObject({
    code: 'malformed',
    details: { field: 'FILE' },
    message: expect.stringMatching(/^FILE: certificates of the quote/),
  });
  // A service has no such argument.
  await expect(subjectOfEvidence(broken)).rejects.toMatchObject({
    code: 'malformed',
    details: { field: 'evidence' },
    message: expect.stringMatching(/^evidence: certificates of the quote/),
  });
});
