import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  announceQuery,
  endpoints4,
  fetched,
  infohash,
  peerId,
  percent,
  plain,
  served,
  testTracker,
} from '../../../../tools/bittorrent-in-tests.ts';
import { rawExchange, rawRequest } from '../../../../tools/raw-http.ts';
import { trackerRoute } from './route.ts';

const peer = (number: number, changes = {}) => ({ peer_id: percent(peerId(number)), port: number, ...changes });

describe('announce', () => {
  test('BEP 3, 23, 24: counts, intervals, endpoints, the address seen, and the id of the tracker', async () => {
    const { address } = await served(testTracker(), { trackerId: 'here' });
    await fetched(`${address}/announce?${announceQuery(peer(1, { left: 0 }))}`);
    expect(await fetched(`${address}/announce?${announceQuery(peer(2))}`)).toEqual({
      complete: 1,
      downloaded: 0,
      'external ip': '\u007f\u0000\u0000\u0001',
      incomplete: 1,
      interval: 1_800,
      'min interval': 900,
      peers: '\u007f\u0000\u0000\u0001\u0000\u0001',
      'tracker id': 'here',
    });
  });

  test('compact=0 asks for dictionaries; no_peer_id leaves the ids out', async () => {
    const { address } = await served(testTracker());
    await fetched(`${address}/announce?${announceQuery(peer(1))}`);
    const ask = async (changes: object) =>
      (await fetched(`${address}/announce?${announceQuery(peer(2, changes))}`)).peers;
    expect(await ask({ compact: 0 })).toEqual([{ ip: '127.0.0.1', port: 1, 'peer id': peerId(1).toString() }]);
    expect(await ask({ compact: 0, no_peer_id: 1 })).toEqual([{ ip: '127.0.0.1', port: 1 }]);
  });

  test('BEP 7: peers of IPv6 come by themselves, 18 bytes each', async () => {
    const subject = testTracker();
    const four = await served(subject);
    const six = await served(subject, { host: '::1' });
    await fetched(`${six.address}/announce?${announceQuery(peer(1))}`);
    await fetched(`${four.address}/announce?${announceQuery(peer(2))}`);
    const answer = await fetched(`${four.address}/announce?${announceQuery(peer(3))}`);
    expect(endpoints4(answer.peers)).toEqual(['127.0.0.1:2']);
    expect(answer.peers6).toBe(`${'\u0000'.repeat(15)}\u0001\u0000\u0001`);
    expect((await fetched(`${six.address}/announce?${announceQuery(peer(1))}`))['external ip']).toBe(
      `${'\u0000'.repeat(15)}\u0001`,
    );
  });

  test('200 random infohashes: each is its own swarm', async () => {
    const subject = testTracker();
    const { address } = await served(subject);
    const hashes = fc.sample(fc.uint8Array({ minLength: 20, maxLength: 20 }), { numRuns: 200, seed: 1 });
    for (const hash of hashes) {
      const answer = await fetched(`${address}/announce?${announceQuery({ info_hash: percent(hash) })}`);
      expect(answer).toMatchObject({ incomplete: 1 });
      expect(subject.tracker.swarms.counts(hash)).toMatchObject({ incomplete: 1 });
    }
    expect(subject.tracker.swarms.size()).toBe(new Set(hashes.map(percent)).size);
  });

  test('BEP 52: both forms of an infohash of version 2 are one swarm', async () => {
    const { address } = await served(testTracker());
    await fetched(`${address}/announce?${announceQuery(peer(1, { info_hash: percent(infohash(1, 32)) }))}`);
    const answer = await fetched(`${address}/announce?${announceQuery(peer(2, { info_hash: percent(infohash(1)) }))}`);
    expect(endpoints4(answer.peers)).toEqual(['127.0.0.1:1']);
  });

  test('the passkey is in the path or in the query, also of scrapes', async () => {
    const gate = { user: (key: string | undefined) => (key === 'alice' ? { id: 'a', mayLeech: true } : undefined) };
    const { address } = await served(testTracker({ gate }));
    const hash = `info_hash=${percent(infohash(0xaa))}`;
    for (const path of [
      `/announce/alice?${announceQuery()}`,
      `/announce?passkey=alice&${announceQuery()}`,
      `/scrape/alice?${hash}`,
      `/scrape?${hash}&passkey=alice`,
    ]) {
      expect(await fetched(address + path)).not.toHaveProperty('failure reason');
    }
    for (const path of [
      `/announce/bob?${announceQuery()}`,
      `/announce?${announceQuery()}`,
      `/scrape?${hash}`,
      `/scrape/bob?${hash}`,
    ]) {
      expect(await fetched(address + path)).toEqual({ 'failure reason': expect.stringMatching(/passkey/) });
    }
  });

  test('a warning goes with an answer', async () => {
    const { address } = await served(testTracker({ swarms: { peersPerSwarm: 1 } }));
    await fetched(`${address}/announce?${announceQuery(peer(1))}`);
    expect(await fetched(`${address}/announce?${announceQuery(peer(2))}`)).toMatchObject({
      'warning message': expect.stringContaining('this swarm has all the peers'),
    });
  });
});

describe('requests', () => {
  test('other paths are for the rest of the service', async () => {
    const { address } = await served(testTracker());
    for (const path of ['/', '/announcement', '/announce/a/b', '/scrapes', '/x?/announce']) {
      const answer = await fetch(address + path);
      const text = await answer.text();
      if (path === '/announce/a/b') expect(text).toContain('passkey: expected');
      else expect([answer.status, text]).toEqual([404, 'elsewhere']);
    }
  });

  test('HTTP/1.0 and 1.1, closing and keeping alive', async () => {
    const server = await served(testTracker());
    const target = `/announce?${announceQuery()}`;
    const old = await rawExchange(server, `GET ${target} HTTP/1.0\r\n\r\n`);
    expect(old).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*connection: close\r\n[\s\S]*d8:complete/i);
    expect(await rawExchange(server, rawRequest(target))).toMatch(/d8:complete[\s\S]*e$/);
    const kept = `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const twice = await rawExchange(server, kept, kept, rawRequest(target));
    expect(twice.match(/d8:complete/g)).toHaveLength(3);
  });

  test('only GET, and without a body', async () => {
    const server = await served(testTracker());
    const post = await fetch(`${server.address}/announce`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
    const body = `GET /announce?${announceQuery()} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc`;
    expect(await rawExchange(server, body)).toMatch(/^HTTP\/1\.1 400 [\s\S]*a request here has no body/);
  });

  test('a query of 1 MB is refused, and so is one that only fits the header', async () => {
    const server = await served(testTracker());
    const huge = await rawExchange(server, `GET /announce?${'a'.repeat(1_000_000)} HTTP/1.1\r\n`);
    expect(huge).toMatch(/^HTTP\/1\.1 431 [\s\S]*the request is too long: at most 16384 bytes/);
    expect(await fetched(`${server.address}/announce?${'a'.repeat(10_000)}`)).toEqual({
      'failure reason': 'the query is too long: at most 8192 characters',
    });
  });

  test('a request that does not end is cut', async () => {
    const server = await served(testTracker(), { limits: { headersMs: 50, requestMs: 50, checkMs: 10, lingerMs: 10 } });
    expect(await rawExchange(server, 'GET /announce HTTP/1.1\r\nHost: a\r\n')).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*took too long/,
    );
  });

  test('a flood of nonsense leaves the tracker answering', async () => {
    const server = await served(testTracker());
    const nonsense = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 200 }), { numRuns: 100, seed: 2 });
    await Promise.all(nonsense.map((bytes) => rawExchange(server, bytes, '\r\n\r\n')));
    expect(await fetched(`${server.address}/announce?${announceQuery()}`)).toMatchObject({ incomplete: 1 });
  });

  test('one connection more than are allowed is closed', async () => {
    const server = await served(testTracker(), { limits: { connections: 1 } });
    const { port } = new URL(server.address);
    const first = connect(Number(port), '127.0.0.1');
    first.write(`GET /announce?${announceQuery()} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await once(first, 'data');
    expect(await rawExchange(server, rawRequest('/announce'))).toBe('');
    first.destroy();
  });

  test('one address cannot take all connections, unless it is a trusted proxy', async () => {
    const limits = { connectionsPerNetwork: 1 };
    for (const [trustedProxies, answer] of [
      [[], /^$/],
      [['127.0.0.1'], /^HTTP/],
    ] as const) {
      const server = await served(testTracker(), { limits, trustedProxies });
      const { port } = new URL(server.address);
      const first = connect(Number(port), '127.0.0.1');
      first.write(`GET /announce?${announceQuery()} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await once(first, 'data');
      expect(await rawExchange(server, rawRequest('/announce'))).toMatch(answer);
      first.destroy();
      await expect.poll(() => rawExchange(server, rawRequest('/announce'))).toMatch(/^HTTP/);
    }
  });

  test('close lets idle connections go', async () => {
    const server = await served(testTracker());
    const { port } = new URL(server.address);
    const idle = connect(Number(port), '127.0.0.1');
    idle.write(`GET /announce?${announceQuery()} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await once(idle, 'data');
    const closed = once(idle, 'close');
    await Promise.all([server.close(), server.close(), closed]);
    await expect(fetch(server.address)).rejects.toThrow('fetch failed');
  });

  test('any target is routed or refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const route = trackerRoute(`/announce${text}`);
        if (route !== undefined && 'verb' in route) expect(route.verb).toBe('announce');
      }),
    );
  });
});

test('answers are plain bencode', async () => {
  const { address } = await served(testTracker());
  const answer = await fetch(`${address}/announce`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain']);
  expect(plain(new Uint8Array(await answer.arrayBuffer()))).toEqual({ 'failure reason': 'info_hash is missing' });
});
