import type { Explanations } from '../verdict/explain.ts';
import type { keyChainChecks } from './checks.ts';

/** What the checks of a dstack key's signature chain mean, and what to do when they fail. */
export const keyChainExplanations = {
  'dstack.key-chain.form': [
    'The key has its algorithm’s length, the app id 20 bytes, and the chain two links of 65 bytes with low s and recovery id 0–3.',
    'Pass public key and signature chain as the guest agent answered them; of Sign, only the last two links.',
  ],
  'dstack.key-chain.app-root': [
    'The first link is a signature over the key and its name: it yields the app’s root key.',
    'Get the key again; check purpose or domain, and which version of the API made it.',
  ],
  'dstack.key-chain.issuer': [
    'The second link is a signature over the app id and the app’s root key: it yields the issuer’s key.',
    'Get the key again from the guest agent.',
  ],
  'dstack.key-chain.kms-root': [
    'The issuer of the app’s root key is the KMS root that the caller pins.',
    'The key is not of this app under this KMS: check name, algorithm, app id and pin, or refuse the key.',
  ],
} as const satisfies Explanations<keyof typeof keyChainChecks>;
