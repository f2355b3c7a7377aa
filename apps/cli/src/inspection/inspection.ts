import type { JsonObject } from '@assay/verify/codec';
import type { Encoding } from '@assay/verify/recognise';
import type { Inspectable } from '../evidence.ts';

/** What `assay inspect` found: a document for `--json`, and what the table is made of. Nothing in it is verified. */
export interface Inspection {
  readonly schema: 'assay.inspection/1';
  readonly kind: Inspectable['kind'];
  readonly encoding: Encoding;
  /** One line for people: `Intel TDX quote, version 4`. */
  readonly title: string;
  /** Why it is malformed; empty when it has its form. */
  readonly problems: readonly string[];
  /** What it says, by section. */
  readonly content: Sections;
}

/** Sections of an inspection by name; what is not there is left out. */
export type Sections = Readonly<Record<string, JsonObject | readonly JsonObject[]>>;

/** Parts of an inspection that depend on its kind. */
export type Findings = Pick<Inspection, 'title' | 'problems' | 'content'>;
