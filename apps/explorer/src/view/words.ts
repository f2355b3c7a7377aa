import type { LayerOutcome, TeeName, Verdict } from '@assay/verify';

/** Vendors' names of their TEEs. */
export const TEE_NAMES: Readonly<Record<TeeName, string>> = {
  sgx: 'Intel SGX',
  tdx: 'Intel TDX',
  snp: 'AMD SEV-SNP',
  'confidential-space': 'Google Confidential Space',
};

/** The five questions of a verdict, in order. */
export const LAYERS = ['authentic', 'platform', 'identity', 'fresh', 'bound'] as const;

/** One question of a verdict. */
export type LayerName = (typeof LAYERS)[number];

/** How something came out, for colour and mark: always beside a word. */
export type Mood = 'good' | 'bad' | 'doubtful' | 'quiet';

/** Each layer's outcome as mark, colour and word. */
export const LAYER_MARKS: Readonly<
  Record<
    LayerOutcome,
    { readonly icon: 'pass' | 'fail' | 'unchecked' | 'waived'; readonly mood: Mood; readonly word: string }
  >
> = {
  pass: { icon: 'pass', mood: 'good', word: 'Passed' },
  fail: { icon: 'fail', mood: 'bad', word: 'Failed' },
  unchecked: { icon: 'unchecked', mood: 'doubtful', word: 'Unchecked' },
  waived: { icon: 'waived', mood: 'quiet', word: 'Waived' },
};

/** What each layer asks. */
export const QUESTIONS: Readonly<Record<LayerName, string>> = {
  authentic: 'Is it genuine?',
  platform: 'Is the platform current?',
  identity: 'Does the expected code run?',
  fresh: 'Does it answer now?',
  bound: 'Does it speak of what I see?',
};

const PASSED: Readonly<Record<LayerName, string>> = {
  authentic: 'Signed under the vendor’s root; nothing expired or revoked',
  platform: 'As current and as configured as the policy asks',
  identity: 'Runs what it should run',
  fresh: 'Made for this question',
  bound: 'Tied to what was seen',
};

const UNCHECKED: Readonly<Record<LayerName, string>> = {
  authentic: 'Could not be judged',
  platform: 'Could not be judged',
  identity: 'Nobody said what may run: name releases in the policy',
  fresh: 'May be old: give the nonce that you sent',
  bound: 'May be another machine’s: name a binding in the policy, or report data',
};

/** One sentence on how a layer came out. */
export function layerSentence({ layers, checks, simulated }: Verdict, layer: LayerName): string {
  const failed = checks.filter((check) => check.layer === layer && check.outcome === 'fail').map(({ id }) => id);
  switch (layers[layer]) {
    case 'pass':
      return layer === 'authentic' && simulated ? 'Signed under the root that you named' : PASSED[layer];
    case 'fail':
      return failed.length > 2 ? `${failed.slice(0, 2).join(', ')} and ${failed.length - 2} more` : failed.join(', ');
    case 'waived':
      return 'The policy does not ask';
    case 'unchecked':
      return UNCHECKED[layer];
  }
}

/** The answer to the question that was asked: one word, and one sentence. */
export function answerOf(
  { trusted, outcome, layers, simulated }: Verdict,
  genuine: boolean,
): {
  readonly icon: 'pass' | 'fail' | 'unchecked';
  readonly mood: Mood;
  readonly word: string;
  readonly sentence: string;
} {
  if (genuine) {
    return layers.authentic === 'pass'
      ? { icon: 'pass', mood: 'good', word: 'Genuine', sentence: 'Nothing else was asked, so nothing is trusted.' }
      : { icon: 'fail', mood: 'bad', word: 'Not genuine', sentence: 'The evidence could not be authenticated.' };
  }
  if (trusted) {
    const sentence = simulated
      ? 'Every question has its answer, under a root that proves nothing about hardware.'
      : 'Every question has its answer.';
    return { icon: 'pass', mood: 'good', word: 'Trusted', sentence };
  }
  if (outcome === 'warning') {
    return {
      icon: 'unchecked',
      mood: 'doubtful',
      word: 'Not trusted',
      sentence: 'Nothing is wrong, but too little was asked.',
    };
  }
  return { icon: 'fail', mood: 'bad', word: 'Refused', sentence: 'At least one check failed.' };
}
