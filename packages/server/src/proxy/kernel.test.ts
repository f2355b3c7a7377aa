import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createIntelVendor, type IntelVendor, issueCollateral, issuePck } from '@assay/simulate';
import { fromPem, type Verdict, verify } from '@assay/verify';
import { parseStatement } from '@assay/verify/binding';
import { toHex } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { type Envelope, parseEnvelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bootGuest, type Guest } from '../../../../tools/kernel-guest/boot.ts';
import { findGuestSystem } from '../../../../tools/kernel-guest/system.ts';
import type { ProxyStatusDocument } from './status.ts';

const found = findGuestSystem();
const missing = typeof found === 'string' ? ` (${found})` : '';
const program = fileURLToPath(new URL('../../../../tools/kernel-guest/programs/proxy.ts', import.meta.url));
/** Of the proxy, in the guest. */
const PORT = 8081;
const now = new Date('2026-03-01T12:00:00Z');
const some = (count: number, length: number): readonly string[] =>
  Array.from({ length: count }, () => randomBytes(length).toString('hex'));
const nonceOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
/** Report data of a TDX quote in base64 or hex, hex. */
const reportDataOf = (quote: Uint8Array): string => toHex(quote.subarray(568, 632));

describe.skipIf(missing !== '')(`a proxy in a guest with a real kernel${missing}`, () => {
  let vendor: IntelVendor;
  let guest: Guest;
  let outside: string;
  beforeAll(async () => {
    if (typeof found === 'string') throw new Error(found);
    const seed = randomBytes(32).toString('hex');
    vendor = await createIntelVendor({ seed, now });
    guest = await bootGuest({ system: found, program, seed, now, ports: [PORT] });
    outside = guest.forwarded(PORT);
    return () => guest[Symbol.asyncDispose]();
  }, 180_000);
  afterEach(async () => {
    await guest.ask('fault', null);
    expect(await guest.ask('folders'), 'folders that the proxy has left').toEqual([]);
  });

  const statusOf = async () => (await (await fetch(`${outside}/status`)).json()) as ProxyStatusDocument;
  async function statement(nonce: string): Promise<Envelope> {
    const answer = await fetch(`${outside}/attestation?nonce=${nonce}`);
    const text = await answer.text();
    expect([answer.status, text.slice(0, 200)]).toMatchObject([200, expect.stringContaining('assay.evidence/1')]);
    return parseEnvelope(text);
  }

  /** The verdict of a relying party that knows the files which were booted, and its nonce. */
  async function judge(envelope: Envelope, nonce: string): Promise<Verdict> {
    const files = await issueCollateral(vendor, await issuePck(vendor), { tee: 'tdx' });
    const bytes = Object.entries(files).map(([name, file]) => [name, Buffer.from(file)] as const);
    return verify(envelope, {
      tees: [tdx],
      now,
      policy: {
        releases: [{ name: 'the guest', measurements: guest.measurements }],
        binding: {
          profile: 'assay/1-batch',
          type: 'attestation',
          claims: { caller: 'anyone', rawReportData: 'allowed' },
        },
      },
      endorsements: endorsementsFromDirectory(Object.fromEntries(bytes)),
      roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
      allowSimulated: true,
      nonce: nonceOf(nonce),
    });
  }
  const failuresOf = ({ checks }: Verdict): readonly string[] =>
    checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

  test('says through a forwarded port where its quotes come from', async () => {
    expect(await statusOf()).toMatchObject({
      available: true,
      provider: 'tsm',
      looked: expect.arrayContaining([expect.stringContaining('provider tdx_guest')]),
      tsm_path: '/sys/kernel/config/tsm/report',
      tsm_available: true,
      raw_report_data: 'allowed',
    });
  });

  test('refuses raw report data through a forwarded port, and gives them to root on its socket', async () => {
    const [reportData = ''] = some(1, 64);
    for (const [path, init] of [
      [`/quote?report_data=${reportData}`, {}],
      ['/quote', { method: 'POST', body: '{"reportData":"AQI="}', headers: { 'content-type': 'application/json' } }],
    ] as const) {
      const answer = await fetch(outside + path, init);
      const problem = await answer.json();
      expect([answer.status, problem]).toMatchObject([403, { code: 'forbidden' }]);
      expect(problem).toMatchObject({ requestId: answer.headers.get('x-request-id') });
    }
    const [quote = ''] = (await guest.ask('quotes', [reportData])) as readonly string[];
    expect(reportDataOf(parseEnvelope(quote).evidence)).toBe(reportData);
  });

  test('lets nobody but root open its socket', async () => {
    expect(await guest.ask('knock')).toEqual(['connected', 'EACCES']);
  });

  test('never mixes up strangers, root and another user of configfs, all at once', async () => {
    const [inside, near] = [some(64, 32), some(4, 32)];
    const [raw, plain] = [some(24, 64), some(24, 64)];
    const [texts, forwarded, quotes, reports] = await Promise.all([
      guest.ask('statements', inside) as Promise<readonly string[]>,
      Promise.all(near.map(statement)),
      guest.ask('quotes', raw) as Promise<readonly string[]>,
      guest.ask('reports', plain) as Promise<readonly string[]>,
    ]);
    const nonces = [...inside, ...near];
    const envelopes = [...texts.map((text) => parseEnvelope(text)), ...forwarded];
    expect(quotes.map((text) => reportDataOf(parseEnvelope(text).evidence))).toEqual(raw);
    expect(reports.map((hex) => reportDataOf(nonceOf(hex)))).toEqual(plain);
    expect(envelopes.map(({ statement: said }) => parseStatement(said ?? new Uint8Array()).nonce)).toEqual(nonces);
    for (const [index, envelope] of envelopes.entries())
      expect(failuresOf(await judge(envelope, nonces[index] ?? ''))).toEqual([]);
    const [first] = envelopes;
    expect(first && failuresOf(await judge(first, nonces[1] ?? ''))).toEqual(['fresh.nonce']);
  }, 120_000);

  test('says its status while a quote is slow, and keeps its report data when somebody writes others over them', async () => {
    const [nonce = ''] = some(1, 32);
    await guest.ask('fault', { blob: 'late' });
    let answered = false;
    const slow = statement(nonce).finally(() => {
      answered = true;
    });
    while (!(await statusOf()).queue.making) expect(answered).toBe(false);
    expect(await statusOf()).toMatchObject({ available: true, queue: { making: true, waiting: 0 } });
    expect(answered).toBe(false);
    expect(await guest.ask('intrude')).toBe(1);
    expect(failuresOf(await judge(await slow, nonce))).toEqual([]);
    expect(await statusOf()).toMatchObject({ last_quote: { outcome: 'made' }, queue: { making: false } });
  }, 60_000);
});
