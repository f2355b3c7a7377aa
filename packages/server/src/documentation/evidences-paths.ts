import { z } from 'zod';
import { problems } from './answers.ts';
import type { ApiPaths } from './operation.ts';

const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/);
const NAMES = ['quote.json', 'cert-app.example.pem', 'sha256sum.txt'];

const files = z
  .strictObject({ files: z.array(z.string()) })
  .meta({ title: 'Evidences', description: 'Names of files.' });
const quote = z
  .strictObject({
    quote: hex,
    event_log: z.string().optional().meta({ description: 'JSON as text, as the platform gave it.' }),
    report_data: hex.meta({ description: 'SHA-256 of `sha256sum.txt`, then 32 zero bytes.' }),
    vm_config: z.string().optional().meta({ description: 'JSON as text, as the platform gave it.' }),
  })
  .meta({ title: 'CertificateQuote', description: 'Lower-case hexadecimal.' });
const pem = z.string().meta({ title: 'Certificates', description: 'What TLS serves, the leaf first.' });
const sums = z.string().meta({ title: 'Sums', description: 'As `sha256sum` prints them.' });
const account = z.record(z.string(), z.unknown()).meta({
  title: 'AcmeAccount',
  description: 'As the certificate authority gave it.',
  // What tells it from a quote.
  not: { type: 'object', required: ['quote'] },
});

/** The paths of `createEvidencesApp`. */
export const evidencesPaths: ApiPaths = {
  '/evidences/': {
    get: {
      id: 'evidences',
      summary: 'Which files bind the certificate of this service',
      description: 'A page for browsers, JSON for programs: as `accept` says. There are none on Confidential Space.',
      answers: {
        200: {
          description: 'Their names.',
          content: {
            'application/json': { schemas: [files], examples: { files: { files: NAMES } } },
            'text/html': { schemas: [z.string()] },
          },
        },
        ...problems('not_acceptable', 'not_found'),
      },
    },
  },
  '/evidences/{file}': {
    get: {
      id: 'evidencesFile',
      summary: 'One of these files',
      parameters: [
        {
          name: 'file',
          description: '`quote.json`, `cert-<domain>.pem`, `sha256sum.txt`, `acme-account.json`.',
          schema: z.string(),
          example: 'quote.json',
        },
      ],
      answers: {
        200: {
          description: 'The file. Report data of `quote.json` name `sha256sum.txt`, which names the others.',
          content: {
            'application/json': { schemas: [quote, account] },
            'application/pem-certificate-chain': { schemas: [pem] },
            'text/plain': { schemas: [sums] },
          },
        },
        ...problems('not_found', 'not_in_tee', 'unavailable'),
      },
    },
  },
};
