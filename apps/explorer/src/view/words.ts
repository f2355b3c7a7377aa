import type { LayerOutcome, TeeName, Verdict } from '@assay/verify';
import type { Judged } from '../judging/judge.ts';

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

/** The answer to the question that was asked. */
export interface ShownAnswer {
  readonly icon: 'pass' | 'fail' | 'unchecked' | 'warn';
  readonly mood: Mood;
  readonly word: string;
  readonly sentence: string;
}

/** A verdict in one word and one sentence. What is simulated is never said in green. */
export function answerOf({ verdict, genuine, replay, chosen }: Judged): ShownAnswer {
  const { trusted, outcome, layers, simulated } = verdict;
  const good = simulated ? ({ icon: 'warn', mood: 'doubtful' } as const) : ({ icon: 'pass', mood: 'good' } as const);
  if (replay) return replayed(replay.reproduces);
  if (genuine) {
    if (layers.authentic !== 'pass') return bad('Not genuine', 'The evidence could not be authenticated.');
    const sentence = 'Nothing else was asked, so nothing is trusted.';
    return { ...good, word: simulated ? 'Genuine, of a test vendor' : 'Genuine', sentence };
  }
  if (trusted) {
    const when = chosen ? ' At the instant that you chose.' : '';
    return simulated
      ? { ...good, word: 'Trusted, but simulated', sentence: `Every question has its answer, none by hardware.${when}` }
      : { ...good, word: 'Trusted', sentence: `Every question has its answer.${when}` };
  }
  if (outcome === 'contraindicated') return bad('Refused', 'At least one check failed.');
  return {
    icon: 'unchecked',
    mood: 'doubtful',
    word: 'Not trusted',
    sentence: 'Nothing is wrong, but too little was asked.',
  };
}

function replayed(reproduces: boolean): ShownAnswer {
  if (!reproduces) return bad('Does not reproduce', 'Judged on its maker’s terms, the verdict is another.');
  const sentence =
    'Judged on its maker’s terms, the verdict is the recorded one. They are not yours: nothing is trusted.';
  return { icon: 'unchecked', mood: 'doubtful', word: 'Reproduces', sentence };
}

const bad = (word: string, sentence: string): ShownAnswer => ({ icon: 'fail', mood: 'bad', word, sentence });
