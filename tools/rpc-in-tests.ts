/** Something that answers requests as a guest agent does. */
interface Agent {
  readonly handler: (request: Request) => Promise<Response>;
}

/** Members that a guest agent's answers may have: a test knows which its answer has. */
export interface RpcAnswer {
  readonly key: string;
  readonly public_key: string;
  readonly signature: string;
  readonly signature_chain: readonly string[];
  readonly certificate_chain: readonly string[];
  readonly quote: string;
  readonly event_log: string;
  readonly report_data: string;
  readonly attestation: string;
  readonly vm_config: string;
  readonly app_name: string;
  readonly app_cert: string;
  readonly app_compose: string;
  readonly tcb_info: string;
  readonly key_provider_info: string;
  readonly os_image_hash: string;
  readonly version: string;
}

/** Asks with GET. */
export function get(agent: Agent, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return agent.handler(new Request(`http://localhost${path}`, { headers }));
}

/** Asks with POST; the type is JSON's unless another one is given, `null` for none. */
export function post(
  agent: Agent,
  path: string,
  body: string | Uint8Array,
  type: string | null = 'application/json',
): Promise<Response> {
  // A text would bring a type of its own.
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : Uint8Array.from(body);
  const headers: Record<string, string> = type === null ? {} : { 'content-type': type };
  return agent.handler(new Request(`http://localhost${path}`, { method: 'POST', headers, body: bytes }));
}

/** The JSON of an answer to POST that must be there. */
export function ask(agent: Agent, path: string, fields: object = {}): Promise<RpcAnswer> {
  return given(post(agent, path, JSON.stringify(fields)));
}

/** The JSON of an answer that must be there. */
export async function given(answer: Promise<Response>): Promise<RpcAnswer> {
  const response = await answer;
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as RpcAnswer;
}

/** Status and body of an answer. */
export async function answerOf(answer: Promise<Response>): Promise<readonly [status: number, body: string]> {
  const response = await answer;
  return [response.status, await response.text()];
}

/** The body by which a guest agent refuses. */
export function errorBody(message: string): string {
  return `{\n  "error": ${JSON.stringify(message)}\n}`;
}
