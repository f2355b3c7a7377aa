import { type Json, parseJson, utf8 } from '@assay/verify/codec';
import { unavailable } from '../failure.ts';
import { readAnswer } from './answer.ts';
import type { Session } from './connection.ts';
import { MAX_LARGE_ANSWER, reading } from './rpc.ts';

/** What a guest agent says of its app. Nothing of it is proven but by evidence. Texts are empty where it says nothing. */
export interface DstackInfo {
  readonly appName: string;
  /** 20 bytes as hex. */
  readonly appId: string;
  /** 20 bytes as hex; empty for an app without instances. */
  readonly instanceId: string;
  /** SHA-256 of the app-compose file as hex. */
  readonly composeHash: string;
  readonly osImageHash: string;
  /** JSON text `{"name","id"}`. */
  readonly keyProviderInfo: string;
  /** JSON text: how the machine was configured, as the host says. */
  readonly vmConfig: string;
  /** The app-compose file, byte for byte; undefined where the agent keeps it to itself. */
  readonly appCompose: Uint8Array | undefined;
}

const PATHS = { v1: '/v1/Info', v0: '/Info', tappd: '/prpc/Tappd.Info' } as const;
/** The largest app-compose that an envelope carries. */
const MAX_APP_COMPOSE = 1_048_576;

/** Asks the agent about its app. Throws `unavailable`. */
export async function askInfo({ agent, ask }: Session): Promise<DstackInfo> {
  const path = PATHS[agent.api];
  const what = `${agent.shown}: ${path}`;
  const answer = readAnswer(what, await ask(path, {}, { maxBytes: MAX_LARGE_ANSWER, repeatable: true }));
  // Version 1 has what older ones keep in a JSON text of its own, which is empty where it is not public.
  const tcbInfo = answer.text('tcb_info');
  const tcb: Json = tcbInfo === '' ? {} : reading(what, () => parseJson(tcbInfo, 'tcb_info'));
  const inner = readAnswer(`${what}: tcb_info`, tcb);
  return {
    appName: answer.text('app_name'),
    appId: answer.text('app_id'),
    instanceId: answer.text('instance_id'),
    composeHash: answer.text('compose_hash') || inner.text('compose_hash'),
    osImageHash: answer.text('os_image_hash') || inner.text('os_image_hash'),
    keyProviderInfo: answer.text('key_provider_info'),
    vmConfig: answer.text('vm_config'),
    appCompose: fileOf(what, answer.text('app_compose') || inner.text('app_compose')),
  };
}

function fileOf(what: string, text: string): Uint8Array | undefined {
  if (text === '') return undefined;
  const bytes = utf8(text);
  if (bytes.length <= MAX_APP_COMPOSE) return bytes;
  const found = `${what}: app_compose: ${bytes.length} bytes exceed ${MAX_APP_COMPOSE}`;
  throw unavailable(found, 'shorten the app-compose file');
}
