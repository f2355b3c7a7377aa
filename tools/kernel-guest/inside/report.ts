import * as files from 'node:fs/promises';
import { get, inFolder, put } from '../../tsm-conformance/steps.ts';
import { REPORTS } from './provider.ts';

/** A report by plain files, without the attester; hex in and out. */
export async function report(reportData: string): Promise<string> {
  let outblob = '';
  await inFolder(files, REPORTS, async (folder) => {
    await put(files, folder, Buffer.from(reportData, 'hex'));
    outblob = (await get(files, `${folder}/outblob`)).toString('hex');
  });
  return outblob;
}
