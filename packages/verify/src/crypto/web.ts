import { isPlainPoint } from './point.ts';
import type { HashName, KeyMaterial, Scheme, VerifyKey } from './types.ts';

/** Which implementation this is. */
export const implementation = 'web';

/** The hash of the data. */
export async function digest(name: HashName, data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(name, data as Uint8Array<ArrayBuffer>));
}

/** Makes a key ready for the scheme: undefined when the key is none (a point off its curve) or of another kind. */
export async function importKey(material: KeyMaterial, scheme: Scheme): Promise<VerifyKey | undefined> {
  const matches =
    scheme.kind === 'ecdsa' ? material.kind === 'ec' && material.curve === scheme.curve : material.kind === 'rsa';
  if (!matches || !isPlainPoint(material)) return undefined;
  const [algorithm, parameters] = algorithmsOf(scheme);
  const [format, data] =
    material.kind === 'ec' ? (['raw', material.point] as const) : (['spki', material.raw] as const);
  try {
    const key = await crypto.subtle.importKey(format, data as Uint8Array<ArrayBuffer>, algorithm, false, ['verify']);
    return { verify: (signature, message) => verify(parameters, key, signature, message) };
  } catch {
    return undefined;
  }
}

type Subtle = typeof crypto.subtle;
type VerifyAlgorithm = Parameters<Subtle['verify']>[0];
type Key = Parameters<Subtle['verify']>[1];
type ImportAlgorithm =
  | { readonly name: string; readonly namedCurve: string }
  | { readonly name: string; readonly hash: string };

function algorithmsOf(scheme: Scheme): readonly [ImportAlgorithm, VerifyAlgorithm] {
  if (scheme.kind === 'ecdsa') {
    return [
      { name: 'ECDSA', namedCurve: scheme.curve },
      { name: 'ECDSA', hash: scheme.hash },
    ];
  }
  if (scheme.kind === 'rsa-pss') {
    return [
      { name: 'RSA-PSS', hash: scheme.hash },
      { name: 'RSA-PSS', saltLength: scheme.saltLength },
    ];
  }
  return [{ name: 'RSASSA-PKCS1-v1_5', hash: scheme.hash }, { name: 'RSASSA-PKCS1-v1_5' }];
}

async function verify(algorithm: VerifyAlgorithm, key: Key, signature: Uint8Array, data: Uint8Array): Promise<boolean> {
  try {
    return await crypto.subtle.verify(
      algorithm,
      key,
      signature as Uint8Array<ArrayBuffer>,
      data as Uint8Array<ArrayBuffer>,
    );
  } catch {
    return false;
  }
}
