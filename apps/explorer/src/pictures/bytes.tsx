import { toHex } from '@assay/verify/codec';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PanelProps } from '../view/tabs.tsx';
import { type Region, regionsOf } from './regions.ts';

/** Longer regions, certificate chains for example, open at a wish. */
const LONG = 512;

/** The evidence's bytes, region by region. */
export function Bytes({ judged: { evidence } }: PanelProps): JSX.Element {
  if (evidence === undefined) return <p class="quiet">The evidence has no form that could be read.</p>;
  const regions = regionsOf(evidence.evidence);
  return (
    <>
      <RegionMap regions={regions} length={evidence.evidence.length} />
      <ol class="regions">
        {regions.map((region) => (
          <RegionBytes key={region.start} region={region} />
        ))}
      </ol>
    </>
  );
}

function RegionMap({ regions, length }: { readonly regions: readonly Region[]; readonly length: number }): JSX.Element {
  return (
    <svg
      class="map"
      viewBox={`0 0 ${length} 10`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${length} bytes in ${regions.length} regions`}
    >
      {regions.map(({ start, bytes, named }, index) => (
        <rect key={start} x={start} y="0" width={bytes.length} height="10" class={named ? `tone${index % 6}` : 'gap'} />
      ))}
    </svg>
  );
}

function RegionBytes({ region: { name, start, bytes, named } }: { readonly region: Region }): JSX.Element {
  const [whole, setWhole] = useState(false);
  const shown = whole ? bytes : bytes.subarray(0, LONG);
  const zero = bytes.every((byte) => byte === 0);
  return (
    <li class={named ? '' : 'quiet'}>
      <p>
        <strong>{name}</strong>{' '}
        <span class="quiet">
          0x{start.toString(16).padStart(4, '0')} · {bytes.length} bytes{zero ? ', all zero' : ''}
        </span>
      </p>
      {!zero && <pre class="dump">{dump(shown, start)}</pre>}
      {!zero && bytes.length > shown.length && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {bytes.length} bytes<span class="away"> of {name}</span>
        </button>
      )}
    </li>
  );
}

/** Offset, hexadecimal and what is printable; as many bytes a line as there is room for. */
function dump(bytes: Uint8Array, start: number): string {
  const line = matchMedia('(max-width: 46rem)').matches ? 8 : 16;
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += line) {
    const part = bytes.subarray(at, at + line);
    const hex = toHex(part)
      .replace(/../g, '$& ')
      .padEnd(3 * line, ' ');
    const text = [...part].map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${(start + at).toString(16).padStart(4, '0')}  ${hex} ${text}`);
  }
  return lines.join('\n');
}
