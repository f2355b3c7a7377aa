import { beforeAll, describe, expect, test } from 'vitest';
import { answerOf, ask, errorBody, get, given, post } from '../../../../tools/rpc-in-tests.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createGuestAgent, type GuestAgent, type GuestAgentOptions } from './agent.ts';

const now = new Date('2026-11-20T12:00:00Z');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
let vendor: IntelVendor;
let agent: GuestAgent;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'dstack agent', now });
  agent = await start();
});

const start = (options: GuestAgentOptions = {}): Promise<GuestAgent> => createGuestAgent(vendor, options);

describe('every listener has every service', () => {
  test.each([
    ['/Info', 'tcb_info'],
    ['/v0/Info', 'tcb_info'],
    ['/prpc/Tappd.Info', 'tcb_info'],
    ['/prpc/Info', 'tcb_info'],
    ['/prpc/Worker.Info', 'tcb_info'],
    ['/prpc/v0/Info', 'tcb_info'],
    ['/prpc/v0/Worker.Info', 'tcb_info'],
    ['/v1/Info', 'app_compose'],
    ['/prpc/v1/Info', 'app_compose'],
    ['/prpc/v1/Health', 'healthy'],
    ['/prpc/GetAttestationForAppKey?algorithm=ed25519', 'quote'],
  ])('%s', async (path, member) => {
    expect(Object.keys(await given(get(agent, path)))).toContain(member);
  });

  test('unless it is told what to mount: a client sees that there is no v1', async () => {
    const old = await start({ apis: ['v0'] });
    expect((await ask(old, '/Version')).version).toBe('0.5.11');
    for (const path of ['/v1/Version', '/prpc/Tappd.Info', '/prpc/v1/Health']) {
      const [status, page] = await answerOf(get(old, path));
      expect([status, page.includes('Service not found')]).toEqual([404, false]);
    }
    const tappd = await start({ apis: ['tappd'] });
    expect((await ask(tappd, '/prpc/Tappd.Info')).app_name).toBe('simulated');
    expect((await answerOf(get(tappd, '/Info')))[0]).toBe(404);
  });
});

describe('Info', () => {
  test('has all members, in the order of the message, with hashes in hexadecimal', async () => {
    const info = await ask(agent, '/Info');
    expect(Object.keys(info)).toEqual(
      'app_id instance_id app_cert tcb_info app_name device_id mr_aggregated os_image_hash key_provider_info compose_hash vm_config cloud_vendor cloud_product'.split(
        ' ',
      ),
    );
    const measured = agent.appInfo();
    expect(info).toMatchObject({
      app_id: hex(measured.composeHash).slice(0, 40),
      instance_id: hex(measured.instanceId),
      device_id: hex(measured.deviceId),
      mr_aggregated: hex(measured.mrAggregated),
      os_image_hash: hex(measured.osImageHash),
      compose_hash: hex(measured.composeHash),
      app_name: 'simulated',
    });
    expect(JSON.parse(info.key_provider_info)).toEqual({ name: 'kms', id: hex(agent.kms.rootCaSpki) });
    expect(JSON.parse(info.vm_config).os_image_hash).toBe(info.os_image_hash);
    const tcb = JSON.parse(info.tcb_info);
    expect(info.tcb_info).toBe(JSON.stringify(tcb, null, 2));
    expect(Object.keys(tcb)).toEqual(
      'mrtd rtmr0 rtmr1 rtmr2 rtmr3 mr_aggregated os_image_hash compose_hash device_id event_log app_compose'.split(
        ' ',
      ),
    );
    expect(tcb.app_compose).toBe(agent.appCompose);
    expect(new Set(tcb.event_log.map(({ imr }: { imr: number }) => imr))).toEqual(new Set([0, 1, 2, 3]));
  });

  test.each([
    ['0.4.2', 'app_id instance_id app_cert tcb_info app_name device_id key_provider_info'],
    [
      '0.5.3',
      'app_id instance_id app_cert tcb_info app_name device_id mr_aggregated os_image_hash key_provider_info compose_hash vm_config',
    ],
  ])('of release %s has only the members: %s', async (version, members) => {
    const old = await start({ version });
    for (const path of ['/Info', '/prpc/Tappd.Info', '/prpc/Worker.Info']) {
      expect(Object.keys(await ask(old, path))).toEqual(members.split(' '));
    }
  });

  test('has a demo certificate some time after the first call', async () => {
    const fresh = await start();
    expect((await ask(fresh, '/Info')).app_cert).toBe('');
    await expect.poll(async () => (await ask(fresh, '/Info')).app_cert).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect((await ask(fresh, '/Info')).app_cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
  });

  test('hides documents from strangers when the app-compose file says so, v1 also the key provider', async () => {
    const shy = await start({ appCompose: '{"name":"shy","public_tcbinfo":false}' });
    const v0 = await ask(shy, '/prpc/Worker.Info');
    expect([v0.tcb_info, v0.vm_config, v0.key_provider_info === '', v0.app_name]).toEqual(['', '', false, 'shy']);
    const v1 = await ask(shy, '/prpc/v1/Info');
    expect([v1.app_compose, v1.vm_config, v1.key_provider_info, v1.app_name]).toEqual(['', '', '', 'shy']);
    expect((await ask(shy, '/Info')).tcb_info).not.toBe('');
    expect((await ask(shy, '/v1/Info')).app_compose).toBe('{"name":"shy","public_tcbinfo":false}');
    expect((await ask(agent, '/prpc/Worker.Info')).tcb_info).not.toBe('');
  });
});

describe('GetQuote and Attest', () => {
  test('fill report data up with zeros on the right', async () => {
    const answer = await ask(agent, '/GetQuote', { report_data: '0x0x1234' });
    expect(answer.report_data).toBe('1234'.padEnd(128, '0'));
    expect(answer.quote.slice(2 * 568, 2 * 632)).toBe(answer.report_data);
    expect(Object.keys(answer)).toEqual(['quote', 'event_log', 'report_data', 'vm_config', 'attestation']);
    expect((await ask(agent, '/GetQuote')).report_data).toBe('00'.repeat(64));
    expect((await ask(agent, '/Attest', { report_data: '1234' })).attestation).toContain(answer.report_data);
    expect(await ask(agent, '/v1/Attest', { report_data: '12' })).toEqual({
      attestation: expect.stringMatching(/^[0-9a-f]+$/),
      boottime_gpu_evidence: [],
    });
  });

  test.each([
    ['/GetQuote', 'Report data is too long'],
    ['/Attest', 'Report data is too long'],
    ['/v1/Attest', 'report data is too long'],
  ])('%s refuses 65 bytes', async (path, message) => {
    const body = JSON.stringify({ report_data: '00'.repeat(65) });
    expect(await answerOf(post(agent, path, body))).toEqual([400, errorBody(message)]);
  });

  test('entries of RTMR3 have digest and payload; the others lost their payloads in 0.5.6', async () => {
    const entries = async (version: string) => {
      const log = JSON.parse((await ask(await start({ version }), '/GetQuote')).event_log);
      return log as { imr: number; digest: string; event: string; event_payload: string }[];
    };
    const older = await entries('0.5.5');
    const newer = await entries('0.5.6');
    expect(newer.every(({ digest }) => /^[0-9a-f]{96}$/.test(digest))).toBe(true);
    const firmware = (log: typeof newer) => log.filter(({ imr }) => imr < 3).map(({ event_payload }) => event_payload);
    expect(firmware(older).includes('')).toBe(false);
    expect(new Set(firmware(newer))).toEqual(new Set(['', '414350492044415441']));
    expect(newer.find(({ event }) => event === 'storage-fs')?.event_payload).toBe('7a6673');
    expect((await entries('0.6.0')).filter(({ event }) => event.startsWith('acpi-')).length).toBe(3);
  });
});
