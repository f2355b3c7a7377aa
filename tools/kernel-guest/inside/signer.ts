import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { createIntelVendor, createSoftwareTd, issuePck } from '@assay/simulate';
import { fromHex } from '@assay/verify/codec';
import { SIGNER_FAULT, type SignerFault, type TdConfiguration } from '../contract.ts';

const CONFIGURATION = '/sys/firmware/qemu_fw_cfg/by_name/opt/assay/td/raw';
/** u64 id, 64 bytes of report data; `tsm_simulated.c` has the form of requests and answers. */
const REQUEST = 72;

const { seed, now, measurements } = JSON.parse(readFileSync(CONFIGURATION, 'utf8')) as TdConfiguration;
const vendor = await createIntelVendor({ seed, now: new Date(now) });
const td = createSoftwareTd(vendor, {
  pck: await issuePck(vendor),
  report: {
    mrTd: fromHex(measurements.mrtd),
    rtmr0: fromHex(measurements.rtmr0),
    rtmr1: fromHex(measurements.rtmr1),
    rtmr2: fromHex(measurements.rtmr2),
    rtmr3: fromHex(measurements.rtmr3),
  },
});

const device = await open('/dev/tsm-simulated', 'r+');
for (;;) {
  const request = Buffer.alloc(REQUEST);
  await device.read(request, 0, REQUEST, null);
  const answer = await answerTo(request.subarray(8));
  if (answer === undefined) continue;
  const head = Buffer.alloc(16);
  request.copy(head, 0, 0, 8);
  if (typeof answer === 'number') head.writeUInt32LE(answer, 8);
  const blob = typeof answer === 'number' ? new Uint8Array() : answer;
  await device.write(Buffer.concat([head, blob])).catch(notWanted);
}

/** An error number, a report, or undefined for no answer. */
async function answerTo(reportData: Uint8Array): Promise<number | Uint8Array | undefined> {
  if (!existsSync(SIGNER_FAULT)) return td.quote(reportData);
  const fault = JSON.parse(readFileSync(SIGNER_FAULT, 'utf8')) as SignerFault;
  if ('errno' in fault) return fault.errno;
  if (fault.blob === 'crash') process.exit();
  if (fault.blob === 'never') return undefined;
  if (fault.blob === 'late') {
    while (existsSync(SIGNER_FAULT)) await setTimeout(10);
    return td.quote(reportData);
  }
  return fault.blob === 'empty' ? new Uint8Array() : td.quote(reportData.map((byte) => byte ^ 0xff));
}

/** Whoever asked may have given up since. */
function notWanted(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
