import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as files from 'node:fs/promises';
import { release } from 'node:os';
import { tsmConformance } from '../../tsm-conformance/facts.ts';
import { tsmFaultConformance } from '../../tsm-conformance/fault-facts.ts';
import { get, put } from '../../tsm-conformance/steps.ts';
import {
  loadProvider,
  REPORTS,
  setFault,
  setTimeoutOfProvider,
  startSigner,
  unloadProvider,
} from '../inside/provider.ts';
import { report } from '../inside/report.ts';
import { serveTasks } from '../inside/serve.ts';
import { attesterTasks } from './attester-tasks.ts';

let signer = startSigner();

/** The code of the system error that work fails with. */
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: NodeJS.ErrnoException) => String(error.code),
  );

const refusal = (work: () => void): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return String(error);
  }
};

serveTasks({
  ...attesterTasks,

  machine: async () => ({
    release: release(),
    commandLine: readFileSync('/proc/cmdline', 'utf8').trim(),
    withoutProvider: readFileSync('/run/without-provider', 'utf8').trim(),
  }),

  conformance: async (name: string) => {
    const plain = tsmConformance.find((one) => one.name === name);
    if (plain !== undefined) return plain.run(files, REPORTS);
    const faulty = tsmFaultConformance.find((one) => one.name === name);
    if (faulty === undefined) throw new Error(`no case ${name}`);
    return faulty.run(files, REPORTS, async (errno) => setFault(errno === 0 ? null : { errno }));
  },

  reports: (reportData: readonly string[]) => Promise.all(reportData.map(report)),

  /** Requests that nobody has removed. */
  folders: () => files.readdir(REPORTS),

  /** A signer that does not answer, then one that ends with a request in its hands, then a new one. */
  neglect: async () => {
    const reportData = '01'.repeat(64);
    setFault({ blob: 'never' });
    setTimeoutOfProvider(200);
    const silent = await codeOf(report(reportData));
    setTimeoutOfProvider(30_000);
    setFault({ blob: 'crash' });
    const ended = once(signer, 'exit');
    const crashed = await codeOf(report(reportData));
    await ended;
    setFault(null);
    signer = startSigner();
    return { silent, crashed, afterwards: await codeOf(report(reportData)) };
  },

  /** Takes the provider away below a folder that has been written, and brings it back. */
  unload: async () => {
    await report('02'.repeat(64));
    const attached = refusal(unloadProvider);
    const ended = once(signer, 'exit');
    signer.kill('SIGKILL');
    await ended;
    const folder = `${REPORTS}/left-behind`;
    await files.mkdir(folder);
    await put(files, folder, new Uint8Array(64));
    unloadProvider();
    const read = await codeOf(get(files, `${folder}/outblob`));
    const made = await codeOf(files.mkdir(`${REPORTS}/more`));
    const detection = await attesterTasks.detect();
    await files.rmdir(folder);
    loadProvider();
    signer = startSigner();
    return { attached, read, made, detection, afterwards: await codeOf(report('03'.repeat(64))) };
  },
});
