import type { Release } from '@assay/verify';
import type { MeasurementName } from '@assay/verify/policy';
import type { JSX } from 'preact';
import { Icon } from '../view/icon.tsx';
import type { PanelProps } from '../view/tabs.tsx';
import { visible } from '../view/visible.ts';

/** What the evidence measures, against each release of the policy. */
export function Measurements({ judged }: PanelProps): JSX.Element {
  const measurements = judged.verdict.claims?.measurements ?? {};
  const { releases = [] } = judged.options.policy;
  const names = [
    ...new Set([...Object.keys(measurements), ...releases.flatMap((release) => Object.keys(release.measurements))]),
  ];
  if (names.length === 0) return <p class="quiet">The evidence names no measurement.</p>;
  return (
    <>
      {releases.length === 0 && (
        <p class="quiet">Nothing to compare with: name releases in the policy, or copy one from this evidence.</p>
      )}
      <table class={releases.length > 2 ? 'measurements stacked' : 'measurements'}>
        <thead>
          <tr>
            <th scope="col">Measurement</th>
            <th scope="col">In the evidence</th>
            {releases.map(({ name }) => (
              <th scope="col" key={name}>
                Release {visible(name, 80)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td data-label="in the evidence">
                <Value value={measurements[name]} />
              </td>
              {releases.map((release) => (
                <Comparison key={release.name} release={release} name={name} actual={measurements[name]} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Value({ value }: { readonly value: string | undefined }): JSX.Element {
  if (value === undefined) return <span class="quiet">not there</span>;
  return /^0{32,}$/.test(value) ? <span class="quiet">all zero</span> : <code class="hex">{visible(value)}</code>;
}

interface ComparisonProps {
  readonly release: Release;
  readonly name: string;
  readonly actual: string | undefined;
}

function Comparison({ release, name, actual }: ComparisonProps): JSX.Element {
  const { minIsvSvn, measurements } = release;
  const wanted = measurements[name as MeasurementName];
  const label = `release ${visible(release.name, 80)}`;
  if (wanted === undefined && name === 'isvSvn' && minIsvSvn !== undefined) {
    const enough = actual !== undefined && Number(actual) >= minIsvSvn;
    return (
      <td class={enough ? 'good' : 'bad'} data-label={label}>
        <Outcome holds={enough}>{enough ? `at least ${minIsvSvn}` : `less than ${minIsvSvn}`}</Outcome>
      </td>
    );
  }
  if (wanted === undefined) {
    return (
      <td class="quiet" data-label={label}>
        any
      </td>
    );
  }
  const values = typeof wanted === 'string' ? [wanted] : wanted;
  const equal = actual !== undefined && values.includes(actual);
  return (
    <td class={equal ? 'good' : 'bad'} data-label={label}>
      <Outcome holds={equal}>{equal ? 'equal' : 'differs'}</Outcome>
      {!equal && values.map((value) => <Value key={value} value={value} />)}
    </td>
  );
}

function Outcome({ holds, children }: { readonly holds: boolean; readonly children: string }): JSX.Element {
  return (
    <p class="outcome">
      <Icon name={holds ? 'pass' : 'fail'} /> {children}
    </p>
  );
}
