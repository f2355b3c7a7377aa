import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SERVICE_LIMITS, SERVICE_RATE } from '../packages/server/src/service/limits.ts';

describe('docs/services.md', () => {
  const text = readFileSync('docs/services.md', 'utf8');

  test('names the limits that services have', () => {
    const { headerBytes, headerCount, headersMs, bodyBytes, requestMs, connections, pipelined, keepAliveMs, closeMs } =
      SERVICE_LIMITS;
    for (const row of [
      `| header of a request | ${headerBytes / 1024} KiB, ${headerCount} lines, ${headersMs / 1000} s |`,
      `| body | ${bodyBytes / 1024} KiB, ${requestMs / 1000} s;`,
      `| requests of one address | ${SERVICE_RATE.burst} at once, ${SERVICE_RATE.perSecond} a second after that |`,
      `| connections | ${connections.toLocaleString('en')}; ${pipelined} requests under way on each; idle ones end after ${keepAliveMs / 1000} s |`,
      `| closing | ${closeMs / 1000} s |`,
    ])
      expect(text).toContain(row);
  });

  test('cites the specification of the guest agent, and the guide to its flow', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    expect(links.filter((link) => /^https:\/\/(github\.com\/Dstack-TEE|docs\.phala\.com)\//.test(link))).toHaveLength(
      2,
    );
  });

  test('says why there is a proxy: not for devices or capabilities, but for who decides', () => {
    expect(text).toMatch(/can be passed in, and configfs-TSM asks for file\s+permissions only, not for capabilities/);
    expect(text).toMatch(/whoever chooses report data speaks for the whole machine/);
  });
});

test('docs/tracker.md links the primary sources', () => {
  const text = readFileSync('docs/tracker.md', 'utf8');
  const links = [...text.matchAll(/\]\((https:[^)\s]+)\)/g)].map(([, target = '']) => new URL(target).host);
  for (const host of ['www.bittorrent.org', 'github.com', 'www.intel.com', 'confidentialcomputing.io'])
    expect(links).toContain(host);
});

test('docs/experiments.md and docs/bep10.md say what the tracker measures, and how peers exchange receipts', () => {
  const experiments = readFileSync('docs/experiments.md', 'utf8');
  for (const row of ['keys', 'attestation', 'registration', 'receipts', 'reports', 'announces'])
    expect(experiments).toMatch(new RegExp(`^\\| ${row} \\| .*\\| \\d`, 'm'));
  expect(readFileSync('docs/bep10.md', 'utf8')).toContain('`m.pt_receipt`');
});
