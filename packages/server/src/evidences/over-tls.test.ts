import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createBatcher, createDstackAttester, newInstance } from '@assay/attest';
import { createGuestAgent, createIntelVendor, issueCollateral } from '@assay/simulate';
import { type Listener, listen } from '@assay/simulate/node';
import { fromPem, type Policy, type Verdict, verify } from '@assay/verify';
import { fromHex, parseCertificate, parseJsonObject, toHex, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { parseEnvelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAttesterApp } from '../attester/app.ts';
import { type ServedApp, serveApp } from '../service/serve-app.ts';
import { checkGivenCertificate } from '../tls/given-certificate.ts';
import { newP256Keys, selfSign } from '../tls/self-signed.ts';
import { createEvidencesApp } from './app.ts';

// A relying party over real TLS: the certificate is the one that its own connection showed.

const now = new Date('2026-11-20T12:00:00Z');
const clock = (): Date => now;
const ACCOUNT = '{"uri":"https://acme.example/acct/1"}';
const FILES = ['acme-account.json', 'cert-app.example.pem', 'sha256sum.txt', 'quote.json'] as const;

/** A key and a certificate as an authority issues them: nothing in it is evidence. */
async function issued() {
  const [notBefore, notAfter] = [new Date('2026-11-01T00:00:00Z'), new Date('2026-12-31T00:00:00Z')];
  const made = await selfSign(await newP256Keys(), { names: ['app.example'], notBefore, notAfter, extensions: [] });
  return checkGivenCertificate({ tlsKey: made.key, tlsCertificate: made.certificate }, now);
}

let folder: string;
let guest: Listener;
let service: ServedApp;
let options: Parameters<typeof verify>[1] & { readonly policy: Policy };
beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'evidences over TLS', now });
  const agent = await createGuestAgent(vendor, { version: '0.5.11', apis: ['v0'] });
  folder = await mkdtemp(join(tmpdir(), 'evidences-'));
  guest = await listen(agent.handler, { socket: join(folder, 'dstack.sock') });
  const files = Object.entries(await issueCollateral(vendor, agent.td.pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
  );
  const { mrAggregated, composeHash, appId } = agent.appInfo();
  const measurements = { mrAggregated: toHex(mrAggregated), composeHash: toHex(composeHash), appId: toHex(appId) };
  options = {
    tees: [tdx],
    now,
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    policy: { releases: [{ name: 'this app', measurements }] },
  };

  const attester = createDstackAttester({ endpoint: guest.address });
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  const tls = await issued();
  const app = new Hono();
  const served = { certificate: () => tls.certificate, domain: 'app.example', account: ACCOUNT };
  app.route('/', createEvidencesApp({ ...served, attester, clock }));
  const keys = () => [{ use: 'tls', spkiSha256: tls.spkiSha256 }];
  app.route('/', createAttesterApp({ attester, batcher, clock, name: 'app', version: '1', keys }));
  service = await serveApp(app, { place: { host: '127.0.0.1', port: 0 }, log: { write: () => undefined }, tls });
});
afterAll(async () => {
  await service.close();
  await guest.close();
  await rm(folder, { recursive: true });
});

/** Whom to reach. The simulated authority is in nobody's list: what counts is the evidence. */
const peer = () => ({
  host: '127.0.0.1',
  port: Number(new URL(service.address).port),
  servername: 'app.example',
  rejectUnauthorized: false,
});

async function fetched(path: string): Promise<Buffer> {
  const [response] = await once(request({ ...peer(), path, agent: false }).end(), 'response');
  expect(response.statusCode).toBe(200);
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What the connection shows, and the files that it serves. */
async function seen() {
  const socket = connect(peer());
  await once(socket, 'secureConnect');
  const certificate: Uint8Array = new Uint8Array(socket.getPeerCertificate().raw);
  socket.destroy();
  const served = await Promise.all(FILES.map(async (name) => [name, await fetched(`/evidences/${name}`)] as const));
  const { 'quote.json': quote, ...files } = Object.fromEntries(served);
  return { certificate, files, quote: parseJsonObject(String(quote), 'quote.json') };
}

type Seen = Awaited<ReturnType<typeof seen>>;

function judge({ certificate, files, quote }: Seen): Promise<Verdict> {
  const policy: Policy = { ...options.policy, freshness: 'any', binding: { profile: 'ingress-evidence' } };
  const evidence = { evidence: fromHex(String(quote.quote), 'quote'), eventLog: utf8(String(quote.event_log)) };
  return verify(evidence, { ...options, policy, subject: { certificate, files } });
}

/** SHA-256 of the key in a certificate. */
const keyOf = (certificate: Uint8Array): Buffer =>
  createHash('sha256').update(parseCertificate(certificate).publicKey.raw).digest();

const refusals = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = new Uint8Array(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

describe('the files of /evidences/, with the certificate of the connection', () => {
  let sound: Seen;
  beforeAll(async () => {
    sound = await seen();
  });

  test('are accepted, and name the key of the connection', async () => {
    const verdict = await judge(sound);
    expect([refusals(verdict), verdict.outcome, verdict.layers]).toEqual([
      [],
      'affirming',
      { authentic: 'pass', platform: 'pass', identity: 'pass', fresh: 'waived', bound: 'pass' },
    ]);
    expect(verdict.claims?.keys).toEqual([{ use: 'tls', spkiSha256: keyOf(sound.certificate).toString('hex') }]);
  });

  test('are refused to a connection that showed another certificate', async () => {
    const [other = sound.certificate] = fromPem((await issued()).certificate, 'CERTIFICATE');
    expect(refusals(await judge({ ...sound, certificate: other }))).toEqual(['binding.subject']);
  });

  test.each(['acme-account.json', 'cert-app.example.pem', 'sha256sum.txt'])(
    'are refused when a bit of %s changes',
    async (name) => {
      const whole = sound.files[name] ?? new Uint8Array();
      for (const at of [0, whole.length >> 1, whole.length - 1]) {
        const files = { ...sound.files, [name]: Buffer.from(flipped(whole, at)) };
        expect(refusals(await judge({ ...sound, files }))).toEqual(['binding.subject']);
      }
    },
  );

  test('are refused when a bit of the quote changes: report data, signature', async () => {
    const whole = fromHex(String(sound.quote.quote), 'quote');
    for (const at of [568, 636]) {
      const quote = { ...sound.quote, quote: Buffer.from(flipped(whole, at)).toString('hex') };
      expect(refusals(await judge({ ...sound, quote }))).toContain('dcap.quote.signature');
    }
    const other = { ...sound.quote, quote: Buffer.from(flipped(whole, 568)).toString('hex') };
    expect(refusals(await judge({ ...sound, quote: other }))).toContain('binding.subject');
  });
});

test('a statement of the attester service names the key of the connection, and no other', async () => {
  const nonce = '5a'.repeat(32);
  const envelope = parseEnvelope(String(await fetched(`/attestation?nonce=${nonce}`)));
  const { certificate } = await seen();
  const claims = { name: 'app', version: '1' };
  const policy: Policy = { ...options.policy, binding: { profile: 'assay/1-batch', type: 'attestation', claims } };
  const ask = (spkiSha256: Uint8Array) =>
    verify(envelope, {
      ...options,
      policy,
      nonce: fromHex(nonce, 'nonce'),
      subject: { peerKey: { spkiSha256, use: 'tls' } },
    });
  const verdict = await ask(keyOf(certificate));
  expect([refusals(verdict), verdict.trusted, verdict.waived]).toEqual([[], true, []]);
  expect(refusals(await ask(new Uint8Array(32)))).toEqual(['binding.subject']);
});
