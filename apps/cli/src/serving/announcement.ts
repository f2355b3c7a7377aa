import { jsonText } from '../answer.ts';
import type { Io } from '../io.ts';
import { rows } from '../table/layout.ts';
import { COLOURED, PLAIN } from '../table/style.ts';
import type { Reachable } from './service.ts';

/** A service that runs. */
export interface RunningService {
  readonly service: 'attester' | 'proxy' | 'broker' | 'verifier' | 'collateral' | 'tracker';
  readonly version: string;
  readonly reachable: readonly Reachable[];
  /** The attester that makes its evidence; null while none works. A broker has none of its own. */
  readonly evidence?: string | null;
}

/** What listens where: one JSON document, or lines for people. */
export function serviceAnnouncement(
  { reachable, ...about }: RunningService,
  json: boolean | undefined,
  io: Io,
): string {
  const { pid } = process;
  if (json) return jsonText({ schema: 'assay.service/1', ...about, pid, listens: reachable });
  const style = io.colour ? COLOURED : PLAIN;
  const { service, version, evidence } = about;
  const list = reachable.map(({ name, at }) => ({ label: name, value: at }));
  const from = evidence === undefined ? [] : [{ label: 'evidence', value: evidence ?? 'none yet: /ready says why' }];
  const table = rows([...list, ...from], { indent: 2, columns: io.columns }, style.dim);
  return `${style.bold(`assay ${service} ${version}`)}, until you press Ctrl-C or run: kill ${pid}\n${table}`;
}
