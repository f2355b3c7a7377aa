import { beforeAll, describe, expect, test } from 'vitest';
import { createLauncher, type LauncherOptions } from './launcher.ts';
import { SNP_UNSUPPORTED } from './service-error.ts';
import { createGoogleVendor, type GoogleVendor } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
const SOCKET = 'http://localhost';
let vendor: GoogleVendor;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now });
});

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

async function ask({ path = '/v1/token', method = 'POST', body }: Asked, options: LauncherOptions = {}) {
  const init = body === undefined ? { method } : { method, body };
  const response = await createLauncher(vendor, options)(new Request(SOCKET + path, init));
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

const post = (request: unknown, options?: LauncherOptions) => ask({ body: JSON.stringify(request) }, options);
const sound = { audience: 'https://verifier.example', nonces: ['nonce-of-13-b'], token_type: 'OIDC' };

const part = (token: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
const claimsOf = ({ body }: { readonly body: string }) => part(body, 1);

describe('tokens', () => {
  test('GET has the default: for STS, OIDC, no nonce; text/html without a line feed', async () => {
    const { status, type, body } = await ask({ method: 'GET' });
    expect([status, type]).toEqual([200, 'text/html']);
    expect(body).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const claims = part(body, 1);
    expect([claims.aud, claims.iss, claims.eat_nonce]).toEqual([
      'https://sts.googleapis.com',
      vendor.issuer,
      undefined,
    ]);
    expect(part(body, 0)).not.toHaveProperty('x5c');
  });

  test('POST has audience and nonces, keys in any case, bytes behind the value ignored', async () => {
    const body =
      '{"AUDIENCE":"first","Audience":"https://verifier.example","nonceſ":["nonce-of-13-b"],"TOKEN_TYPE":"PKI"} x';
    const { body: token } = await ask({ body });
    expect(part(token, 1)).toMatchObject({ aud: sound.audience, eat_nonce: 'nonce-of-13-b' });
    expect(part(token, 0).x5c).toHaveLength(3);
  });

  test('a type that nobody knows is OIDC', async () => {
    expect(part((await post({ ...sound, token_type: 'SAML' })).body, 0)).not.toHaveProperty('x5c');
  });

  test.each(['LIMITED_AWS', 'AWS_PRINCIPALTAGS'])('%s has the tags of AWS', async (token_type) => {
    const options = { allowed_principal_tags: { container_image_signatures: { key_ids: ['00'] } } };
    const claims = claimsOf(await post({ ...sound, token_type, aws_principal_tag_options: options }));
    expect(claims['https://aws.amazon.com/tags']).toMatchObject({
      principal_tags: {
        'confidential_space.support_attributes': ['LATEST=STABLE=USABLE'],
        'container.image_digest': [`sha256:${'5a'.repeat(32)}`],
        swname: ['CONFIDENTIAL_SPACE'],
        swversion: ['260600'],
      },
    });
  });

  test('say what the profile and the caller want', async () => {
    const claims = claimsOf(await post(sound, { profile: 'tdx-debug', claims: (all) => ({ ...all, secboot: false }) }));
    expect(claims).toMatchObject({ hwmodel: 'GCP_INTEL_TDX', dbgstat: 'enabled', secboot: false });
    const clock = () => new Date(now.getTime() + 60_000);
    expect(claimsOf(await post(sound, { clock })).iat).toBe(now.getTime() / 1000 + 60);
  });
});

const PARSE = 'failed to parse POST body as TokenOptions: ';
describe('refusals of the launcher', () => {
  test.each([
    ['{"audience":"a","eat_nonce":"b"}', `${PARSE}json: unknown field "eat_nonce"`],
    ['', `${PARSE}EOF`],
    ['{"audience":', `${PARSE}unexpected EOF`],
    ['audience=a', `${PARSE}invalid character 'a' looking for beginning of value`],
    ['[]', `${PARSE}json: cannot unmarshal array into Go value of type models.TokenOptions`],
    [
      '{"audience":5}',
      `${PARSE}json: cannot unmarshal number into Go struct field TokenOptions.audience of type string`,
    ],
    [
      '{"nonces":"n"}',
      `${PARSE}json: cannot unmarshal string into Go struct field TokenOptions.nonces of type []string`,
    ],
    [
      '{"nonces":[{}]}',
      `${PARSE}json: cannot unmarshal object into Go struct field TokenOptions.nonces of type string`,
    ],
    ['{"x":1,"audience":5}', `${PARSE}json: unknown field "x"`],
    ['{"aws_principal_tag_options":{"x":1}}', `${PARSE}json: unknown field "x"`],
    ['null', 'use GET request for the default identity token'],
    ['{"token_type":"OIDC"}', 'use GET request for the default identity token'],
    ['{"audience":null}', 'use GET request for the default identity token'],
    ['{"audience":"a"}', 'token_type is a required parameter'],
    ['{"audience":"a","token_type":""}', 'token_type is a required parameter'],
    [' '.repeat(1_048_577), `${PARSE}http: request body too large`],
  ])('%.40s', async (body, refusal) => {
    expect(await ask({ body })).toEqual({ status: 400, type: 'text/html', body: refusal });
  });

  test('methods, paths and clients that are not there', async () => {
    const html = { type: 'text/html' };
    const plain = { type: 'text/plain; charset=utf-8' };
    const put = { status: 400, ...html, body: 'TEE server received an invalid HTTP method: PUT' };
    expect(await ask({ method: 'PUT', body: '{}' })).toEqual(put);
    expect(await ask({ path: '/v1/nothing' })).toEqual({ status: 404, ...plain, body: '404 page not found\n' });
    const intel = 'no ITA verifier client present - ensure ITA Region and Key are defined in metadata';
    expect(await ask({ path: '/v1/intel/token' })).toEqual({ status: 500, ...html, body: intel });
    const google = 'no GCA verifier client present, please try rebooting your VM';
    const absent = { fault: () => ({ kind: 'no-client' }) as const };
    expect(await post(sound, absent)).toEqual({ status: 500, ...html, body: google });
    const evidence = { path: '/v1/evidence' };
    expect(await ask({ ...evidence, method: 'GET' })).toEqual({ status: 405, ...plain, body: 'method not allowed' });
    expect(await ask(evidence)).toMatchObject({ status: 500, body: 'attestation evidence is disabled' });
    expect(await ask({ path: '/v1/keys:getEndorsement' })).toMatchObject({
      status: 403,
      body: 'keymanager not enabled',
    });
    const host = { status: 403, body: 'host attestation not enabled' };
    expect(await ask({ path: '/v1/hostAttestation' })).toMatchObject(host);
  });
});

describe('refusals of the service: 500 around its own status', () => {
  const inner = (prefix: string, code: number) =>
    `${prefix}calling v1.VerifyConfidentialSpace in us-west1: googleapi: Error ${code}: `;
  const custom = inner('failed to retrieve custom attestation service token: ', 400);

  test.each([
    [{ nonces: ['7-bytes'] }, 'nonces: 8 to 88 bytes'],
    [{ nonces: ['x'.repeat(89)] }, 'nonces: 8 to 88 bytes'],
    [{ nonces: Array<string>(7).fill('nonce-of-13-b') }, 'nonces: at most 6'],
    [{ audience: 'é'.repeat(257) }, 'audience: at most 512 bytes'],
    [{ audience: 'https://sts.googleapis.com' }, 'is not allowed'],
  ])('%.60j', async (change, message) => {
    const { status, body } = await post({ ...sound, ...change });
    expect(status).toBe(500);
    expect(body).toContain(`${custom}invalid request: `);
    expect(body).toContain(message);
    expect(/reason = (\w+)/.exec(body)?.[1]).toBe('INVALID_ARGUMENT');
  });

  test('limits are inclusive', async () => {
    const nonces = ['8-bytes!', 'x'.repeat(88), ...Array<string>(4).fill('nonce-of-13-b')];
    expect((await post({ ...sound, audience: 'a'.repeat(512), nonces })).status).toBe(200);
  });

  test('whole, as the launcher’s client words it', async () => {
    const details = 'error details: name = ErrorInfo reason = UNSUPPORTED_CC_TECHNOLOGY';
    const domain = 'domain = confidentialcomputing.googleapis.com metadata = map[]';
    expect(await post(sound, { profile: 'sev-snp', region: 'europe-west4' })).toEqual({
      status: 500,
      type: 'text/html',
      body: `failed to retrieve custom attestation service token: calling v1.VerifyConfidentialSpace in europe-west4: googleapi: Error 400: ${SNP_UNSUPPORTED.message}\n${details} ${domain}`,
    });
  });

  test('a VM on SEV-SNP has no tokens', async () => {
    const { status, body } = await ask({ method: 'GET' }, { profile: 'sev-snp' });
    expect(status).toBe(500);
    expect(body).toContain(inner('failed to retrieve attestation service token: ', 400) + SNP_UNSUPPORTED.message);
    expect(body).toContain('reason = UNSUPPORTED_CC_TECHNOLOGY');
  });

  test('more than 5 requests a second are too many', async () => {
    let time = now;
    const launcher = createLauncher(vendor, { quota: { requests: 5, seconds: 1 }, clock: () => time });
    const statuses = async (count: number) => {
      const all = await Promise.all(Array.from({ length: count }, () => launcher(new Request(`${SOCKET}/v1/token`))));
      return Promise.all(
        all.map(async (response) => [response.status, (await response.text()).includes('Error 429: ')]),
      );
    };
    expect(await statuses(6)).toEqual([...Array<unknown>(5).fill([200, false]), [500, true]]);
    time = new Date(now.getTime() + 1000);
    expect(await statuses(1)).toEqual([[200, false]]);
  });
});

describe('faults', () => {
  test('an answer of any kind, a refusal of any kind', async () => {
    const answer = { fault: () => ({ kind: 'answer', status: 503, body: 'gone' }) as const };
    expect(await post(sound, answer)).toEqual({ status: 503, type: 'text/html', body: 'gone' });
    const error = { code: 403, message: 'no', reason: 'DENIED' };
    const { status, body } = await post(sound, { fault: () => ({ kind: 'service', error }) });
    expect([status, body.includes('Error 403: no'), body.includes('reason = DENIED')]).toEqual([500, true, true]);
  });

  test('a token that breaks off, a late one', async () => {
    await expect(post(sound, { fault: () => ({ kind: 'half' }) })).rejects.toThrow();
    expect((await post(sound, { fault: () => ({ kind: 'delay', milliseconds: 1 }) })).status).toBe(200);
  });

  test('no answer until the caller gives up', async () => {
    const launcher = createLauncher(vendor, { fault: () => ({ kind: 'hang' }) });
    const controller = new AbortController();
    const pending = launcher(new Request(`${SOCKET}/v1/token`, { signal: controller.signal }));
    controller.abort();
    await expect(pending).rejects.toThrow('gave up');
  });
});
