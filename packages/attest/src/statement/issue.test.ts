import { statementDigest } from '@assay/verify/binding';
import { fromHex, toBase64Url, utf8 } from '@assay/verify/codec';
import { describe, expect, test } from 'vitest';
import type { Attester, EvidenceRequest, StatementQuestion } from '../attester.ts';
import { issueStatement } from './issue.ts';
import { newInstance, type StatementRequest } from './statement.ts';

function handMade(name: Attester['name']): { readonly attester: Attester; readonly asked: EvidenceRequest[] } {
  const asked: EvidenceRequest[] = [];
  const attester: Attester = {
    name,
    health: [],
    detect: async () => ({ available: true, looked: [] }),
    async evidence(request) {
      asked.push(request);
      return { evidence: utf8('evidence'), tee: 'tdx' };
    },
  };
  return { attester, asked };
}

const nonce = '0f'.repeat(32);
const request: StatementRequest = { type: 'attestation', nonce, aud: 'https://me.example', keys: [], claims: {} };
const speaker = { instance: 'ab'.repeat(32), clock: () => new Date('2026-11-20T10:00:00.999Z') };

describe('a statement with a quote of its own', () => {
  test('has its digest as report data, and goes out as it was hashed', async () => {
    const { attester, asked } = handMade('tsm');
    const { signal } = new AbortController();
    const envelope = await issueStatement(attester, request, { ...speaker, signal });
    expect(new TextDecoder().decode(envelope.statement)).toBe(
      `{"aud":"https://me.example","claims":{},"instance":"${speaker.instance}","issuedAt":1795168800,"keys":[],"nonce":"${nonce}","profile":"assay/1","type":"attestation"}`,
    );
    expect(envelope).toMatchObject({ evidence: utf8('evidence'), tee: 'tdx' });
    expect(envelope.proof).toBeUndefined();
    expect(asked).toMatchObject([
      { reportData: await statementDigest(envelope.statement ?? new Uint8Array()), signal },
    ]);
  });

  test('has its nonce and its audience in a token, and nothing where it has none', async () => {
    const { attester, asked } = handMade('confidential-space');
    await issueStatement(attester, request, speaker);
    await issueStatement(attester, { ...request, nonce: null, aud: null }, speaker);
    expect(asked).toMatchObject([
      { nonces: [nonce], audience: 'https://me.example' },
      { nonces: [], audience: undefined },
    ]);
  });

  test('has a nonce in hexadecimal where Google takes that, else in base64url: never as long as a hash', async () => {
    const { attester, asked } = handMade('confidential-space');
    for (const length of [16, 37, 38, 55])
      await issueStatement(attester, { ...request, nonce: '0f'.repeat(length) }, speaker);
    const texts = asked.map(({ nonces = [] }) => nonces[0] ?? '');
    expect(texts).toEqual([
      '0f'.repeat(16),
      '0f'.repeat(37),
      toBase64Url(fromHex('0f'.repeat(38))),
      toBase64Url(fromHex('0f'.repeat(55))),
    ]);
    expect(texts.map(({ length }) => length)).toEqual([32, 74, 51, 74]);
  });

  test('refuses a nonce that no token holds, which other evidence does', async () => {
    const long = { ...request, nonce: '0f'.repeat(56) };
    const token = handMade('confidential-space');
    await expect(issueStatement(token.attester, long, speaker)).rejects.toMatchObject({
      code: 'usage',
      message: 'nonce: 56 bytes do not fit into a token of Confidential Space; give 16 to 55 bytes',
      details: { field: 'nonce' },
    });
    expect(token.asked).toEqual([]);
    const { statement } = await issueStatement(handMade('tsm').attester, long, speaker);
    expect(new TextDecoder().decode(statement)).toContain(long.nonce);
  });

  test.each([
    ['nonce', { nonce: '0F'.repeat(32) }],
    ['nonce', { nonce: '0f'.repeat(15) }],
    ['aud', { aud: '' }],
    ['claims.session', { type: 'session', claims: {} }],
    ['keys', { keys: new Array(17).fill({ use: 'tls', spkiSha256: 'cd'.repeat(32) }) }],
  ] as const)('is refused for its %s before any quote is asked for', async (member, change) => {
    const { attester, asked } = handMade('tsm');
    const issued = issueStatement(attester, { ...request, ...change }, speaker);
    await expect(issued).rejects.toMatchObject({ code: 'malformed', message: expect.stringContaining(member) });
    expect(asked).toEqual([]);
  });

  test('says what was asked for, whatever becomes of the request afterwards', async () => {
    const { attester, asked } = handMade('confidential-space');
    const mutable = { ...request };
    const issued = issueStatement(attester, mutable, speaker);
    mutable.nonce = 'ff'.repeat(32);
    mutable.aud = 'somebody else';
    expect(new TextDecoder().decode((await issued).statement)).toContain(nonce);
    expect(asked).toMatchObject([{ nonces: [nonce], audience: request.aud }]);
  });
});

test('a statement is made by the neighbour who makes them, of what is asked for and without claims', async () => {
  const questions: StatementQuestion[] = [];
  const { attester, asked } = handMade('proxy');
  const neighbour: Attester = {
    ...attester,
    async statement(question) {
      questions.push(question);
      return { evidence: utf8('of the neighbour') };
    },
  };
  const { signal } = new AbortController();
  expect(await issueStatement(neighbour, request, { ...speaker, signal })).toEqual({
    evidence: utf8('of the neighbour'),
  });
  expect(questions).toEqual([{ nonce, aud: 'https://me.example', keys: [], signal }]);
  const claiming = issueStatement(neighbour, { ...request, claims: { caller: 'bearer' } }, speaker);
  await expect(claiming).rejects.toMatchObject({ code: 'usage', details: { field: 'claims' } });
  expect([questions.length, asked]).toEqual([1, []]);
});

test('an instance is 32 random bytes, new each time', () => {
  expect(newInstance((length) => new Uint8Array(length).fill(0xab))).toBe('ab'.repeat(32));
  expect(newInstance()).toMatch(/^[0-9a-f]{64}$/);
  expect(newInstance()).not.toBe(newInstance());
});
