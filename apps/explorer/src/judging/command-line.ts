import type { Judged } from './judge.ts';
import type { Settings } from './settings.ts';

/** The `assay verify` that asks the same. Files have the names that the page gave them, or ones to fill in. */
export function commandLine(name: string, settings: Settings, { chosen, at }: Judged, hasCollateral: boolean): string {
  const { policy, nonce, reportData, roots, allowSimulated, genuine } = settings;
  const file = name.includes('://') || name === 'pasted text' ? 'evidence.json' : name;
  const options = [
    ...(hasCollateral ? ['--collateral ./collateral'] : []),
    ...(policy.trim() !== '' && !genuine ? ['--policy policy.json'] : []),
    ...(nonce !== '' && !genuine ? [`--nonce ${digits(nonce)}`] : []),
    ...(reportData !== '' && !genuine ? [`--report-data ${digits(reportData)}`] : []),
    ...(chosen ? [`--at ${at.toISOString().slice(0, 19)}Z`] : []),
    ...(roots.length > 0 ? ['--root-ca root.pem'] : []),
    ...(roots.length > 0 && allowSimulated ? ['--allow-simulated'] : []),
    ...(genuine ? ['--genuine'] : []),
  ];
  return ['npx assay verify', quoted(file), ...options].join(' ');
}

const digits = (text: string): string => text.replace(/[^0-9a-f]/gi, '');

/** For a POSIX shell. */
function quoted(name: string): string {
  return /^[\w./-]+$/.test(name) && !name.startsWith('-') ? name : `'./${name.replaceAll("'", `'\\''`)}'`;
}
