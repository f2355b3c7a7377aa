/** A refusal in the form of guest agents, which SDKs show: indented JSON of ASCII with the one member `error`. */
export function errorAnswer(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  const json = JSON.stringify({ error: message }, null, 2);
  // Some SDKs count characters where they should count bytes.
  const ascii = json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return bytesAnswer(status, new TextEncoder().encode(ascii), { ...headers, 'content-type': 'application/json' });
}

/** Statuses whose answers have no body. */
const BODILESS: readonly number[] = [204, 205, 304];

/** An answer whose length is said: some SDKs read no other. No cache keeps it. */
export function bytesAnswer(
  status: number,
  body: Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>>,
): Response {
  const shared = { ...headers, 'cache-control': 'no-store' };
  if (BODILESS.includes(status)) return new Response(null, { status, headers: shared });
  return new Response(body, { status, headers: { ...shared, 'content-length': String(body.length) } });
}
