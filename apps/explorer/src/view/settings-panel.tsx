import { AssayError } from '@assay/verify';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { readPolicy } from '../judging/judge.ts';
import type { Settings } from '../judging/settings.ts';
import type { Session } from '../session.ts';
import { Icon } from './icon.tsx';
import { RootChooser } from './root-chooser.tsx';
import { visible } from './visible.ts';

/** What the reader trusts and expects. Each change is judged at once. */
export function SettingsPanel({ session }: { readonly session: Session }): JSX.Element {
  const { settings, companions } = session.state;
  return (
    <details class="settings">
      <summary>
        <span>What you trust and expect</span> <span class="quiet">{summaryOf(settings)}</span>
      </summary>
      <div class="fields">
        <div>
          <Roots session={session} />
          <label class="check">
            <input
              type="checkbox"
              checked={settings.genuine}
              onChange={({ currentTarget }) => void session.change({ genuine: currentTarget.checked })}
            />
            <span>
              Only ask whether it is genuine
              <small>The TCB status is shown, not judged; nothing is trusted</small>
            </span>
          </label>
          <p class="hint">
            Collateral:{' '}
            {companions.endorsements
              ? `yours (${Object.keys(companions.endorsements).join(', ')})`
              : 'what came with the evidence; drop a folder of it to use yours'}
          </p>
        </div>
        <div>
          <TextField
            label="Judged at"
            hint="ISO 8601, UTC; empty for now"
            field="at"
            placeholder="now"
            session={session}
          />
          <TextField label="Nonce" hint="hexadecimal: the challenge that you sent" field="nonce" session={session} />
          <TextField
            label="Report data"
            hint="hexadecimal: compared as it stands"
            field="reportData"
            session={session}
          />
        </div>
        <PolicyField session={session} />
      </div>
    </details>
  );
}

function summaryOf({ roots, at, policy, nonce, genuine }: Settings): string {
  const parts = [
    roots.length === 0 ? 'vendors’ roots' : `${roots.length} root${roots.length > 1 ? 's' : ''} of yours`,
    at === '' ? 'now' : at.slice(0, 10),
    policy.trim() === '' ? 'no policy' : 'policy',
    ...(nonce === '' ? [] : ['nonce']),
    ...(genuine ? ['genuine only'] : []),
  ];
  return parts.join(' · ');
}

function Roots({ session }: { readonly session: Session }): JSX.Element {
  const { roots, allowSimulated } = session.state.settings;
  return (
    <fieldset>
      <legend>Roots</legend>
      <p>
        <Icon name="pass" /> Intel, AMD and Google: production keys, pinned
      </p>
      {roots.map((root, index) => (
        <p key={index} class="row">
          <span class="tag doubtful">simulated</span> {visible(root.name, 200)}
          <button
            type="button"
            class="plain"
            onClick={() => void session.change({ roots: roots.filter((one) => one !== root) })}
          >
            Remove<span class="away"> {visible(root.name, 200)}</span>
          </button>
        </p>
      ))}
      <RootChooser session={session} />
      {roots.length > 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={allowSimulated}
            onChange={({ currentTarget }) => void session.change({ allowSimulated: currentTarget.checked })}
          />
          <span>Accept simulated evidence</span>
        </label>
      )}
    </fieldset>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly field: 'at' | 'nonce' | 'reportData';
  readonly placeholder?: string;
  readonly session: Session;
}

function TextField({ label, hint, field, placeholder, session }: TextFieldProps): JSX.Element {
  const { settings, problem } = session.state;
  const wrong = problem?.field === (field === 'at' ? 'instant' : field === 'reportData' ? 'report data' : field);
  return (
    <div class="field">
      <label for={`setting-${field}`}>{label}</label>
      <input
        id={`setting-${field}`}
        type="text"
        spellcheck={false}
        autocomplete="off"
        placeholder={placeholder ?? ''}
        aria-describedby={`hint-${field}`}
        aria-invalid={wrong}
        value={settings[field]}
        onChange={({ currentTarget }) => void session.change({ [field]: currentTarget.value.trim() })}
      />
      <small id={`hint-${field}`}>{hint}</small>
    </div>
  );
}

function PolicyField({ session }: { readonly session: Session }): JSX.Element {
  const { policy } = session.state.settings;
  const [typed, setTyped] = useState(policy);
  const [shown, setShown] = useState(policy);
  // What comes from elsewhere, such as a dropped file, replaces what was typed.
  if (policy !== shown) {
    setShown(policy);
    setTyped(policy);
  }
  const wrong = problemOf(typed);
  return (
    <div class="field wide">
      <label for="setting-policy">Policy</label>
      <textarea
        id="setting-policy"
        rows={8}
        spellcheck={false}
        aria-describedby="hint-policy"
        aria-invalid={wrong !== undefined}
        placeholder='{ "releases": [{ "name": "1.0", "measurements": { "mrtd": "…" } }] }'
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onChange={({ currentTarget }) => void session.change({ policy: currentTarget.value })}
      />
      <small id="hint-policy" class={wrong === undefined ? '' : 'bad'} role="status">
        {wrong ?? 'JSON; what it leaves out has the strict default'}
      </small>
    </div>
  );
}

function problemOf(policy: string): string | undefined {
  if (policy.trim() === '') return undefined;
  try {
    readPolicy(policy);
    return undefined;
  } catch (error) {
    if (error instanceof AssayError) return error.message;
    throw error;
  }
}
