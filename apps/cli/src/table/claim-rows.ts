import type { Verdict } from '@assay/verify';
import type { Row } from './layout.ts';
import type { Style } from './style.ts';

/** Measurements that are shown when they say nothing, too; of the others zeros are only counted. */
const ALWAYS = ['mrenclave', 'mrsigner', 'isvProdId', 'isvSvn', 'mrtd', 'measurement', 'imageDigest'];

/** How current the platform is, in Intel's words. */
export function tcbRows({ tcb }: Verdict, style: Style): readonly Row[] {
  if (tcb === null) return [];
  const { status, date, advisories, evaluationDataNumber, platform, module, qe, relaunchAdvised } = tcb;
  const part = (name: string, { status: word, date: day }: { status: string; date: string }): string =>
    `${name} ${word} (${dayOf(day)})`;
  const parts = [part('platform', platform), module && part('TDX module', module), part('quoting enclave', qe)];
  const ids = [...new Set(advisories.map(({ id }) => id))];
  return [
    {
      label: 'TCB',
      value: `${status} since ${dayOf(date)} · evaluation data number ${evaluationDataNumber}`,
      paint: status === 'UpToDate' ? style.good : status === 'Revoked' ? style.bad : style.doubtful,
    },
    { label: '', value: parts.filter((text) => text !== null).join(' · ') },
    ...(ids.length > 0 ? [{ label: 'advisories', value: ids.join(' ') }] : []),
    ...(relaunchAdvised
      ? [{ label: '', value: 'relaunching the TD would make it current', paint: style.doubtful }]
      : []),
  ];
}

/** What the evidence says of its workload. */
export function workloadRows({ claims }: Verdict, style: Style): readonly Row[] {
  if (claims === null) return [];
  const { measurements, reportData, debug, nonces, keys } = claims;
  const shown = Object.entries(measurements).filter(([name, value]) => ALWAYS.includes(name) || !isZero(value));
  const hidden = Object.keys(measurements).filter((name) => !shown.some(([label]) => label === name));
  return [
    ...shown.map(([label, value]) => ({ label, value })),
    ...(hidden.length > 0 ? [{ label: '', value: `all zero: ${hidden.join(', ')}`, paint: style.dim }] : []),
    ...(reportData === null ? [] : [{ label: 'reportData', value: shortTail(reportData) }]),
    ...nonces.map((value) => ({ label: 'nonce', value })),
    ...keys.map(({ use, spkiSha256 }) => ({ label: 'key', value: `${use} sha256:${spkiSha256}` })),
    ...debugRow(debug, style),
  ];
}

/** Which machine it is, and how long what vouches for it is valid. */
export function platformRows({ claims, validity }: Verdict): readonly Row[] {
  if (claims === null) return [];
  return [
    ...Object.entries(claims.platform).map(([label, value]) => ({ label, value: shortTail(value) })),
    ...(validity === null ? [] : [{ label: 'endorsed', value: `${validity.notBefore} to ${validity.notAfter}` }]),
  ];
}

function debugRow(debug: boolean | null, style: Style): readonly Row[] {
  if (debug === null) return [];
  return [
    debug
      ? { label: 'debug', value: 'on: the host can read its memory', paint: style.bad }
      : { label: 'debug', value: 'off' },
  ];
}

const dayOf = (date: string): string => date.slice(0, 10);

const isZero = (value: string): boolean => /^0{32,}$/.test(value);

/** Hexadecimal without the zeros that fill its field. */
function shortTail(value: string): string {
  const zeros = /^((?:[0-9a-f]{2})*?)((?:00){8,})$/.exec(value);
  if (zeros === null) return value;
  if (zeros[1] === '') return 'all zero';
  return `${zeros[1]} and ${(zeros[2] ?? '').length / 2} zero bytes`;
}
