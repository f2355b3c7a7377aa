import { isPasskey } from '../announce/parameters.ts';
import { type Refusal, refuse } from '../announce/request.ts';

/** A request that is the tracker's. */
export interface TrackerRoute {
  readonly verb: 'announce' | 'scrape';
  /** The one in the path. */
  readonly passkey: string | undefined;
  /** Raw, without the question mark. */
  readonly query: string;
}

const VERBS = ['announce', 'scrape'] as const;

/** What a request target asks the tracker: `/announce`, `/scrape`, each also with `/PASSKEY`; undefined for other paths. */
export function trackerRoute(target: string): TrackerRoute | Refusal | undefined {
  const verb = VERBS.find((name) => target.startsWith(name, 1));
  if (verb === undefined || target.charCodeAt(0) !== SLASH) return undefined;
  const mark = target.indexOf('?');
  const end = mark < 0 ? target.length : mark;
  const query = mark < 0 ? '' : target.slice(mark + 1);
  const start = verb.length + 1;
  if (end === start) return { verb, passkey: undefined, query };
  if (target.charCodeAt(start) !== SLASH) return undefined;
  const passkey = target.slice(start + 1, end);
  return isPasskey(passkey) ? { verb, passkey, query } : refuse('passkey: expected letters, digits, - and _');
}

const SLASH = 0x2f;
