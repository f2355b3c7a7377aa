import { describe, expect, test } from 'vitest';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { ask, POLICY, put, refusal, startVerifier } from '../../../../tools/verifier-in-tests.ts';
import { PAGE } from './policies.ts';

const clock = (): Date => new Date('2026-11-20T12:00:00Z');

describeOnEngines(({ fresh }) => {
  const start = () => startVerifier(fresh(), { clock });

  describe('a policy', () => {
    test('is stored by an admin, with the digest of its canonical JSON', async () => {
      await using service = await start();
      const text = '{ "identity": "any",\n "binding": {"type":"attestation", "profile":"assay/1-batch"} }';
      const answer = await put(service.origin, text);
      expect([answer.status, answer.json]).toEqual([
        201,
        {
          id: 'td',
          version: 1,
          // printf '{"binding":{"profile":"assay/1-batch","type":"attestation"},"identity":"any"}' | sha256sum
          sha256: '23bb912f3a3c03b9a0a4c4fe0d32c9b6c3eb931e89b0dcd3e832df5a5fc51327',
          createdAt: '2026-11-20T12:00:00.000Z',
          createdBy: 'ops',
          withdrawnAt: null,
          policy: POLICY,
        },
      ]);
      expect((await ask(service.origin, 'GET /v1/policies/td@1')).json).toEqual(answer.json);
    });

    test('is not stored by others', async () => {
      await using service = await start();
      expect(refusal(await put(service.origin, POLICY, 'shop'))).toEqual([403, 'forbidden', undefined]);
      expect(refusal(await put(service.origin, POLICY, null))).toEqual([401, 'unauthorized', 'authorization']);
      expect((await ask(service.origin, 'GET /v1/policies')).json).toEqual({ policies: [], next: null });
    });

    test('that is longer than any is refused', async () => {
      await using service = await start();
      const releases = Array.from({ length: 3_000 }, (_, index) => ({
        name: `${index}`,
        measurements: { mrtd: '00'.repeat(48) },
      }));
      expect(refusal(await put(service.origin, { ...POLICY, releases }))).toEqual([413, 'body_too_large', 'body']);
    });

    test('that changes is a new version; the same again is the same version', async () => {
      await using service = await start();
      const versions = [];
      for (const policy of [POLICY, POLICY, { ...POLICY, debug: 'allow' }, POLICY]) {
        const { status, json } = await put(service.origin, policy);
        versions.push([status, json.version]);
      }
      expect(versions).toEqual([
        [201, 1],
        [200, 1],
        [201, 2],
        [201, 3],
      ]);
      expect((await ask(service.origin, 'GET /v1/policies/td@1')).json.policy).toEqual(POLICY);
      expect((await ask(service.origin, 'GET /v1/policies/td')).json.version).toBe(3);
    });

    test('that 20 admins store at once has 20 versions, or one', async () => {
      await using service = await start();
      const others = await Promise.all(
        Array.from({ length: 20 }, (_, index) => put(service.origin, { ...POLICY, tcb: { graceDays: index } })),
      );
      const versions = others.map(({ json }) => Number(json.version)).sort((a, b) => a - b);
      expect(versions).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      const same = await Promise.all(Array.from({ length: 20 }, () => put(service.origin, POLICY)));
      expect(new Set(same.map(({ json }) => json.version))).toEqual(new Set([21]));
    });

    test('that is withdrawn leaves the version before it in force', async () => {
      await using service = await start();
      await put(service.origin, POLICY);
      await put(service.origin, { ...POLICY, debug: 'allow' });
      await ask(service.origin, 'DELETE /v1/policies/td@2', undefined, { as: 'ops' });
      const challenged = await ask(service.origin, 'POST /v1/challenges', { policyId: 'td' });
      expect(challenged.json.policy).toMatchObject({ version: 1 });
      await ask(service.origin, 'DELETE /v1/policies/td@1', undefined, { as: 'ops' });
      expect(refusal(await ask(service.origin, 'POST /v1/challenges', { policyId: 'td' }))[1]).toBe('not_found');
      expect((await put(service.origin, POLICY)).json.version).toBe(3);
    });

    test.each([
      [{ identiy: 'any' }, 'policy.identiy'],
      [{ ...POLICY, tcb: { graceDays: -1 } }, 'policy.tcb.graceDays'],
      [{ releases: [] }, 'policy.releases'],
      [{ ...POLICY, freshness: 'any' }, 'policy.freshness'],
      [[], 'policy'],
      ['{"identity":"any","identity":"any"}', 'policy'],
    ])('that is wrong is refused with its field: %j', async (policy, field) => {
      await using service = await start();
      expect(refusal(await put(service.origin, policy))).toEqual([400, 'bad_request', field]);
    });

    test.each([
      ['PUT /v1/policies/td@1', 400],
      ['PUT /v1/policies/T', 400],
      ['DELETE /v1/policies/td', 400],
      ['DELETE /v1/policies/td@9', 404],
      ['GET /v1/policies/td@0', 400],
      ['GET /v1/policies/td@1e3', 400],
      ['GET /v1/policies/%00', 400],
    ])('has one name: %s', async (target, status) => {
      await using service = await start();
      const body = target.startsWith('PUT') ? POLICY : undefined;
      expect((await ask(service.origin, target, body, { as: 'ops' })).status).toBe(status);
    });
  });

  test('policies come in pages', async () => {
    await using service = await start();
    const ids = Array.from({ length: PAGE + 1 }, (_, index) => `p${String(index).padStart(3, '0')}`);
    for (const id of ids) await ask(service.origin, `PUT /v1/policies/${id}`, POLICY, { as: 'ops' });
    const first = await ask(service.origin, 'GET /v1/policies');
    const second = await ask(service.origin, `GET /v1/policies?after=${String(first.json.next)}`);
    const listed = [first, second].flatMap(({ json }) => json.policies as readonly { readonly id: string }[]);
    expect([listed.map(({ id }) => id), second.json.next]).toEqual([ids, null]);
  });
});
