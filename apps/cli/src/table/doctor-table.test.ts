import type { Examination } from '@assay/attest';
import { describe, expect, test } from 'vitest';
import { doctorTable } from './doctor-table.ts';
import { PLAIN } from './style.ts';

const tsm: Examination = {
  name: 'tsm',
  available: false,
  looked: ['/sys/kernel/config/tsm/report: no such file'],
  checks: [
    { id: 'tsm.device', requires: 'The guest device is there.', outcome: 'pass', found: '/dev/tdx_guest' },
    {
      id: 'tsm.mounted',
      requires: 'configfs is mounted.',
      outcome: 'fail',
      found: 'no configfs in /proc/mounts',
      remedy: 'Run mount -t configfs none /sys/kernel/config.',
    },
    { id: 'tsm.provider', requires: 'A provider answers.', outcome: 'skip', found: 'nothing is mounted' },
  ],
};

describe('the doctor’s table', () => {
  test('says what works, and of what does not: what is required, what was found, what to do', () => {
    const proxy: Examination = {
      name: 'proxy',
      available: true,
      looked: ['http://127.0.0.1:8081: answers'],
      checks: [],
    };
    expect(doctorTable([tsm, proxy], { columns: 80, style: PLAIN })).toBe(`✓ EVIDENCE CAN BE MADE  by proxy

tsm  not here
  looked at       /sys/kernel/config/tsm/report: no such file
  ✓ tsm.device    /dev/tdx_guest
  ✗ tsm.mounted   configfs is mounted.
    found         no configfs in /proc/mounts
    what to do    Run mount -t configfs none /sys/kernel/config.
  – tsm.provider  nothing is mounted

proxy  works
  looked at       http://127.0.0.1:8081: answers
`);
  });

  test('says aloud when nothing works, and shows no control characters of what was found', () => {
    const text = doctorTable([{ ...tsm, looked: ['\u001b[2J'] }], { columns: 80, style: PLAIN });
    expect(text).toMatch(/^✗ NO EVIDENCE HERE {2}no attester works on this machine\n/);
    expect(text).toContain('\\x1b[2J');
  });
});
