import { createIntelVendor, issuePck } from '@assay/simulate';
import { endorsementsJson } from '@assay/verify/endorsements';
import { expect, test } from 'vitest';
import { gather } from './gather.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const file = (name: string, content: string) => ({ name, bytes: text(content) });
const reply = '{"quote":"0400"}';

test('files of a folder are endorsements by their names, wherever they lie', async () => {
  const { endorsements, given, ignored } = await gather([
    file('case/tcbInfo.json', '{}'),
    file('case/quote.json', reply),
    file('case/notes.txt', 'mine'),
  ]);
  expect(endorsements).toEqual({ dcap: { tcbInfo: '{}' } });
  expect([given?.name, ignored]).toEqual(['quote.json', ['notes.txt']]);
});

test('one file of endorsements, a policy, a log and an app-compose go with the evidence', async () => {
  const log = '[{"imr":3,"event_type":1}]';
  const gathered = await gather([
    file('all.json', JSON.stringify(endorsementsJson({ confidentialSpace: { jwks: '{}' } }))),
    file('policy.json', '{"binding":"any"}'),
    file('log.json', log),
    file('app-compose.json', '{"manifest_version":2}'),
  ]);
  expect(gathered).toEqual({
    given: undefined,
    endorsements: { confidentialSpace: { jwks: '{}' } },
    policy: '{"binding":"any"}',
    eventLog: text(log),
    appCompose: text('{"manifest_version":2}'),
    roots: [],
    ignored: [],
  });
});

test('of two files of evidence the first counts, and the other is named', async () => {
  const { given, ignored } = await gather([file('a', reply), file('b', reply)]);
  expect([given?.name, ignored]).toEqual(['a', ['b (one file of evidence at a time)']]);
});

test('of two logs, or two files of one name, the first counts, and the other is named', async () => {
  const log = '[{"imr":3,"event_type":1}]';
  const { endorsements, eventLog, ignored } = await gather([
    file('log', log),
    file('other', `${log} `),
    file('a/tcbInfo.json', '{}'),
    file('b/tcbInfo.json', '[]'),
  ]);
  expect([endorsements, eventLog]).toEqual([{ dcap: { tcbInfo: '{}' } }, text(log)]);
  expect(ignored).toEqual(['other (one event log at a time)', 'tcbInfo.json (one of this name at a time)']);
});

test('a certificate that another one signed is no root', async () => {
  const vendor = await createIntelVendor({ seed: 'gather', now: new Date('2026-02-01T00:00:00Z') });
  const { certificate } = await issuePck(vendor);
  expect(await gather([{ name: 'leaf.der', bytes: certificate.der }])).toMatchObject({
    roots: [],
    ignored: ['leaf.der (a certificate, no root)'],
  });
});

test('evidence in a broken wrapping says why', async () => {
  const { given } = await gather([file('a', '{"schema":"assay.evidence/1"}')]);
  expect(given).toMatchObject({ malformed: 'envelope: tee is missing' });
});

test('JSON that is nothing known is left aside', async () => {
  expect((await gather([file('meta.json', '{"a":1}')])).ignored).toEqual(['meta.json']);
});

test('a certificate that signs itself and carries nothing is a root, offered under its name', async () => {
  const { rootPem } = await createIntelVendor({ seed: 'gather', now: new Date('2026-02-01T00:00:00Z') });
  const { roots, given } = await gather([file('root.pem', rootPem)]);
  expect([roots.map(({ name }) => name), given]).toEqual([[expect.stringContaining('SIMULATED')], undefined]);
});
