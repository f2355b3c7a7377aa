import type { Check, LayerOutcome, Verdict } from '@assay/verify';
import { platformRows, tcbRows, workloadRows } from './claim-rows.ts';
import { labelWidth, type Row, rows } from './layout.ts';
import { printable, type Style } from './style.ts';

/** What was asked of the evidence: trust under a policy, genuineness alone, or that a record reproduces. */
export type Question = 'trusted' | 'genuine' | 'as-recorded';

/** Everything the table says beside the verdict itself. */
export interface VerdictContext {
  /** What the file is called. */
  readonly name: string;
  readonly question: Question;
  /** The answer: exit code 0. */
  readonly granted: boolean;
  /** The instant that was judged, ISO 8601. */
  readonly at: string;
  readonly columns: number;
  readonly style: Style;
  /** A check's sentence in the catalogue. */
  readonly requires: (id: string) => string | undefined;
}

const NAMES = {
  sgx: 'Intel SGX',
  tdx: 'Intel TDX',
  snp: 'AMD SEV-SNP',
  'confidential-space': 'Google Confidential Space',
} as const;

type LayerName = keyof Verdict['layers'];
const LAYERS: readonly LayerName[] = ['authentic', 'platform', 'identity', 'fresh', 'bound'];

const PASSED: Readonly<Record<LayerName, string>> = {
  authentic: "signed under the vendor's root; nothing expired or revoked",
  platform: 'as current and as configured as the policy asks',
  identity: 'runs what it should run',
  fresh: 'made for this question',
  bound: 'tied to what was seen',
};

const UNCHECKED: Readonly<Record<LayerName, string>> = {
  authentic: 'could not be judged',
  platform: 'could not be judged',
  identity: 'nobody said what may run: --expect NAME=HEX or releases in --policy',
  fresh: 'may be old: --nonce HEX or freshness in --policy',
  bound: "may be another machine's: --report-data, --profile or binding in --policy",
};

/** A verdict for people: the answer, the layers, how current the platform is, what it claims, what is wrong and what to do. */
export function verdictTable(verdict: Verdict, context: VerdictContext): string {
  const { style, columns } = context;
  const facts = [tcbRows(verdict, style), workloadRows(verdict, style), platformRows(verdict)];
  const sections = [
    headline(verdict, context),
    rows(layerRows(verdict, context), { indent: 2, columns }, style.bold),
    ...facts.map((section) => rows(section, { indent: 2, columns, labels: labelsOf(section) }, style.dim)),
    ...findings(verdict, context),
    closing(verdict, context),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

/** With these labels a hash of 32 bytes fits on a line of 80 characters. */
const LABELS = 12;

function labelsOf(section: readonly Row[]): number {
  return Math.max(LABELS, labelWidth(section));
}

function headline(verdict: Verdict, { name, question, granted, at, style }: VerdictContext): string {
  const { word, paint } = answerOf(verdict, question, granted, style);
  const evidence = verdict.tee === null ? 'Unknown evidence' : `${NAMES[verdict.tee]} evidence`;
  const simulated = verdict.simulated ? style.bold(style.doubtful('SIMULATED ')) : '';
  return `${style.bold(paint(word))}  ${simulated}${evidence}, judged at ${at}\n${style.dim(printable(name))}\n`;
}

function answerOf(
  { outcome }: Verdict,
  question: Question,
  granted: boolean,
  style: Style,
): { readonly word: string; readonly paint: (text: string) => string } {
  if (question === 'genuine') {
    return granted ? { word: '✓ GENUINE', paint: style.good } : { word: '✗ NOT GENUINE', paint: style.bad };
  }
  if (question === 'as-recorded') {
    return granted ? { word: '✓ REPRODUCES', paint: style.good } : { word: '✗ DOES NOT REPRODUCE', paint: style.bad };
  }
  if (granted) return { word: '✓ TRUSTED', paint: style.good };
  // Nothing is wrong, yet too little is known: another colour, the same exit code.
  if (outcome === 'warning') return { word: '✗ NOT TRUSTED', paint: style.doubtful };
  return { word: '✗ REFUSED', paint: style.bad };
}

function layerRows(verdict: Verdict, { question, style }: VerdictContext): readonly Row[] {
  const asked = LAYERS.filter((layer) => question !== 'genuine' || layer === 'authentic');
  return asked.map((layer) => {
    const outcome = verdict.layers[layer];
    const { mark, paint } = MARKS[outcome];
    return {
      label: layer,
      value: `${mark} ${outcome.padEnd(9)}  ${explanation(verdict, layer, outcome)}`,
      paint: style[paint],
      hang: 13,
    };
  });
}

const MARKS = {
  pass: { mark: '✓', paint: 'good' },
  fail: { mark: '✗', paint: 'bad' },
  unchecked: { mark: '?', paint: 'doubtful' },
  waived: { mark: '–', paint: 'dim' },
} as const satisfies Readonly<Record<LayerOutcome, { readonly mark: string; readonly paint: keyof Style }>>;

function explanation({ checks, simulated }: Verdict, layer: LayerName, outcome: LayerOutcome): string {
  const failed = checks.filter((check) => check.layer === layer && check.outcome === 'fail').map(({ id }) => id);
  switch (outcome) {
    case 'pass':
      return layer === 'authentic' && simulated ? 'signed under the root that you named' : PASSED[layer];
    case 'fail':
      return failed.length > 3 ? `${failed.slice(0, 3).join(', ')} and ${failed.length - 3} more` : failed.join(', ');
    case 'waived':
      return 'the policy does not ask';
    case 'unchecked':
      return UNCHECKED[layer];
  }
}

/** Failed checks, then warnings, each with its reason and remedy. */
function findings({ checks }: Verdict, context: VerdictContext): readonly string[] {
  const failed = checks.filter(({ outcome }) => outcome === 'fail');
  const warned = checks.filter(({ outcome }) => outcome === 'warn');
  return [...failed, ...warned].map((check) => finding(check, context));
}

function closing({ checks }: Verdict, { style }: VerdictContext): string {
  const count = (wanted: Check['outcome']): number => checks.filter(({ outcome }) => outcome === wanted).length;
  const [failed, warned, skipped] = [count('fail'), count('warn'), count('skip')];
  const parts = [
    `${count('pass')} checks passed`,
    failed > 0 && style.bad(`${failed} failed`),
    warned > 0 && style.doubtful(`${warned} warned`),
    skipped > 0 && style.dim(`${skipped} did not apply`),
  ];
  return `  ${parts.filter((part) => part !== false).join(' · ')}\n`;
}

function finding(check: Check, { style, columns, requires }: VerdictContext): string {
  const { id, outcome, expected, actual, intelStatus, authority, remedy } = check;
  const [mark, paint] = outcome === 'fail' ? ['✗', style.bad] : ['!', style.doubtful];
  const sentence = requires(id);
  const detail: readonly (Row | false)[] = [
    sentence !== undefined && { label: 'required', value: sentence },
    expected !== undefined && { label: 'expected', value: expected },
    actual !== undefined && { label: 'found', value: actual },
    intelStatus !== undefined && { label: 'Intel says', value: intelStatus },
    authority === 'attester-clock' && { label: 'by', value: "the attester's own clock" },
    remedy !== undefined && { label: 'what to do', value: remedy, paint: style.bold },
  ];
  const frame = { indent: 4, columns };
  return `  ${paint(`${mark} ${style.bold(id)}`)}\n${rows(
    detail.filter((row) => row !== false),
    frame,
    style.dim,
  )}`;
}
