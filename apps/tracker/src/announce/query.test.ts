import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { announceQuery, infohash, peerId, percent } from '../../../../tools/bittorrent-in-tests.ts';
import { readAnnounceQuery } from './query.ts';

const read = (changes: Parameters<typeof announceQuery>[0], passkey?: string) =>
  readAnnounceQuery(announceQuery(changes), passkey);

describe('BEP 3: the query of an announce', () => {
  test('says who wants what', () => {
    expect(read({ uploaded: 5, downloaded: 6, left: 7, event: 'started', numwant: 30 })).toEqual({
      passkey: undefined,
      infohash: infohash(0xaa),
      peerId: new Uint8Array(peerId(1)),
      port: 6881,
      uploaded: 5,
      downloaded: 6,
      left: 7,
      event: 'started',
      wanted: 30,
      form: 'compact',
      ip: undefined,
    });
  });

  test('200 random SHA-1 infohashes all arrive as they are, in whichever way they are escaped', () => {
    const hashes = fc.uint8Array({ minLength: 20, maxLength: 20 });
    const escaped = hashes.map((bytes) => {
      const sparing = Array.from(bytes, (byte) => {
        const sign = String.fromCharCode(byte);
        return /[\w.~-]/.test(sign) && byte < 0x80 ? sign : percent(Uint8Array.of(byte));
      });
      return { bytes, forms: [percent(bytes), percent(bytes).toUpperCase(), sparing.join('')] };
    });
    fc.assert(
      fc.property(escaped, ({ bytes, forms }) => {
        for (const info_hash of forms) expect(read({ info_hash })).toMatchObject({ infohash: bytes });
      }),
      { numRuns: 200 },
    );
  });

  test('BEP 52: of an infohash of version 2 the first 20 bytes count', () => {
    expect(read({ info_hash: percent(infohash(0x81, 32)) })).toMatchObject({ infohash: infohash(0x81) });
  });

  test.each([
    [{ info_hash: undefined }, 'info_hash is missing'],
    [{ info_hash: percent(infohash(1, 19)) }, 'info_hash: expected 20 bytes, percent-encoded, or 32 of version 2'],
    [{ info_hash: percent(infohash(1, 21)) }, 'info_hash: expected 20 bytes, percent-encoded, or 32 of version 2'],
    [
      { info_hash: `${percent(infohash(1, 19))}%g0` },
      'info_hash: expected 20 bytes, percent-encoded, or 32 of version 2',
    ],
    [
      { info_hash: `${percent(infohash(1, 19))}%0` },
      'info_hash: expected 20 bytes, percent-encoded, or 32 of version 2',
    ],
    [
      { info_hash: `${percent(infohash(1, 19))}\u00e9` },
      'info_hash: expected 20 bytes, percent-encoded, or 32 of version 2',
    ],
    [{ peer_id: undefined }, 'peer_id is missing'],
    [{ peer_id: 'short' }, 'peer_id: expected 20 bytes, percent-encoded'],
    [{ port: undefined }, 'port is missing'],
    [{ port: 0 }, 'port: expected 1 to 65535'],
    [{ port: 65536 }, 'port: expected 1 to 65535'],
    [{ port: '80.0' }, 'port: expected 1 to 65535'],
    [{ left: undefined }, 'left is missing'],
    [{ left: '-1' }, 'left: expected a number of bytes'],
    [{ uploaded: '1e9' }, 'uploaded: expected a number of bytes'],
    [{ downloaded: '123456789012345678901' }, 'downloaded: expected a number of bytes'],
    [{ event: 'finished' }, 'event: expected started, completed, stopped, paused or nothing'],
    [{ numwant: 'all' }, 'numwant: expected a number'],
    [{ compact: 2 }, 'compact: expected 0 or 1'],
    [{ no_peer_id: 'yes' }, 'no_peer_id: expected 0 or 1'],
    [{ passkey: 'a/b' }, 'passkey: expected letters, digits, - and _'],
    [{ key: 'x'.repeat(300) }, 'a parameter is too long: at most 256 characters'],
  ])('%j is refused by name', (changes, failure) => {
    expect(read(changes)).toEqual({ failure });
  });

  test.each(['info_hash', 'peer_id', 'port', 'left', 'uploaded', 'event', 'passkey', 'ip'])(
    '%s counts once',
    (name) => {
      const twice = `${announceQuery({ event: 'started', passkey: 'k', ip: '192.0.2.1' })}&${name}=1`;
      expect(readAnnounceQuery(twice, undefined)).toEqual({ failure: `${name}: given twice` });
    },
  );

  test('a passkey in the path and one in the query are one too many', () => {
    expect(read({ passkey: 'a' }, 'a')).toEqual({ failure: 'passkey: given in the path and in the query' });
  });

  test('what it does not know may be there, even twice, as libtorrent sends its addresses', () => {
    expect(readAnnounceQuery(`${announceQuery()}&ipv6=%3a%3a1&ipv6=%3a%3a2&redundant=0`, 'k')).toMatchObject({
      passkey: 'k',
    });
  });

  test('a client that knows no length lacks as much as can be', () => {
    expect(read({ left: '18446744073709551615' })).toMatchObject({ left: Number.MAX_SAFE_INTEGER });
  });

  test('numwant -1 leaves it to the tracker', () => {
    expect(read({ numwant: -1 })).toMatchObject({ wanted: undefined });
  });

  test('queries and parameters are bounded', () => {
    expect(readAnnounceQuery('a'.repeat(1_000_000), undefined)).toEqual({
      failure: 'the query is too long: at most 8192 characters',
    });
    expect(readAnnounceQuery('a=1&'.repeat(100), undefined)).toEqual({ failure: 'too many parameters: at most 80' });
  });

  test('any query is an announce or a refusal', () => {
    const pieces = fc.constantFrom(
      'info_hash',
      '=',
      '&',
      '%',
      '%ff',
      '%0',
      'port',
      '1',
      '\u0000',
      '\u00ff',
      'left',
      'a',
      '+',
      '?',
    );
    const queries = fc.oneof(
      fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
      fc.string().map((text) => `${announceQuery()}&${text}`),
    );
    fc.assert(
      fc.property(queries, (query) => {
        const result = readAnnounceQuery(query, undefined);
        if ('failure' in result) expect(result.failure).toMatch(/^[a-z]/);
        else expect([result.infohash.length, result.peerId.length]).toEqual([20, 20]);
      }),
      { numRuns: 2000 },
    );
  });
});
