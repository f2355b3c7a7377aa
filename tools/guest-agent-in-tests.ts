import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Reply, Routes } from './local-service.ts';

/** What a hand-made guest agent stands for. Nothing of it is signed. */
export interface AgentScript {
  /** `tappd` before 0.4.2, `v0` since, `v1` beside it from 0.6 on. */
  readonly api: 'tappd' | 'v0' | 'v1';
  /** Undefined before 0.5.7, when there was no `Version`. */
  readonly version?: string;
  readonly appCompose?: string;
  /** What its quotes carry; else what they are asked for. */
  readonly reportData?: Uint8Array;
}

/** An answer of a guest agent. */
export const json = (value: unknown, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/** A TDX quote of version 4 that has its form and no truth: every signature is zero. */
export function formOfQuote(reportData: Uint8Array): Uint8Array {
  const certificates = 100;
  const certified = 384 + 64 + 2 + 32 + 6 + certificates;
  const quote = new Uint8Array(48 + 584 + 4 + 128 + 6 + certified);
  const view = new DataView(quote.buffer);
  view.setUint16(0, 4, true);
  view.setUint16(2, 2, true);
  view.setUint32(4, 0x81, true);
  quote.set(Buffer.from('939a7233f79c4ca9940a0db3957f0607', 'hex'), 12);
  quote.set(reportData, 568);
  view.setUint32(632, 128 + 6 + certified, true);
  view.setUint16(764, 6, true);
  view.setUint32(766, certified, true);
  view.setUint16(1218, 32, true);
  view.setUint16(1252, 5, true);
  view.setUint32(1254, certificates, true);
  return quote;
}

/** An event log that measured an app-compose, as guest agents write it. */
export function logOf(appCompose: string): string {
  const hash = createHash('sha256').update(appCompose).digest('hex');
  const event = (name: string, payload: string) => ({
    imr: 3,
    event_type: 0x08000001,
    digest: '',
    event: name,
    event_payload: payload,
  });
  return JSON.stringify([event('app-id', hash.slice(0, 40)), event('compose-hash', hash), event('system-ready', '')]);
}

/** The routes of a guest agent: as a real one, it has none of an API that it does not speak. */
export function agentRoutes({ api, version, appCompose = '{"name":"app"}', reportData }: AgentScript): Routes {
  const quoted: Reply = (request, response) => {
    bodyOf(request).then((body) => {
      const asked = Buffer.from(String(body.report_data), 'hex');
      const quote = Buffer.from(formOfQuote(reportData ?? asked)).toString('hex');
      response.end(JSON.stringify({ quote, event_log: logOf(appCompose) }));
    }, response.destroy.bind(response));
  };
  const info = { app_id: '01'.repeat(20), instance_id: '02'.repeat(20), app_name: 'app', vm_config: '{}' };
  const nested = json({ ...info, tcb_info: JSON.stringify({ app_compose: appCompose, compose_hash: 'ab' }) });
  const said = version === undefined ? refusal('Service not found: Version') : json({ version, rev: 'git:0' });
  if (api === 'tappd')
    return { '/prpc/Tappd.Info': nested, '/prpc/Tappd.RawQuote': quoted, '/prpc/Tappd.Version': said };
  const v0 = { '/Version': said, '/Info': nested, '/GetQuote': quoted };
  if (api === 'v0') return v0;
  return { ...v0, '/v1/Version': said, '/v1/Info': json({ ...info, app_compose: appCompose, compose_hash: 'ab' }) };
}

/** A refusal of versions before 0.6: always 400. */
export const refusal = (error: string, status = 400): Reply => json({ error }, status);

/** The JSON object that a request carries. */
export async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Record<string, unknown>;
}
