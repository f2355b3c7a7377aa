import { readFileSync } from 'node:fs';
import { usage } from '../failure.ts';

/** The id of a group of this machine. Throws `usage` when there is none of that name. */
export function groupId(name: string, field: string, groups = readFileSync('/etc/group', 'utf8')): number {
  const lines = groups.split('\n').map((line) => line.split(':'));
  const id = lines.find(([known]) => known === name)?.[2];
  if (id === undefined || !/^\d{1,10}$/.test(id))
    throw usage(`${field}: this machine has no group ${name}; make it with groupadd --system ${name}`, field);
  return Number(id);
}
