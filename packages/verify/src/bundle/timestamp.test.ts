import { describe, expect, test } from 'vitest';
import { fromBase64 } from '../codec/base64.ts';
import { fromHex } from '../codec/hex.ts';
import { fromIso } from '../codec/time.ts';
import { stampedAt } from './timestamp.ts';

const bytes = (text: string): Uint8Array => fromBase64(text);

/** SHA-256 of "assay". */
const digest = fromHex('9b2153df65c7cba8a514938e2d3254a32cc0e75f6d032572e45f2b6bb124c970');

/** An authority of its own with a P-256 key. */
const ecAuthority = bytes(
  'MIIBrTCCAVOgAwIBAgIUdwYjDGTZ5eS+BrAWlrpD7AP9s2YwCgYIKoZIzj0EAwIwKjEoMCYGA1UEAwwfRXhhbXBsZSB0aW1lLXN0YW1waW5n' +
    'IGF1dGhvcml0eTAeFw0yNjExMjAxNDA0MTZaFw0zNjExMTcxNDA0MTZaMCoxKDAmBgNVBAMMH0V4YW1wbGUgdGltZS1zdGFtcGluZyBhdXRo' +
    'b3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQef81ElFSATSGAY7bD8dRyN8TaxgPo0+ElXii9xV47Q0J1PSgB0lJPNhUkJoyfObId' +
    'AZYAaflsbHD1FlMaArIto1cwVTAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDAWBgNVHSUBAf8EDDAKBggrBgEFBQcDCDAdBgNVHQ4E' +
    'FgQUhXGK1sRqU7YBosqJYpjMCy4BibMwCgYIKoZIzj0EAwIDSAAwRQIgCm0kiF26lapPn16KPgEQL75NRtdI6FZecXoOVDFAi2ACIQD1/bFY' +
    'n8k5MHyic1N+l7i8qLcl6/419A8OUBkF31woMA==',
);
/** Its token over the digest. */
const ecToken = bytes(
  'MIIB9QYJKoZIhvcNAQcCoIIB5jCCAeICAQMxDzANBglghkgBZQMEAgEFADBxBgsqhkiG9w0BCRABBKBiBGAwXgIBAQYJKwYBBAGB/VkBMDEw' +
    'DQYJYIZIAWUDBAIBBQAEIJshU99lx8uopRSTji0yVKMswOdfbQMlcuRfK2uxJMlwAgECGBMyMDI2MTEyMDE0MDQxNi40MzhaMAMCAQExggFX' +
    'MIIBUwIBATBCMCoxKDAmBgNVBAMMH0V4YW1wbGUgdGltZS1zdGFtcGluZyBhdXRob3JpdHkCFHcGIwxk2eXkvgawFpa6Q+wD/bNmMA0GCWCG' +
    'SAFlAwQCAQUAoIGkMBoGCSqGSIb3DQEJAzENBgsqhkiG9w0BCRABBDAcBgkqhkiG9w0BCQUxDxcNMjYxMTIwMTQwNDE2WjAvBgkqhkiG9w0B' +
    'CQQxIgQgiTwog/cQ3+Dfp5Tepzs9PujlTppj8jxfmEJk8ynHX6wwNwYLKoZIhvcNAQkQAi8xKDAmMCQwIgQgeNSjTiILQ0iF0j6SFjW9Hr55' +
    'AI1L9VlBkiGH+YCrKeIwCgYIKoZIzj0EAwIESDBGAiEAqTAYWTivhWImGtiSBq5nxinEMpIf1QvE6rZnk7BcILUCIQDvWsxl1n0uFqcMtEvP' +
    'JGWcCa1MdhOkxDJ5wDp8I+OIlA==',
);
/** The same with its certificate inside, and a nonce. */
const ecTokenWithCertificate = bytes(
  'MIIDswYJKoZIhvcNAQcCoIIDpDCCA6ACAQMxDzANBglghkgBZQMEAgEFADB7BgsqhkiG9w0BCRABBKBsBGowaAIBAQYJKwYBBAGB/VkBMDEw' +
    'DQYJYIZIAWUDBAIBBQAEIJshU99lx8uopRSTji0yVKMswOdfbQMlcuRfK2uxJMlwAgEEGBMyMDI2MTEyMDE0MDQxNi41MDZaMAMCAQECCFDc' +
    'Ta/6503woIIBsTCCAa0wggFToAMCAQICFHcGIwxk2eXkvgawFpa6Q+wD/bNmMAoGCCqGSM49BAMCMCoxKDAmBgNVBAMMH0V4YW1wbGUgdGlt' +
    'ZS1zdGFtcGluZyBhdXRob3JpdHkwHhcNMjYxMTIwMTQwNDE2WhcNMzYxMTE3MTQwNDE2WjAqMSgwJgYDVQQDDB9FeGFtcGxlIHRpbWUtc3Rh' +
    'bXBpbmcgYXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHn/NRJRUgE0hgGO2w/HUcjfE2sYD6NPhJV4ovcVeO0NCdT0oAdJS' +
    'TzYVJCaMnzmyHQGWAGn5bGxw9RZTGgKyLaNXMFUwDAYDVR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMCB4AwFgYDVR0lAQH/BAwwCgYIKwYBBQUH' +
    'AwgwHQYDVR0OBBYEFIVxitbEalO2AaLKiWKYzAsuAYmzMAoGCCqGSM49BAMCA0gAMEUCIAptJIhdupWqT59eij4BEC++TUbXSOhWXnF6DlQx' +
    'QItgAiEA9f2xWJ/JOTB8onNTfpe4vKi3Jev+NfQPDlAZBd9cKDAxggFWMIIBUgIBATBCMCoxKDAmBgNVBAMMH0V4YW1wbGUgdGltZS1zdGFt' +
    'cGluZyBhdXRob3JpdHkCFHcGIwxk2eXkvgawFpa6Q+wD/bNmMA0GCWCGSAFlAwQCAQUAoIGkMBoGCSqGSIb3DQEJAzENBgsqhkiG9w0BCRAB' +
    'BDAcBgkqhkiG9w0BCQUxDxcNMjYxMTIwMTQwNDE2WjAvBgkqhkiG9w0BCQQxIgQgsrHdVq0exHddxx9Odvgz/SOLcw0EzWMhjzSj2nPmJKQw' +
    'NwYLKoZIhvcNAQkQAi8xKDAmMCQwIgQgeNSjTiILQ0iF0j6SFjW9Hr55AI1L9VlBkiGH+YCrKeIwCgYIKoZIzj0EAwIERzBFAiB/8/nf28Gr' +
    '+u/n2E7BzWIH98Kk5mZDsbHGhC4tDNyhAwIhAN0IvEPRr+yUe/TjqSek/Ll2BouCTovStc+Ch91pcfFk',
);
/** An authority with an RSA key. */
const rsaAuthority = bytes(
  'MIIDOTCCAiGgAwIBAgIUV7B8ZVneD7xGl7UxsewpfBtudeUwDQYJKoZIhvcNAQELBQAwKjEoMCYGA1UEAwwfRXhhbXBsZSB0aW1lLXN0YW1w' +
    'aW5nIGF1dGhvcml0eTAeFw0yNjExMjAxNDA0MTZaFw0zNjExMTcxNDA0MTZaMCoxKDAmBgNVBAMMH0V4YW1wbGUgdGltZS1zdGFtcGluZyBh' +
    'dXRob3JpdHkwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDGGEY0dDMHqu65tKoSlg8qK+DQwN15XUT8FZiI8HDp/1coKhawOacy' +
    'GSP2sGGxVjmfPERwVpvCeFlyfs41aEdVXpum99RKIEW/i1Aink3+fcwwHsrB7k3BGM64omG7sRFp1OTz3+N0o+Z6Mx9HvtRF7lTmdtIC0Kxr' +
    'tZeHLK4Di9Ggj5o1To/K68yylYQypSihyOwSHUogd31M/B//mzs1VJlUueKd8DrMdHEx6hLXHIdfMNnoda95Fbmc5PIGZL6/rikzm8FFKZoi' +
    'GyvgEqks39t/sQEvBVs7BCQy+3SiE0w2qejx3BpL15sdSSMs4AsRfYpZOGSPyYoKrHp4PLmxAgMBAAGjVzBVMAwGA1UdEwEB/wQCMAAwDgYD' +
    'VR0PAQH/BAQDAgeAMBYGA1UdJQEB/wQMMAoGCCsGAQUFBwMIMB0GA1UdDgQWBBTWQcZhMct3v47LiQhUX4FxQVyh+jANBgkqhkiG9w0BAQsF' +
    'AAOCAQEAaDRSJHze/g/t9TTUoY5rARDT1nNz7wATzeGVvsaO2SafvZKAEp0IK0CsZg0QJuuRWG/Z0JnyIYp6oZHqwvUblMFQzSgn0hLZTUkz' +
    'Siq2ml55BKg8mUMvjcTJ4RSZthldZHUzBlDSAnX4VvcLIQLYbEqSbudNu9tUCH111ad2BbY6O8xjTzjn7X2HNRn1eSjs9sGErC8kvK5TzbVx' +
    '6KBOhquV+hH2lSHbFGqRZ4Y2fqZY3mjcPCH7GrrgaP3MyGMZybuKf9lY9FtPjpCL2/u2VuMNuurKvsmgiTdKbOzOAsmaOmJ5tHHa/AdKhP56' +
    'sfSDZSQYZqw2ODXjD7RVgoqQQw==',
);
/** Its token over the digest. */
const rsaToken = bytes(
  'MIICsgYJKoZIhvcNAQcCoIICozCCAp8CAQMxDzANBglghkgBZQMEAgEFADBxBgsqhkiG9w0BCRABBKBiBGAwXgIBAQYJKwYBBAGB/VkBMDEw' +
    'DQYJYIZIAWUDBAIBBQAEIJshU99lx8uopRSTji0yVKMswOdfbQMlcuRfK2uxJMlwAgEDGBMyMDI2MTEyMDE0MDQxNi40NzZaMAMCAQExggIU' +
    'MIICEAIBATBCMCoxKDAmBgNVBAMMH0V4YW1wbGUgdGltZS1zdGFtcGluZyBhdXRob3JpdHkCFFewfGVZ3g+8Rpe1MbHsKXwbbnXlMA0GCWCG' +
    'SAFlAwQCAQUAoIGkMBoGCSqGSIb3DQEJAzENBgsqhkiG9w0BCRABBDAcBgkqhkiG9w0BCQUxDxcNMjYxMTIwMTQwNDE2WjAvBgkqhkiG9w0B' +
    'CQQxIgQgyRY5rIZoujV42aPou29AAjGY5W44ydXvx6BZnVowLIcwNwYLKoZIhvcNAQkQAi8xKDAmMCQwIgQgOfuDmTYJbY3Ykl7Ky9jQ57qM' +
    'OG6FfQ/+UcNP7wGcQOIwDQYJKoZIhvcNAQEBBQAEggEAm+wUa0Zj5LotT94d09tsor33D4AAomxbfUB7p107zjpbzF3D0JlCkOTCLyTZt26Z' +
    'Ugbnv4FukWSW8c8gzEtwThY68MYSS53JR0Vxf5a3faCa9U0CLb2uKxDJNePhSgHE8W/LalkA0Hq9MoU69JIt9GnMqDNxY9kFnhqLOmDT55ly' +
    'mggq95H8zgpfuIwZCjRMSFp0+SJhJwIVFmlu+/KtAuPB2+Kzkc/FsAW5deJdrS6cX6jLBKBsOne48TN8F9OpMfhVitkMJ6eYFcDxN3mdqVJF' +
    'k5qZxmU/TZXERiUiTt3kFkTDwLUO8RIPU59T5TkpCi4OS+w+sTudV4qJwfmVwg==',
);
/** A certificate of the P-256 key for servers. */
const server = bytes(
  'MIIBnTCCAUOgAwIBAgIUB+HxnIPSjbKVgu4j/BMuk+5ni1IwCgYIKoZIzj0EAwIwKjEoMCYGA1UEAwwfRXhhbXBsZSB0aW1lLXN0YW1waW5n' +
    'IGF1dGhvcml0eTAeFw0yNjExMjAxNDA0MTZaFw0zNjExMTcxNDA0MTZaMCoxKDAmBgNVBAMMH0V4YW1wbGUgdGltZS1zdGFtcGluZyBhdXRo' +
    'b3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQef81ElFSATSGAY7bD8dRyN8TaxgPo0+ElXii9xV47Q0J1PSgB0lJPNhUkJoyfObId' +
    'AZYAaflsbHD1FlMaArIto0cwRTAMBgNVHRMBAf8EAjAAMBYGA1UdJQEB/wQMMAoGCCsGAQUFBwMBMB0GA1UdDgQWBBSFcYrWxGpTtgGiyoli' +
    'mMwLLgGJszAKBggqhkjOPQQDAgNIADBFAiBrJznKR65zzuETkN11L4eXqpEFV6Gnsn8/ItPxM9W4FgIhAOoY4fWKVXyh36QlIfZUNhJ74VS+' +
    'Uv9eHZ7D61gbYrLL',
);

const time = fromIso('2026-11-20T14:04:16Z');

describe('time-stamp tokens (RFC 3161)', () => {
  test('show when the digest was there, to those who pin the authority', async () => {
    expect(await stampedAt(ecToken, digest, [ecAuthority])).toBe(time);
    expect(await stampedAt(rsaToken, digest, [rsaAuthority])).toBe(time);
    expect(await stampedAt(ecToken, digest, [rsaAuthority, ecAuthority])).toBe(time);
    expect(await stampedAt(ecTokenWithCertificate, digest, [ecAuthority])).toBeGreaterThanOrEqual(time);
  });

  test('show nothing of another digest, by another authority, or to nobody', async () => {
    expect(await stampedAt(ecToken, new Uint8Array(32), [ecAuthority])).toBeUndefined();
    expect(await stampedAt(ecToken, new Uint8Array(), [ecAuthority])).toBeUndefined();
    expect(await stampedAt(ecTokenWithCertificate, digest, [rsaAuthority])).toBeUndefined();
    expect(await stampedAt(ecToken, digest, [])).toBeUndefined();
  });

  test('show no other time whichever bit is flipped', async () => {
    const unsigned: number[] = [];
    for (let at = 0; at < ecToken.length; at += 1) {
      const changed = new Uint8Array(ecToken);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      const found = await stampedAt(changed, digest, [ecAuthority]);
      if (found === time) unsigned.push(at);
      else expect(found).toBeUndefined();
    }
    // Versions, the list of digests, and which certificate signed: not signed, and not read.
    expect(unsigned.every((at) => at < 60 || (at > 160 && at < 252))).toBe(true);
  });

  test('that are cut short show nothing', async () => {
    for (let length = 0; length < ecToken.length; length += 7) {
      expect(await stampedAt(ecToken.subarray(0, length), digest, [ecAuthority])).toBeUndefined();
    }
  });

  test('need a certificate for nothing but time-stamping', async () => {
    await expect(stampedAt(ecToken, digest, [server])).rejects.toThrow(/timestampAuthorities: not for time-stamping/);
    await expect(stampedAt(ecToken, digest, [new Uint8Array()])).rejects.toThrow(/^timestampAuthorities/);
  });
});
