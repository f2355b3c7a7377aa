import type { Policy } from '@assay/verify';
import type { JSX } from 'preact';
import type { Given } from '../evidence/gather.ts';
import { bundleName, commandLine } from '../judging/command-line.ts';
import type { Judged } from '../judging/judge.ts';
import { policyFrom } from '../judging/policy-from.ts';
import type { Session } from '../session.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icon.tsx';

interface ActionsProps {
  readonly session: Session;
  readonly judged: Judged;
  readonly given: Given;
}

/** What the reader takes away: a bundle, a policy, a command. */
export function Actions({ session, judged, given }: ActionsProps): JSX.Element {
  const { settings, companions } = session.state;
  const whole = policyFrom(judged.verdict, judged.options.policy);
  // What the page completed for this one answer does not become the reader's own policy.
  const expected = policyFrom(judged.verdict, judged.written);
  const command = commandLine(given, companions, settings, judged);
  const save = (): void => {
    download(judged).catch((error: unknown) =>
      session.fail('bundle', error instanceof Error ? error.message : 'failed'),
    );
  };
  return (
    <div class="row actions">
      {judged.evidence && !judged.genuine && !judged.replay && (
        <button type="button" onClick={save}>
          <Icon name="download" /> Download bundle
        </button>
      )}
      {whole && !judged.replay && <CopyButton text={textOf(whole)}>Copy policy from this evidence</CopyButton>}
      {expected && !judged.replay && judged.verdict.layers.identity === 'unchecked' && (
        <button type="button" onClick={() => void session.change({ policy: textOf(expected) })}>
          Expect this code
        </button>
      )}
      <CopyButton text={command}>Copy command line</CopyButton>
    </div>
  );
}

const textOf = (policy: Policy): string => JSON.stringify(policy, null, 2);

async function download({ evidence, endorsements, verdict, at, options }: Judged): Promise<void> {
  if (evidence === undefined) return;
  const { makeBundle, serialiseBundle } = await import('@assay/verify/bundle');
  const bundle = await makeBundle({
    ...options,
    evidence: { ...evidence, ...(verdict.tee && { tee: verdict.tee }), endorsements },
    verdict,
    now: at,
    version: 'assay explorer',
  });
  const url = URL.createObjectURL(new Blob([serialiseBundle(bundle)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = bundleName(at);
  link.click();
  URL.revokeObjectURL(url);
}
