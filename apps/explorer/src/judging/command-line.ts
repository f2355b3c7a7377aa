import { toHex } from '@assay/verify/codec';
import type { Given } from '../evidence/gather.ts';
import type { Companions, Judged } from './judge.ts';
import type { Settings } from './settings.ts';

/** The name under which the page gives away a bundle. */
export function bundleName(at: Date): string {
  return `assay-bundle-${at.toISOString().slice(0, 10)}.json`;
}

/**
 * The `assay verify` that asks the same. Files have the names that the page was given or gives; what was pasted or
 * answered is in the bundle that the page makes, with its endorsements.
 */
export function commandLine(given: Given, companions: Companions, settings: Settings, judged: Judged): string {
  const { at, chosen, genuine, replay, options } = judged;
  const { endorsements, eventLog, appCompose } = companions;
  const kept = given.answered === undefined && given.name !== 'pasted text';
  const file = kept ? fileName(given.name) : bundleName(at);
  const certificate = 'certificate' in given && options.subject?.certificate !== undefined;
  const expected = [
    ...(settings.policy.trim() !== '' || given.answered ? ['--policy policy.json'] : []),
    ...(options.nonce ? [`--nonce ${toHex(options.nonce)}`] : []),
    ...(options.subject?.reportData ? [`--report-data ${toHex(options.subject.reportData)}`] : []),
    ...(certificate ? [`--certificate ${quoted(file)}`] : []),
    ...(kept && eventLog ? ['--event-log event-log.json'] : []),
    ...(kept && appCompose ? ['--app-compose app-compose.json'] : []),
  ];
  const asked = [
    ...(kept && endorsements ? ['--collateral ./collateral'] : []),
    ...(genuine ? ['--genuine'] : expected),
    ...(chosen ? [`--at ${at.toISOString().slice(0, 19)}Z`] : []),
    ...(options.roots ? ['--root-ca root.pem'] : []),
    ...(options.roots && options.allowSimulated ? ['--allow-simulated'] : []),
  ];
  return ['npx assay verify', quoted(file), ...(replay ? ['--as-recorded'] : asked)].join(' ');
}

/** A file's name, or one to fill in where it has characters that a terminal would act on. */
function fileName(name: string): string {
  if (/\p{C}/u.test(name)) return 'evidence';
  return name.startsWith('-') ? `./${name}` : name;
}

/** One word for a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
