import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { audiencePolicy } from './audience.ts';

const own = 'https://service.example';
const other = 'https://verifier.example';

function refusal(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('it was allowed');
}

describe('an audience', () => {
  test("is this service's own URL, without a list", () => {
    for (const list of [undefined, []]) {
      const policy = audiencePolicy(list, own);
      expect([policy(undefined), policy(own)]).toEqual([own, own]);
      expect(refusal(() => policy(other))).toMatchObject({ code: 'forbidden', field: 'aud' });
    }
  });

  test('is one that is listed; who names none gets the own URL if it is listed, else the first', () => {
    expect(audiencePolicy([other, own], own)(undefined)).toBe(own);
    const policy = audiencePolicy([other, 'syft-client-attestation'], own);
    expect([policy(undefined), policy('syft-client-attestation')]).toEqual([other, 'syft-client-attestation']);
    expect(refusal(() => policy(own)).message).toBe(
      `aud: ${own} is not among those that this service makes tokens for`,
    );
  });

  test.each([`${own}/`, `${own} `, 'HTTPS://service.example', 'https://service.exampl'])(
    'is not %j, which is near',
    (near) => {
      expect(refusal(() => audiencePolicy(undefined, own)(near))).toMatchObject({
        code: 'forbidden',
        field: 'aud',
      });
    },
  );

  test.each([
    'https://sts.googleapis.com',
    'https://sts.googleapis.com/v1/token',
    'https://STS.googleapis.com:443',
    'https://sts.googleapis.com.',
    'https://anyone@sts.googleapis.com',
    'https://sts.us-west1.rep.googleapis.com',
    'https://sts.mtls.googleapis.com/v1',
    'sts.googleapis.com',
    ' https://sts.googleapis.com',
    'https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider',
    '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider',
    '//IAM.googleapis.com/projects/1',
  ])('is never %j, also when it is listed', (asked) => {
    const problem = refusal(() => audiencePolicy([own, asked], own)(asked));
    expect(problem).toMatchObject({ code: 'forbidden', field: 'aud' });
    expect(problem.message).toBe(`aud: ${asked} is refused: its token is a credential of Google Cloud`);
  });

  test('is not of Google Cloud because nobody named another', () => {
    expect(refusal(() => audiencePolicy(['https://sts.googleapis.com'], own)(undefined)).message).toMatch(/credential/);
  });

  test.each(['https://sts.googleapis.com.example', 'https://example/sts.googleapis.com', '//iam.example/', 'sts'])(
    'may be %s, which is not of Google Cloud',
    (name) => {
      expect(audiencePolicy([name], own)(name)).toBe(name);
    },
  );

  test.each([
    ['nothing', ''],
    ['513 bytes', `${'é'.repeat(256)}e`],
    ['half a character', '\ud800'],
  ])('is not %s', (_, asked) => {
    expect(refusal(() => audiencePolicy([asked], own)(asked))).toMatchObject({
      code: 'bad_request',
      field: 'aud',
    });
  });

  test('is listed, or refused with that field, whatever is asked', () => {
    const policy = audiencePolicy([own, other], own);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(own, other)), (asked) => {
        if (asked === own || asked === other) expect(policy(asked)).toBe(asked);
        else expect(refusal(() => policy(asked)).field).toBe('aud');
      }),
    );
  });
});
