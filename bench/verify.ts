import {
  authenticateEndorsements,
  type Endorsements,
  type Policy,
  type RawEndorsements,
  type Tee,
  verify,
} from '@assay/verify';
import { parsePolicy } from '@assay/verify/policy';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { type Sample, samples } from './evidence.ts';
import { floor } from './floor.ts';
import { peer } from './peer.ts';
import { ratioOf, type Subject } from './ratio.ts';
import { announce, type Row } from './row.ts';

const TCB = ['UpToDate', 'SWHardeningNeeded', 'ConfigurationAndSWHardeningNeeded'] as const;
const POLICY: Policy = parsePolicy({ tcb: { accept: TCB }, identity: 'any', freshness: 'any', binding: 'any' });
const tees: readonly Tee[] = [sgx, tdx];

/** A verification that must succeed: a benchmark of refusals would flatter. */
async function judge(sample: Sample, endorsements: RawEndorsements | Endorsements): Promise<void> {
  const { quote, now, root } = sample;
  const roots = root && [root];
  const verdict = await verify(quote, {
    tees,
    now,
    policy: POLICY,
    endorsements,
    roots,
    allowSimulated: root !== undefined,
  });
  if (!verdict.trusted)
    throw new Error(`${sample.name}: ${JSON.stringify(verdict.checks.filter(({ outcome }) => outcome === 'fail'))}`);
}

const handleOf = (sample: Sample): Promise<Endorsements> =>
  authenticateEndorsements(sample.endorsements, { tee: sgx, roots: sample.root && [sample.root] });

const cold = (sample: Sample): Subject => ({ run: () => judge(sample, sample.endorsements) });

/** Handles are made outside of the timed part and used once each: a handle remembers the platforms it saw. */
function warm(sample: Sample): Subject {
  let handles: Endorsements[] = [];
  return {
    async prepare(count) {
      handles = [];
      for (let i = 0; i < count; i += 1) handles.push(await handleOf(sample));
    },
    run: () => judge(sample, handles.pop() ?? sample.endorsements),
  };
}

async function samePlatform(sample: Sample): Promise<Subject> {
  const handle = await handleOf(sample);
  return { run: () => judge(sample, handle) };
}

async function rowsOf(sample: Sample): Promise<Row[]> {
  const row = async (
    what: string,
    against: string,
    goal: number,
    yardstick: Subject,
    subject: Subject,
  ): Promise<Row> => {
    announce(sample.name, what, against);
    return { sample: sample.name, what, against, goal, ...(await ratioOf(yardstick, subject)) };
  };
  const { quote, files } = sample;
  const size = (name: string): number => files[name]?.length ?? 0;
  const [certificate, report] = [600, 384];
  // PCK certificate, QE report, quote; before them root, TCB signer and PCK CA, two CRLs, TCB info and QE identity.
  const own = [certificate, report, quote.length > 4900 ? 632 : 432];
  const collateral = ['rootCaCrl.der', 'pckCrl.der', 'tcbInfo.json', 'qeIdentity.json'].map(size);
  const coldFloor = floor([certificate, certificate, certificate, ...collateral, ...own], 5);
  const warmFloor = floor(own, 2);
  return [
    await row('cold', 'floor of 10 checks, 5 key imports', 0.6, coldFloor, cold(sample)),
    await row('cold', '@phala/dcap-qvl', 2, peer(sample), cold(sample)),
    await row('warm', 'floor of 3 checks, 2 key imports', 0.6, warmFloor, warm(sample)),
    await row('warm', '@phala/dcap-qvl', 5, peer(sample), warm(sample)),
    await row('same platform', 'one check with a ready key', 0.5, floor([632], 0), await samePlatform(sample)),
  ];
}

/** Speed of verification beside the bare cryptography and a peer. */
export async function verifyRows(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const sample of await samples()) rows.push(...(await rowsOf(sample)));
  return rows;
}
