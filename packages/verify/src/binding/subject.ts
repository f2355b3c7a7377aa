import { usage } from '../errors.ts';
import type { BindingProfile } from '../policy/policy.ts';

/** A key that the relying party's peer proved to hold: in TLS, or in a handshake. */
export interface PeerKey {
  /** SHA-256 of the DER SubjectPublicKeyInfo, 32 bytes. */
  readonly spkiSha256: Uint8Array;
  /** The use under which the statement must name it. Default: any. */
  readonly use?: string | undefined;
}

/** An answer as the relying party received it, and the request it sent. */
export interface ResponseSubject {
  /** In capitals, as sent. */
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly status: number;
  /** SHA-256 of the request's body, 32 bytes; of no bytes when it had none. */
  readonly requestSha256: Uint8Array;
  /** SHA-256 of the answer's exact body, 32 bytes. */
  readonly bodySha256: Uint8Array;
}

/** An application key of the profile `dip1`. */
export interface AppKey {
  readonly algorithm: 'ed25519' | 'secp256k1';
  /** 32 bytes, or 33 bytes compressed. */
  readonly publicKey: Uint8Array;
}

/** How a `tappd` guest agent was asked. */
export interface TappdRequest {
  /** Default `sha512`. */
  readonly hashAlgorithm?: string | undefined;
  /** The tag; the agent adds the colon. Default `app-data`. */
  readonly prefix?: string | undefined;
}

/** What a tunnel server of the profile `teekit` sent. */
export interface TeekitKey {
  /** The X25519 key that the handshake used, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The server's verifier nonce: TDX and SNP. */
  readonly nonce?: Uint8Array | undefined;
  /** The nonce's time as received: TDX. */
  readonly issuedAt?: Uint8Array | undefined;
}

/**
 * What the relying party saw itself, never what the evidence says of it. Which members count is the profile's:
 * `assay/1` and `assay/1-batch` peerKey, handshakeHash, response · `raw` reportData · `oauth3-info`, `sha256-info` and
 * `pbts-payload`, `pbts-payload/1`, `pbts-register/1` payload · `tappd` payload, tappd · `ratls-cert` certificate or spki · `ingress-evidence` certificate,
 * files · `dip1` appKey · `teekit` teekit.
 */
export interface Subject {
  readonly peerKey?: PeerKey | undefined;
  /** The tunnel's handshake hash, 32 or 64 bytes. */
  readonly handshakeHash?: Uint8Array | undefined;
  readonly response?: ResponseSubject | undefined;
  /** The whole report data, 64 bytes; fewer are followed by zeros. */
  readonly reportData?: Uint8Array | undefined;
  /** The bytes that report data is made of, as received or as sent. */
  readonly payload?: Uint8Array | undefined;
  readonly tappd?: TappdRequest | undefined;
  /** DER of the peer's own certificate, from the relying party's own connection. */
  readonly certificate?: Uint8Array | undefined;
  /** DER SubjectPublicKeyInfo of the peer's certificate. */
  readonly spki?: Uint8Array | undefined;
  /** Files of `/evidences/` by name: `sha256sum.txt` and the certificates it lists. */
  readonly files?: Readonly<Record<string, Uint8Array>> | undefined;
  readonly appKey?: AppKey | undefined;
  readonly teekit?: TeekitKey | undefined;
}

const STATEMENT = ['peerKey', 'handshakeHash', 'response'] as const;
const USED: Readonly<Record<BindingProfile, readonly (keyof Subject)[]>> = {
  'assay/1': STATEMENT,
  'assay/1-batch': STATEMENT,
  raw: ['reportData'],
  'oauth3-info': ['payload'],
  'sha256-info': ['payload'],
  tappd: ['payload', 'tappd'],
  'ratls-cert': ['certificate', 'spki'],
  'ingress-evidence': ['certificate', 'files'],
  dip1: ['appKey'],
  'pbts-payload': ['payload'],
  'pbts-payload/1': ['payload'],
  'pbts-register/1': ['payload'],
  teekit: ['teekit'],
};

/** Throws `usage` when the profile would overlook something that the caller wants bound, or when a length is wrong. */
export function checkSubject(profile: BindingProfile, subject: Subject): void {
  for (const name of Object.keys(subject) as (keyof Subject)[]) {
    if (subject[name] === undefined || USED[profile].includes(name)) continue;
    throw usage(`subject.${name}: the profile ${profile} does not bind it`, { field: `subject.${name}` });
  }
  const { peerKey, handshakeHash, response, reportData, appKey, teekit } = subject;
  expectLength('peerKey.spkiSha256', peerKey?.spkiSha256, 32);
  expectLength('handshakeHash', handshakeHash, 32, 64);
  expectLength('response.requestSha256', response?.requestSha256, 32);
  expectLength('response.bodySha256', response?.bodySha256, 32);
  if (reportData && reportData.length > 64) expectLength('reportData', reportData, 64);
  if (appKey && appKey.algorithm !== 'ed25519' && appKey.algorithm !== 'secp256k1') {
    throw usage('subject.appKey.algorithm: expected ed25519 or secp256k1', { field: 'subject.appKey.algorithm' });
  }
  expectLength('appKey.publicKey', appKey?.publicKey, appKey?.algorithm === 'ed25519' ? 32 : 33);
  expectLength('teekit.publicKey', teekit?.publicKey, 32);
}

function expectLength(name: string, bytes: Uint8Array | undefined, ...lengths: readonly number[]): void {
  if (bytes === undefined || lengths.includes(bytes.length)) return;
  const expected = `${lengths.join(' or ')} bytes`;
  throw usage(`subject.${name}: expected ${expected}, found ${bytes.length}`, { field: `subject.${name}`, expected });
}
