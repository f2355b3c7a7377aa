import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AmdOptions,
  type CollateralFiles,
  type IntelOptions,
  PRODUCTS,
  type Product,
  parseAddress,
  parseEndpoint,
} from '@assay/server';
import { type Answer, jsonText } from '../answer.ts';
import { assertDirectory, writeDirectory } from '../collateral/directory.ts';
import { fetchFor } from '../collateral/fetch.ts';
import { namingOptions } from '../collateral/naming-options.ts';
import { subjectOf } from '../collateral/subject.ts';
import { EXIT, usage } from '../failure.ts';
import type { Io } from '../io.ts';
import { rows } from '../table/layout.ts';
import { COLOURED, PLAIN, printable } from '../table/style.ts';
import { parseInteger, readCertificates } from '../values.ts';

/** Options of `assay collateral fetch`. */
export interface FetchFlags {
  readonly from: string;
  readonly output: string;
  readonly update?: 'early' | 'standard';
  readonly tcbEvaluationDataNumber?: string;
  readonly rootCrl?: string;
  readonly product?: string;
  readonly vlek?: string;
  readonly json?: boolean;
}

/** Fetches the endorsements of a piece of evidence into a directory. Throws `usage` and `unavailable`. */
export async function fetchCollateral(file: string, flags: FetchFlags, io: Io): Promise<Answer> {
  const service = parseEndpoint(flags.from, '--from');
  await assertDirectory(flags.output);
  const limits = {
    field: '--from',
    sleep: async (milliseconds: number) => void (await sleep(milliseconds)),
    now: io.now,
    report: (message: string) => io.stderr(`${printable(message)}\n`),
    progress: ({ url, status, bytes }: { url: URL; status: number; bytes: Uint8Array }) =>
      io.stderr(`${status} ${url.origin}${url.pathname} ${bytes.length} bytes\n`),
  };
  const subject = await subjectOf(file, productOf(flags.product), io);
  const options = { intel: intelOptions(flags), amd: await amdOptions(flags, io) };
  const files = await namingOptions(() => fetchFor(subject, service, options, limits));
  await writeDirectory(flags.output, files);
  return { output: flags.json ? jsonText(document(flags, files)) : table(flags, files, io), exitCode: EXIT.trusted };
}

function intelOptions({ update, tcbEvaluationDataNumber, rootCrl }: FetchFlags): IntelOptions {
  const field = '--tcb-evaluation-data-number';
  return {
    ...(update && { update }),
    ...(tcbEvaluationDataNumber !== undefined && {
      tcbEvaluationDataNumber: parseInteger(tcbEvaluationDataNumber, field, 65_535),
    }),
    ...(rootCrl !== undefined && { rootCrl: parseAddress(rootCrl, '--root-crl') }),
  };
}

async function amdOptions({ vlek }: FetchFlags, io: Io): Promise<AmdOptions> {
  if (vlek === undefined) return {};
  const [certificate] = await readCertificates(vlek, io, '--vlek');
  return certificate ? { vlek: certificate } : {};
}

function productOf(name: string | undefined): Product | undefined {
  const product = PRODUCTS.find((known) => known.toLowerCase() === name?.toLowerCase());
  if (name !== undefined && product === undefined) {
    throw usage(`--product: expected one of ${PRODUCTS.join(', ')}, found ${name}`, '--product');
  }
  return product;
}

function document({ output }: FetchFlags, files: CollateralFiles): object {
  return {
    schema: 'assay.collateral/1',
    directory: output,
    files: [...files].map(([name, bytes]) => ({ name, bytes: bytes.length })),
  };
}

function table({ output }: FetchFlags, files: CollateralFiles, { colour, columns }: Io): string {
  const style = colour ? COLOURED : PLAIN;
  const list = [...files].map(([name, bytes]) => ({ label: name, value: `${bytes.length} bytes` }));
  const next = `Next: assay verify FILE --collateral ${output}`;
  return `${style.bold(style.good('✓ FETCHED'))}  ${output}\n\n${rows(list, { indent: 2, columns }, style.dim)}\n${next}\n`;
}
