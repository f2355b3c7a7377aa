import { describe, expect, test } from 'vitest';
import { announceQuery, fetched, served, testTracker } from '../../../../tools/bittorrent-in-tests.ts';
import { trustIn } from './client-address.ts';

describe('where a client is', () => {
  const seen = async (trustedProxies: readonly string[], headers: Record<string, string>, changes = {}) => {
    const { address } = await served(testTracker(), { trustedProxies });
    const answer = await fetched(`${address}/announce?${announceQuery(changes)}`, { headers });
    return answer['failure reason'] ?? Buffer.from(String(answer['external ip']), 'latin1').join('.');
  };

  test('is where it connects from, whatever headers and query say', async () => {
    expect(await seen([], { 'x-forwarded-for': '192.0.2.1' })).toBe('127.0.0.1');
    expect(await seen([], { 'x-real-ip': '192.0.2.1' })).toBe('127.0.0.1');
    expect(await seen([], {}, { ip: '192.0.2.1' })).toBe('127.0.0.1');
    expect(await seen(['192.0.2.0/24'], { 'x-real-ip': '192.0.2.1' })).toBe('127.0.0.1');
  });

  test('is what a trusted proxy says', async () => {
    expect(await seen(['127.0.0.0/8'], { 'x-forwarded-for': '192.0.2.1' })).toBe('192.0.2.1');
    expect(await seen(['127.0.0.1'], { 'x-real-ip': '192.0.2.1' })).toBe('192.0.2.1');
    expect(await seen(['127.0.0.1'], {})).toBe('127.0.0.1');
  });

  test('is the last address before the trusted ones: what the client wrote before it does not count', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.1, 192.0.2.1, 10.0.0.7' };
    expect(await seen(['127.0.0.1', '10.0.0.0/8'], headers)).toBe('192.0.2.1');
  });

  test('is unknown when a proxy says what is no address', async () => {
    expect(await seen(['127.0.0.1'], { 'x-forwarded-for': 'unknown' })).toContain('your address is unknown');
  });

  test('ip= counts from a trusted address, and from nobody behind it', async () => {
    expect(await seen(['127.0.0.1'], {}, { ip: '192.0.2.9' })).toBe('192.0.2.9');
    expect(await seen(['127.0.0.1'], { 'x-real-ip': '192.0.2.1' }, { ip: '192.0.2.9' })).toBe('192.0.2.1');
  });

  test.each(['localhost', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', ''])('no proxy is called %j', (network) => {
    expect(() => trustIn([network])).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  test('networks of IPv6 are trusted by their bits', () => {
    const trusted = trustIn(['2001:db8::/32']);
    const address = (second: number) => Uint8Array.of(0x20, 1, 0xd, second, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    expect([trusted(address(0xb8)), trusted(address(0xb9)), trusted(Uint8Array.of(32, 1, 13, 184))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
