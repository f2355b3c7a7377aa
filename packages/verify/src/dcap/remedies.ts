/** Remedies that several checks share. */
export const REMEDY = {
  otherChain: 'The chain is not one that Intel issued: get the quote and its PCK certificate again from the machine.',
  fetch: 'Fetch the collateral again from Intel or your PCCS (`assay collateral fetch`).',
  distrust: 'Do not trust this evidence: it was altered or forged.',
} as const;
