import type { JSX } from 'preact';
import type { TeeStatus } from './statistics.ts';

/** What a tracker says of its TEE, loud where it vouches for nothing. */
export function TeeLabel({ tee }: { readonly tee: TeeStatus }): JSX.Element {
  const { tone, word, sentence } = said(tee);
  return (
    <p class={`tee notice ${tone}`}>
      <strong>{word}</strong> {sentence}
    </p>
  );
}

interface Said {
  readonly tone: 'plain' | 'bad' | 'doubtful';
  readonly word: string;
  readonly sentence: string;
}

function said({ mode, attester, simulated }: TeeStatus): Said {
  if (attester === null) {
    return { tone: 'doubtful', word: 'NO TEE', sentence: 'Its operator alone vouches for it.' };
  }
  const used = mode === 'disabled' ? `${attester}, not used: the mode is disabled.` : `${attester}, mode ${mode}.`;
  if (simulated === true) {
    return { tone: 'bad', word: 'SIMULATED', sentence: `${used} Whoever runs it can forge everything.` };
  }
  const claimed = `${used} That is its own word: check this server for evidence.`;
  if (mode === 'disabled' || simulated === null) {
    return { tone: 'doubtful', word: simulated === null ? 'UNKNOWN TEE' : 'TEE NOT USED', sentence: claimed };
  }
  return { tone: 'plain', word: 'TEE', sentence: claimed };
}
