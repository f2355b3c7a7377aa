import type { Catalogue } from '../verdict/check.ts';

/** Checks of a dstack key's signature chain: from the key over the app's root to the KMS root that the caller pins. */
export const keyChainChecks = {
  'dstack.key-chain.form': {
    layer: 'identity',
    requires:
      'The key has its algorithm’s length, the app id 20 bytes, and the chain two links of 65 bytes with low s and recovery id 0–3.',
    remedy: 'Pass public key and signature chain as the guest agent answered them; of Sign, only the last two links.',
  },
  'dstack.key-chain.app-root': {
    layer: 'identity',
    requires: 'The first link is a signature over the key and its name: it yields the app’s root key.',
    remedy: 'Get the key again; check purpose or domain, and which version of the API made it.',
  },
  'dstack.key-chain.issuer': {
    layer: 'identity',
    requires: 'The second link is a signature over the app id and the app’s root key: it yields the issuer’s key.',
    remedy: 'Get the key again from the guest agent.',
  },
  'dstack.key-chain.kms-root': {
    layer: 'identity',
    requires: 'The issuer of the app’s root key is the KMS root that the caller pins.',
    remedy: 'The key is not of this app under this KMS: check name, algorithm, app id and pin, or refuse the key.',
    authority: 'dstack',
  },
} as const satisfies Catalogue;
