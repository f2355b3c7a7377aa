import { AssayError, type RawEndorsements } from '@assay/verify';
import { useRef, useState } from 'preact/hooks';
import { type Gathered, type Given, gather, type InputFile, type NamedRoot } from './evidence/gather.ts';
import type { Answered } from './judging/ask-server.ts';
import { type Companions, type Judged, judge } from './judging/judge.ts';
import { type Settings, STRICT } from './judging/settings.ts';

/** Why there is no verdict: the setting or input that is wrong, and what is wrong with it. */
export interface Problem {
  readonly field: string;
  readonly message: string;
}

/** Everything that the page shows. */
export interface State {
  readonly given: Given | undefined;
  readonly companions: Companions;
  readonly settings: Settings;
  readonly judged: Judged | undefined;
  readonly problem: Problem | undefined;
  /** Roots that came along, for the reader to vouch for or not. */
  readonly offered: readonly NamedRoot[];
  readonly ignored: readonly string[];
  /** True when a policy was among the files last given. */
  readonly policyCame: boolean;
  /** Milliseconds of `performance.now()` when the evidence arrived. */
  readonly arrived: number;
  readonly busy: boolean;
  /** True while a server is waited for. */
  readonly asking: boolean;
}

/** What the reader can do. */
export interface Session {
  readonly state: State;
  /** Reads files and judges what they hold; `arrived` is when the reader let go of them. */
  readonly take: (files: Promise<readonly InputFile[]>, arrived: number) => Promise<void>;
  /** Waits for a server's answer to a nonce and judges it, unless the reader turns to something else meanwhile. */
  readonly ask: (answer: Promise<Answered>, nonce: string, arrived: number) => Promise<void>;
  /** Changes settings and judges again. */
  readonly change: (more: Partial<Settings>) => Promise<void>;
  /** Vouches for a root that was offered. */
  readonly vouch: (root: NamedRoot) => Promise<void>;
  readonly fail: (field: string, message: string) => void;
  readonly clear: () => void;
}

const NOTHING: State = {
  given: undefined,
  companions: {},
  settings: STRICT,
  judged: undefined,
  problem: undefined,
  offered: [],
  ignored: [],
  policyCame: false,
  arrived: 0,
  busy: false,
  asking: false,
};

/** The page's state. What is given and set shows at once; of judgements that overtake each other the last begun counts. */
export function useSession(clock: () => Date): Session {
  const [state, show] = useState(NOTHING);
  const latest = useRef(state);
  const turn = useRef(0);
  const asked = useRef<Promise<Answered>>(undefined);
  const update = (more: Partial<State>): void => {
    latest.current = { ...latest.current, ...more };
    show(latest.current);
  };

  const rejudge = async (more: Partial<State>): Promise<void> => {
    turn.current += 1;
    const mine = turn.current;
    update({ problem: undefined, busy: true, ...more });
    const { given, companions, settings } = latest.current;
    let found: Partial<State>;
    try {
      found = given === undefined ? {} : { judged: await judge(given, companions, settings, clock()) };
    } catch (error) {
      // What the reader typed stays; a verdict on other terms would mislead.
      found = { judged: undefined, problem: problemOf(error) };
    }
    if (mine === turn.current) update({ busy: false, ...found });
  };
  const change = (more: Partial<Settings>): Promise<void> =>
    rejudge({ settings: { ...latest.current.settings, ...more }, arrived: performance.now() });
  /** Forgets all but the settings, and what is still under way. */
  const clear = (more: Partial<State> = {}): void => {
    turn.current += 1;
    asked.current = undefined;
    update({ ...NOTHING, settings: { ...latest.current.settings, recorded: false }, ...more });
  };

  return {
    state,
    change,
    ask: async (answer, nonce, arrived) => {
      clear({ asking: true });
      asked.current = answer;
      try {
        const { file, infoSha256 } = await answer;
        // Of an answer only the evidence counts: roots, policies and logs are the reader's to give.
        const { given } = await gather([file]);
        if (given === undefined)
          throw new AssayError('malformed', `${file.name}: no kind of evidence that Assay knows`);
        if (asked.current !== answer) return;
        const settings = { ...latest.current.settings, nonce, at: '', genuine: false, reportData: '' };
        await rejudge({ asking: false, given: { ...given, answered: { infoSha256 } }, settings, arrived });
      } catch (error) {
        if (asked.current === answer) update({ asking: false, problem: problemOf(error) });
      }
    },
    take: async (files, arrived) => {
      turn.current += 1;
      const mine = turn.current;
      update({ busy: true, problem: undefined });
      try {
        const gathered = await gather(await files);
        if (gathered.given) asked.current = undefined;
        await rejudge({ ...merged(latest.current, gathered), arrived });
      } catch (error) {
        // The verdict on what was given before would look like that on what could not be read.
        if (mine === turn.current) update({ busy: false, judged: undefined, problem: problemOf(error) });
      }
    },
    vouch: (root) => {
      const { settings, offered } = latest.current;
      update({ offered: offered.filter((one) => one !== root) });
      return change({ roots: [...settings.roots, root], allowSimulated: true });
    },
    fail: (field, message) => update({ problem: { field, message }, busy: false }),
    clear: () => clear(),
  };
}

/** New evidence replaces the old one. Endorsements stay until others come with evidence; alone they add to those. */
function merged(state: State, gathered: Gathered): Partial<State> {
  const { given, endorsements, eventLog, appCompose, policy, roots, ignored } = gathered;
  const nothing = !given && !endorsements && !eventLog && !appCompose && !policy && roots.length === 0;
  if (nothing) {
    const what = ignored.length === 1 ? ignored[0] : `${ignored.length} files`;
    const known = 'a quote, report, token, envelope, bundle, or certificate with evidence';
    throw new AssayError('malformed', `${what}: no kind of evidence that Assay knows; give ${known}`, {
      field: 'evidence',
    });
  }
  const kept = given ? { endorsements: state.companions.endorsements } : state.companions;
  return {
    given: given ?? state.given,
    companions: {
      ...kept,
      ...(endorsements && { endorsements: given ? endorsements : added(kept.endorsements, endorsements) }),
      ...(eventLog && { eventLog }),
      ...(appCompose && { appCompose }),
    },
    settings: { ...state.settings, ...(policy !== undefined && { policy }), ...(given && { recorded: false }) },
    offered: roots,
    ignored,
    policyCame: policy !== undefined,
    ...(given && { judged: undefined, asking: false }),
  };
}

/** Files of one folder may come one after another: each takes the place of its like. */
function added(before: RawEndorsements = {}, more: RawEndorsements): RawEndorsements {
  return {
    ...before,
    ...more,
    ...(more.dcap && { dcap: { ...before.dcap, ...more.dcap } }),
    ...(more.snp && { snp: { ...before.snp, ...more.snp } }),
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof AssayError) return { field: error.details.field ?? 'evidence', message: error.message };
  return { field: 'evidence', message: error instanceof Error ? error.message : String(error) };
}
