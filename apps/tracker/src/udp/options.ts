import { isPasskey } from '../announce/parameters.ts';
import { type Refusal, refuse } from '../announce/request.ts';

const END = 0;
const NOTHING = 1;
const URL_DATA = 2;

/** The passkey in the options after an announce (BEP 41): path and query of the announce URL, in parts of up to 255 bytes. */
export function passkeyOfOptions(bytes: Uint8Array): string | undefined | Refusal {
  let url = '';
  for (let at = 0; at < bytes.length; ) {
    const option = bytes[at];
    at += 1;
    if (option === END) break;
    if (option === NOTHING) continue;
    const length = bytes[at];
    at += 1;
    if (length === undefined || length > bytes.length - at) return refuse('options: cut off');
    if (option === URL_DATA) url += String.fromCharCode(...bytes.subarray(at, at + length));
    at += length;
  }
  return url === '' ? undefined : passkeyOfUrl(url);
}

function passkeyOfUrl(url: string): string | undefined | Refusal {
  const [path = '', query = ''] = url.split('?', 2);
  const [, verb, inPath, ...rest] = path.split('/');
  if (verb !== 'announce' || rest.length > 0) return refuse('URL: expected /announce/PASSKEY');
  const inQuery = query.split('&').filter((parameter) => parameter.startsWith('passkey='));
  const keys = [...(inPath ? [inPath] : []), ...inQuery.map((parameter) => parameter.slice('passkey='.length))];
  if (keys.length > 1) return refuse('passkey: given twice');
  const [key] = keys;
  return key === undefined || isPasskey(key) ? key : refuse('passkey: expected letters, digits, - and _');
}
