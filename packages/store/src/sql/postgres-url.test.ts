import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { suiteFolder } from '../../../../tools/stores-in-tests.ts';
import { parsePostgresUrl } from './postgres-url.ts';

const path = suiteFolder();

describe('the URL of a Postgres database', () => {
  test('names user, password, host, port and database', () => {
    expect(parsePostgresUrl('postgres://me:p%40ss@db.example:5433/assay')).toEqual({
      user: 'me',
      password: 'p@ss',
      host: 'db.example',
      port: 5433,
      database: 'assay',
      ssl: false,
    });
  });

  test('names a folder of sockets as host', () => {
    expect(parsePostgresUrl('postgresql:///assay?host=/run/postgresql&user=me')).toEqual({
      user: 'me',
      host: '/run/postgresql',
      port: 5432,
      database: 'assay',
      ssl: false,
    });
  });

  test('may have an address of IPv6', () => {
    expect(parsePostgresUrl('postgres://me@[::1]/a')).toMatchObject({ host: '::1', database: 'a' });
  });

  test.each(['verify-full', 'require'])('with sslmode=%s asks for a certificate that is checked', (mode) => {
    expect(parsePostgresUrl(`postgres://me@h/a?sslmode=${mode}`).ssl).toEqual({ rejectUnauthorized: true });
  });

  test('may bring the authority of the certificate', () => {
    writeFileSync(path('root.pem'), 'PEM');
    const { ssl } = parsePostgresUrl(`postgres://me@h/a?sslmode=verify-full&sslrootcert=${path('root.pem')}`);
    expect(ssl).toEqual({ rejectUnauthorized: true, ca: 'PEM' });
  });

  test.each([
    ['is no URL', 'postgres//me:hunter2@h/a'],
    ['is no URL', 'postgres://me:hunter2@:5432/a'],
    ['has another scheme', 'mysql://me:hunter2@h/a'],
    ['names no host', 'postgres:///a?user=hunter2'],
    ['names no user', 'postgres://:hunter2@h/a'],
    ['names no database', 'postgres://me:hunter2@h'],
    ['has an sslmode other than', 'postgres://me:hunter2@h/a?sslmode=no-verify'],
    ['has an sslmode other than', 'postgres://me:hunter2@h/a?sslmode=prefer'],
    ['has the unknown parameter "statement_timeout"', 'postgres://me:hunter2@h/a?statement_timeout=hunter2'],
    ['has sslrootcert but not', 'postgres://me:hunter2@h/a?sslrootcert=/x'],
    ['has no port', 'postgres://me:hunter2@h/a?port=70000'],
    ['has a part that is not percent-encoded', 'postgres://me:hunter2%ff@h/a'],
    ['sslrootcert /nowhere cannot be read', 'postgres://me:hunter2@h/a?sslmode=verify-full&sslrootcert=/nowhere'],
  ])('that %s is refused without repeating it: %s', (reason, url) => {
    expect(() => parsePostgresUrl(url)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringMatching(new RegExp(`^(?!.*hunter2).*${reason}`)),
      }),
    );
  });

  test('of any text is read or refused as usage', () => {
    const anyUrl = fc.oneof(
      fc.string(),
      fc.webUrl({ withQueryParameters: true }).map((url) => url.replace(/^https?/, 'postgres')),
    );
    fc.assert(
      fc.property(anyUrl, (text) => {
        try {
          expect(parsePostgresUrl(text).host).not.toBe('');
        } catch (error) {
          expect(error).toMatchObject({ code: 'usage' });
        }
      }),
    );
  });
});
