import { createHash, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type BlsKey, blsKeyPair, encodeBencode, encodeReceipt } from '@assay/tracker';
import { toBase64, utf8 } from '@assay/verify/codec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { type RunningService, startService } from '../../../../tools/service-in-process.ts';
import { tracker } from './tracker.ts';

const INSTANCE = 'tracker_instance_1';
const PIECE = 16_384;
const text = (value: string): Uint8Array => utf8(value);
const info = encodeBencode(
  new Map<string, number | Uint8Array>([
    ['length', 2 * PIECE],
    ['name', text('file')],
    ['piece length', PIECE],
    ['pieces', new Uint8Array(40)],
  ]),
);
const infohash = new Uint8Array(createHash('sha1').update(info).digest());

interface Promised {
  readonly promise: { readonly content: { readonly receipts: readonly { readonly id: string }[] } };
}

let folder: Folder;
let service: RunningService;
beforeAll(async () => {
  folder = await makeFolder();
  await folder.write({ 'file.torrent': Buffer.concat([text('d4:info'), info, text('e')]) }, 'torrents');
  service = await start();
});
afterAll(async () => {
  await service.stop();
  await folder[Symbol.asyncDispose]();
});

function start(): Promise<RunningService> {
  const flags = {
    ...{ host: '127.0.0.1', port: '0', udpPort: 'off', metricsPort: 'off', json: true, instanceId: INSTANCE },
    ...{ database: folder.path('tracker.db'), keyFile: folder.path('tracker.key'), torrents: folder.path('torrents') },
  };
  return startService((io, stop) => tracker(flags, io, stop));
}

async function posted<T>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${service.at('tracker')}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return (await answer.json()) as T;
}

/** Registers, and announces the torrent. */
async function enrolled(user: string): Promise<BlsKey> {
  const { key } = blsKeyPair(randomBytes(32));
  const signature = toBase64(key.sign(text(`register||${user}||${INSTANCE}`)));
  const body = { user_id: user, public_key: toBase64(key.publicKey), signature };
  const { announce } = await posted<{ announce: string }>('/register', body);
  const hash = Buffer.from(infohash).toString('hex').replace(/../g, '%$&');
  const query = `info_hash=${hash}&peer_id=-AS0001-${user.padEnd(12, '0')}&port=6881&left=1`;
  const told = await (await fetch(`${service.at('tracker')}${announce}?${query}`)).text();
  expect(told).toContain('8:intervali1800e');
  return key;
}

describe('assay tracker audit', () => {
  let report: Promised;
  let receiptKey: string;

  test('a receipt of the receiver moves bytes, and the tracker promises to keep it', async () => {
    const [sender, receiver] = [await enrolled('alice'), await enrolled('bob')];
    const receipt = encodeReceipt({
      ...{ tracker: INSTANCE, infohash, sender: sender.publicKey, receiver: receiver.publicKey },
      ...{ piece: 0, pieces: 2, bytes: 2 * PIECE, epoch: Math.floor(Date.now() / 3_600_000), sequence: 0 },
    });
    const group = { receipts: [toBase64(receipt)], signatures: [toBase64(receiver.sign(receipt))] };
    report = await posted<Promised>('/report', { user_id: 'alice', receipts: [group] });
    expect(report).toMatchObject({ success: true, total_uploaded: 2 * PIECE, verified_receipts: 1 });
    const again = await posted('/report', { user_id: 'alice', receipts: [group, group] });
    expect(again).toMatchObject({ success: true, total_uploaded: 2 * PIECE, verified_receipts: 0 });
    expect(await (await fetch(`${service.at('tracker')}/user/bob`)).json()).toMatchObject({
      total_downloaded: 2 * PIECE,
      ratio: 0,
    });
    expect(await (await fetch(`${service.at('tracker')}/stats`)).json()).toMatchObject({
      receipts_counted: 1,
      bytes_counted: 2 * PIECE,
    });
    await folder.write({ 'report.json': JSON.stringify(report) });
    const configuration = await (await fetch(`${service.at('tracker')}/config`)).json();
    receiptKey = (configuration as { ledger_key: string }).ledger_key;
  });

  test('a report may have as many receipts as are taken at once, and no endless body', async () => {
    const receipt = 'A'.repeat(260);
    const group = { receipts: new Array(1_024).fill(receipt), signatures: new Array(1_024).fill('A'.repeat(88)) };
    const whole = await posted<{ verdicts: readonly object[] }>('/report', { user_id: 'alice', receipts: [group] });
    expect(whole.verdicts).toHaveLength(1_024);
    expect(whole.verdicts.at(-1)).toMatchObject({ outcome: 'refused', code: 'malformed' });
    const twice = await posted('/report', { user_id: 'alice', receipts: [group, group] });
    expect(twice).toMatchObject({ code: 'body_too_large' });
  });

  const audited = async (name: string) => {
    const from = ['--from', service.at('tracker'), '--key', receiptKey];
    const { exit, output, log } = await assayHere(['tracker', 'audit', folder.path(name), ...from, '--json']);
    expect(log).toBe('');
    return { exit, ...(JSON.parse(output) as { kept: boolean; findings: readonly { code: string }[] }) };
  };

  test('every promise is kept', async () => {
    expect(await audited('report.json')).toMatchObject({ exit: 0, kept: true, receipts: 1, findings: [] });
  });

  test('a promise that somebody changed is none', async () => {
    const { id = '' } = report.promise.content.receipts[0] ?? {};
    const other = id.startsWith('0') ? '1' : '0';
    await folder.write({ 'changed.json': JSON.stringify(report).replaceAll(id, `${other}${id.slice(1)}`) });
    const { exit, findings } = await audited('changed.json');
    expect([exit, findings.map(({ code }) => code)]).toEqual([1, ['promise-signature']]);
  });

  test('a ledger that was restored from before is noticed', async () => {
    await service.stop();
    for (const end of ['', '-wal', '-shm']) await rm(`${folder.path('tracker.db')}${end}`, { force: true });
    service = await start();
    const { exit, findings } = await audited('report.json');
    expect([exit, findings.map(({ code }) => code)]).toEqual([1, ['beyond-checkpoint', 'beyond-checkpoint']]);
  });

  test('files and keys that are none are refused by name', async () => {
    await folder.write({ 'other.json': '{"promise":1}' });
    const from = ['--from', service.at('tracker')];
    const usual = await assayHere(['tracker', 'audit', folder.path('other.json'), ...from, '--key', receiptKey]);
    expect([usual.exit, usual.log]).toEqual([2, expect.stringContaining('FILE: number 1 is no promise')]);
    const key = await assayHere(['tracker', 'audit', folder.path('report.json'), ...from, '--key', '!']);
    expect([key.exit, key.log]).toEqual([2, expect.stringContaining('--key: expected base64')]);
  });
});
