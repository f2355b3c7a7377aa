import { createBatcher, newInstance } from '@assay/attest';
import { createAttesterApp } from '@assay/server';
import { createSoftwareAttester } from '@assay/simulate/node';
import { Hono } from 'hono';
import type { Machine } from './machine.ts';

/** An attester service, and beside it what it is compared with. */
export interface BenchedService {
  readonly app: Hono;
  /** From now on `/constant` answers as many bytes as this, which are JSON. */
  readonly answerAlike: (answer: string) => void;
}

/** What an answer of `/attestation` says of itself, too. */
const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** The attester service of the machine, with one more path that answers a constant. */
export function benchedService({ source, keys }: Pick<Machine, 'source' | 'keys'>): BenchedService {
  const clock = (): Date => new Date();
  const attester = createSoftwareAttester(source);
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  let constant = '""';
  const app = new Hono();
  app.get('/constant', () => new Response(constant, { headers: HEADERS }));
  app.route('/', createAttesterApp({ attester, batcher, name: 'bench', version: '1.0.0', clock, keys: () => keys }));
  return {
    app,
    answerAlike: ({ length }) => {
      constant = `"${'x'.repeat(length - 2)}"`;
    },
  };
}
