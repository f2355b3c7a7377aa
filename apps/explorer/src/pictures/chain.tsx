import type { JSX } from 'preact';
import type { Judged } from '../judging/judge.ts';
import { hasUnknownRoot } from '../judging/unknown-root.ts';
import type { PanelProps } from '../view/tabs.tsx';
import { type Paper, papersOf } from './papers.ts';

const ROW = 58;
const INDENT = 34;
const BOX = { width: 340, height: 44 };

/** Who signed what, from the root to the evidence. */
export function ChainPicture({ judged }: PanelProps): JSX.Element {
  const rows = treeOf(papersOf(judged));
  if (rows.length === 0) return <p class="quiet">There are no certificates in the evidence or beside it.</p>;
  const depth = Math.max(...rows.map((row) => row.depth));
  const width = depth * INDENT + BOX.width + 4;
  const height = rows.length * ROW;
  return (
    <figure class="picture chain">
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label="Who signed what">
        {rows.map((row, index) => (
          <Node
            key={row.index}
            row={row}
            index={index}
            above={rows.findIndex((one) => one.index === row.paper.signer)}
            judged={judged}
          />
        ))}
      </svg>
      <figcaption>
        Each line goes from a signer to what it signed. Whether the signatures are right is said by the checks.
      </figcaption>
      <ol class="away">
        {rows.map(({ paper, index }) => (
          <li key={index}>
            {paper.title}: {noteOf(paper, judged)}
          </li>
        ))}
      </ol>
    </figure>
  );
}

interface Row {
  readonly paper: Paper;
  readonly index: number;
  readonly depth: number;
}

/** Papers as a tree: each below its signer. */
function treeOf(papers: readonly Paper[]): readonly Row[] {
  const below = (signer: number | undefined, depth: number): readonly Row[] =>
    papers.flatMap((paper, index) =>
      paper.signer === signer ? [{ paper, index, depth }, ...(depth < 8 ? below(index, depth + 1) : [])] : [],
    );
  return below(undefined, 0);
}

interface NodeProps {
  readonly row: Row;
  readonly index: number;
  /** The row of its signer; -1 without one. */
  readonly above: number;
  readonly judged: Judged;
}

function Node({ row: { paper, depth }, index, above, judged }: NodeProps): JSX.Element {
  const x = depth * INDENT + 2;
  const y = index * ROW + 6;
  const middle = y + BOX.height / 2;
  const from = above * ROW + 6 + BOX.height;
  return (
    <g class={`node ${paper.kind} ${stateOf(paper, judged)}`}>
      {above >= 0 && <path d={`M${x - INDENT / 2} ${from}V${middle - 8}q0 8 8 8H${x}`} class="link" />}
      <rect x={x} y={y} width={BOX.width} height={BOX.height} rx="9" />
      <text x={x + 14} y={y + 19} class="title">
        {cut(paper.title)}
      </text>
      <text x={x + 14} y={y + 35} class="note">
        {noteOf(paper, judged)}
      </text>
    </g>
  );
}

const cut = (text: string): string => (text.length > 44 ? `${text.slice(0, 43)}…` : text);

function stateOf({ validity }: Paper, { at }: Judged): 'current' | 'expired' | 'early' {
  const now = at.getTime() / 1000;
  if (validity === undefined) return 'current';
  if (now > validity.until) return 'expired';
  return now < validity.from ? 'early' : 'current';
}

function noteOf(paper: Paper, judged: Judged): string {
  const anchor = paper.kind === 'root' ? anchorOf(judged) : '';
  const { validity } = paper;
  if (validity === undefined) return paper.kind === 'evidence' ? 'signed by the keys above; no date of its own' : '';
  const state = { current: '', expired: 'EXPIRED · ', early: 'NOT YET VALID · ' }[stateOf(paper, judged)];
  return `${state}${anchor}${dayOf(validity.from)} to ${dayOf(validity.until)}`;
}

function anchorOf({ verdict }: Judged): string {
  if (verdict.simulated) return 'SIMULATED root · ';
  if (hasUnknownRoot(verdict)) return 'NOT a trusted root · ';
  return verdict.layers.authentic === 'pass' ? 'pinned root · ' : '';
}

const dayOf = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10);
