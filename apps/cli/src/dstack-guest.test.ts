import {
  createGuestAgent,
  createIntelVendor,
  type GuestAgent,
  type IntelVendor,
  issueCollateral,
} from '@assay/simulate';
import { parseJsonObject, toHex, utf8 } from '@assay/verify/codec';
import { replayEventLog } from '@assay/verify/event-log';
import { type EvidenceWithLog, parseDstackAttestation, recognise, unwrap } from '@assay/verify/recognise';
import { beforeAll, expect, test } from 'vitest';
import { assayHere } from '../../../tools/assay-in-process.ts';
import { makeFolder, NOW } from '../../../tools/demo-folder.ts';
import { TEES } from './tees.ts';

// What a simulated guest agent answers is what this reader takes for dstack's.

const REPORT_DATA = '42'.repeat(64);
let vendor: IntelVendor;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'dstack-guest.test', now: new Date(NOW) });
});

/** One member of what the agent answers to a method: text, or the first of a list of texts. */
async function ask(agent: GuestAgent, method: string, body: object, member: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const request = new Request(`http://localhost/${method}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const value = parseJsonObject(await (await agent.handler(request)).text(), 'answer')[member];
  const text = Array.isArray(value) ? value.join('') : value;
  if (typeof text !== 'string') throw new Error(`${method}: no ${member}`);
  return text;
}

/** Registers that the log leads to, of those that it extends. */
async function registersOf({ eventLog }: EvidenceWithLog): Promise<Readonly<Record<string, string>>> {
  const { extended, registers, mismatches } = await replayEventLog(eventLog ?? new Uint8Array());
  expect(mismatches).toEqual([]);
  return Object.fromEntries(extended.map((name) => [name, registers[name]]));
}

const wantsJson = JSON.stringify({ name: 'json', event_log_version: 2 });

test.each([
  ['0.5.6', 'Attest', 0, undefined],
  ['0.5.11', 'Attest', 0, undefined],
  ['0.6.0', 'Attest', 0, undefined],
  ['0.6.0', 'v1/Attest', 1, undefined],
  ['0.6.0', 'v1/Attest', 1, wantsJson],
  ['0.6.0', 'Attest', 1, wantsJson],
] as const)('release %s, /%s: an attestation of version %d', async (version, method, number, appCompose) => {
  const agent = await createGuestAgent(vendor, { version, ...(appCompose && { appCompose }) });
  const bytes = Buffer.from(await ask(agent, method, { report_data: REPORT_DATA }, 'attestation'), 'hex');
  expect(bytes[0]).toBe(number === 0 ? 0 : 0x83);
  const read = parseDstackAttestation(bytes);
  expect(toHex(read.evidence.subarray(568, 632))).toBe(REPORT_DATA);
  const [rtmr0, rtmr1, rtmr2, rtmr3] = agent.td.registers.map(toHex);
  expect(await registersOf(read)).toEqual({ rtmr0, rtmr1, rtmr2, rtmr3 });
});

const RATLS = { subject: 'app', usage_ra_tls: true, usage_server_auth: true };
const CERTIFICATES = [
  ['0.5.5', 'GetTlsKey', '1.3.6.1.4.1.62397.1.1'],
  ['0.5.11', 'GetTlsKey', '1.3.6.1.4.1.62397.1.8'],
  ['0.5.11', 'prpc/Tappd.DeriveKey', '1.3.6.1.4.1.62397.1.8'],
  ['0.6.0', 'GetTlsKey', '1.3.6.1.4.1.62397.1.8'],
  ['0.6.0', 'v1/IssueCert', '1.3.6.1.4.1.62397.1.8'],
] as const;

test.each(CERTIFICATES)('release %s, /%s: a certificate with evidence in %s', async (version, method, oid) => {
  const agent = await createGuestAgent(vendor, { version });
  const found = recognise(utf8(await ask(agent, method, RATLS, 'certificate_chain')), TEES);
  if (found?.kind !== 'certificate') throw new Error('no evidence was recognised');
  expect(found.oid).toBe(oid);
  const { evidence } = await unwrap(found);
  expect(recognise(evidence.evidence, TEES)).toMatchObject({ kind: 'evidence', tee: { name: 'tdx' } });
  expect(await registersOf(evidence)).toMatchObject({ rtmr3: toHex(agent.td.registers[3] ?? new Uint8Array()) });
});

test.each(CERTIFICATES)(
  'release %s, /%s: assay verify trusts the certificate of its key only',
  async (version, method) => {
    const agent = await createGuestAgent(vendor, { version });
    await using folder = await makeFolder();
    const { path } = folder;
    await folder.write({
      'own.pem': await ask(agent, method, RATLS, 'certificate_chain'),
      'other.pem': await ask(agent, 'prpc/Tappd.DeriveKey', { ...RATLS, path: 'other' }, 'certificate_chain'),
      'root.pem': vendor.rootPem,
      'policy.yaml': 'identity: any\nfreshness: any\n',
    });
    await folder.write({ ...(await issueCollateral(vendor, agent.td.pck, { tee: 'tdx' })) }, 'collateral');
    const trust = ['--collateral', path('collateral'), '--root-ca', path('root.pem'), '--allow-simulated', '--at', NOW];
    const options = [...trust, '--policy', path('policy.yaml'), '--profile', 'ratls-cert', '--json'];
    const own = await assayHere(['verify', path('own.pem'), ...options]);
    expect(own.exit, own.output).toBe(0);
    expect(JSON.parse(own.output)).toMatchObject({ trusted: true, layers: { bound: 'pass' } });
    const seen = await assayHere(['verify', path('own.pem'), ...options, '--certificate', path('other.pem')]);
    expect(seen.exit).toBe(1);
    expect(JSON.parse(seen.output)).toMatchObject({ trusted: false, layers: { authentic: 'pass', bound: 'fail' } });
  },
);
