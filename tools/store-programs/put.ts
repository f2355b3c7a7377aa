// Puts objects for ever, eight at a time, and says each one's key and digest once it is acknowledged.
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type ObjectsOptions, openObjects } from '@assay/store';

const [options = '', first = '0'] = process.argv.slice(2);
const objects = await openObjects(JSON.parse(options) as ObjectsOptions);
let next = Number(first);
const putForEver = async (): Promise<never> => {
  for (;;) {
    const key = `n/${next}`;
    next += 1;
    const { sha256 } = await objects.put(key, randomBytes(20_000));
    writeSync(1, `${key} ${sha256}\n`);
    // All of them fight for this one, which must be whole at any time.
    await objects.put('last', randomBytes(20_000));
  }
};
await Promise.all(Array.from({ length: 8 }, putForEver));
