/**
 * SHA-256 of the SubjectPublicKeyInfo of "Confidential Space Root CA" (RSA 4096, its certificate ends in January 2034).
 * Only the root is pinned: the intermediate ends in January 2027, leaves live 60 days.
 */
export const GOOGLE_ROOT_KEY_SHA256 = '40b464f4d4ff947572c6b23869a7bccae3f69ba9c81ade6c09d035e4657e40c4';

/** `iss` of every token that Google Cloud Attestation issues. */
export const GOOGLE_ISSUER = 'https://confidentialcomputing.googleapis.com';

/** Key ids by which the key sets of test vendors say what they are: the caller who gives such a set cannot mistake it. */
export const SIMULATED_KID_PREFIX = 'simulated-';
