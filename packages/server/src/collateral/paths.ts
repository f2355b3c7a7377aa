import { z } from 'zod';
import { json, problems } from '../documentation/answers.ts';
import type { ApiAnswer, ApiOperation, ApiParameter, ApiPaths } from '../documentation/operation.ts';
import type { ProblemCode } from '../problem/problem.ts';

const FAILURES: readonly ProblemCode[] = [
  'bad_request',
  'not_found',
  'too_many_requests',
  'collateral_refused',
  'unavailable',
];
const CHAIN = 'A header has the chain of its signer, as percent-encoded PEM.';

const signature = z.string().regex(/^[0-9a-fA-F]{128}$/);
const body = z.record(z.string(), z.unknown());
const tcbInfo = z
  .strictObject({ tcbInfo: body, signature })
  .meta({ title: 'TcbInfo', description: 'Intel has signed the text of the member as it stands.' });
const identity = z.strictObject({ enclaveIdentity: body, signature }).meta({ title: 'EnclaveIdentity' });
const evaluations = z
  .strictObject({ tcbEvaluationDataNumbers: body, signature })
  .meta({ title: 'TcbEvaluationDataNumbers' });
const fmspcs = z.array(z.strictObject({ fmspc: z.string(), platform: z.string() })).meta({ title: 'Fmspcs' });
const bytes = z
  .string()
  .meta({ title: 'Der', description: 'DER; a list is hexadecimal of DER unless asked for otherwise.' });
const pem = z.string().meta({ title: 'Pem' });
const lines = z.string().meta({
  title: 'CollateralSet',
  description: 'JSON on each line: `{"schema":"assay.collateral-set/1"}`, then `{target, headers, body}` each.',
});

const issue: readonly ApiParameter[] = [
  { name: 'update', description: 'Default `standard`.', schema: z.enum(['early', 'standard']) },
  {
    name: 'tcbEvaluationDataNumber',
    description: 'An issue by its number; without `update`.',
    schema: z.string().regex(/^\d{1,9}$/),
  },
];
const fmspc: ApiParameter = {
  name: 'fmspc',
  description: 'Family of the platform, 6 bytes in hexadecimal.',
  schema: z.string().regex(/^[0-9a-fA-F]{12}$/),
  required: true,
  example: '90C06F000000',
};
const line: ApiParameter = {
  name: 'line',
  description: 'The product line.',
  schema: z.enum(['Milan', 'Genoa', 'Turin']),
};
const hex = (name: string, description: string): ApiParameter => ({
  name,
  description,
  schema: z.string().regex(/^[0-9a-fA-F]+$/),
  required: true,
});
const version = (name: string, what: string): ApiParameter => ({
  name,
  description: `${what}; default 0.`,
  schema: z.string().regex(/^\d{1,3}$/),
});

const file = (description: string, types: Readonly<Record<string, z.ZodType>>): ApiAnswer => ({
  description,
  content: Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schemas: [schema] }])),
});

function operation(
  id: string,
  summary: string,
  answer: ApiAnswer,
  parameters: readonly ApiParameter[] = [],
  failures: readonly ProblemCode[] = FAILURES,
): Readonly<Record<'get', ApiOperation>> {
  const shown = parameters.length > 0 && { parameters };
  return { get: { id, summary, ...shown, answers: { 200: answer, ...problems(...failures) } } };
}

const issued: readonly ProblemCode[] = [...FAILURES, 'collateral_gone'];
const tcb = (tee: 'sgx' | 'tdx') =>
  operation(
    `${tee}Tcb`,
    `TCB levels of a platform for ${tee.toUpperCase()}`,
    json(CHAIN, [tcbInfo]),
    [fmspc, ...issue],
    issued,
  );
const enclave = (id: string, summary: string) => operation(id, summary, json(CHAIN, [identity]), issue, issued);
const numbers = (tee: 'sgx' | 'tdx') =>
  operation(`${tee}Evaluations`, `Issues that there are for ${tee.toUpperCase()}`, json(CHAIN, [evaluations]));
const chain = (family: 'vcek' | 'vlek') =>
  operation(
    `${family}Chain`,
    `The chain above a ${family.toUpperCase()}`,
    file('Signer, then root.', { 'application/x-pem-file': pem }),
    [line],
  );
const list = (family: 'vcek' | 'vlek') =>
  operation(`${family}Crl`, "The root's list of revocations", file('DER.', { 'application/pkix-crl': bytes }), [line]);

/** The paths of `createCollateralApp`. */
export const collateralPaths: ApiPaths = {
  '/sgx/certification/v4/tcb': tcb('sgx'),
  '/tdx/certification/v4/tcb': tcb('tdx'),
  '/sgx/certification/v4/qe/identity': enclave('sgxQeIdentity', 'The quoting enclave of SGX'),
  '/tdx/certification/v4/qe/identity': enclave('tdxQeIdentity', 'The quoting enclave of TDX'),
  '/sgx/certification/v4/qve/identity': enclave('qveIdentity', 'The quote verification enclave'),
  '/sgx/certification/v4/tcbevaluationdatanumbers': numbers('sgx'),
  '/tdx/certification/v4/tcbevaluationdatanumbers': numbers('tdx'),
  '/sgx/certification/v4/pckcrl': operation(
    'pckCrl',
    'Revoked PCK certificates of an authority',
    file(CHAIN, { 'application/pkix-crl': bytes, 'application/x-pem-file': pem }),
    [
      { name: 'ca', description: 'The authority.', schema: z.enum(['processor', 'platform']), required: true },
      { name: 'encoding', description: 'Default hexadecimal, as a PCCS has it.', schema: z.enum(['der', 'pem']) },
    ],
  ),
  '/sgx/certification/v4/rootcacrl': operation(
    'rootCrl',
    "The root's list of revocations",
    file('Hexadecimal of DER.', { 'application/pkix-crl': bytes }),
  ),
  '/sgx/certification/v4/crl': operation(
    'crl',
    'One of these lists, by the address in a certificate',
    file('DER.', { 'application/pkix-crl': bytes }),
    [
      {
        name: 'uri',
        description: 'Compared with the addresses of the lists that are kept here; never fetched.',
        schema: z.string().max(2048),
        required: true,
      },
    ],
  ),
  '/sgx/certification/v4/pckcert': operation(
    'pckCert',
    'The PCK certificate of a platform whose quotes carry none',
    file(CHAIN, { 'application/x-pem-file': pem }),
    [
      hex('encrypted_ppid', 'Encrypted PPID, 256 or 384 bytes.'),
      hex('cpusvn', 'CPUSVN, 16 bytes.'),
      hex('pcesvn', 'PCESVN, 2 bytes, little endian.'),
      hex('pceid', 'PCEID, 2 bytes, little endian.'),
      { name: 'qeid', description: 'QE id, which a PCCS wants.', schema: z.string().regex(/^[0-9a-fA-F]+$/) },
    ],
  ),
  '/sgx/certification/v4/fmspcs': operation(
    'fmspcs',
    'Families of platforms that Intel knows',
    json('Nobody has signed it.', [fmspcs]),
    [{ name: 'platform', description: 'Default `all`.', schema: z.enum(['all', 'client', 'E3', 'E5']) }],
  ),
  '/vcek/v1/{line}/cert_chain': chain('vcek'),
  '/vcek/v1/{line}/crl': list('vcek'),
  '/vcek/v1/{line}/{chip}': operation(
    'vcek',
    "A chip's certificate at a TCB",
    file('DER.', { 'application/pkix-cert': bytes }),
    [
      line,
      hex('chip', '64 bytes; 8 on Turin.'),
      version('blSPL', 'Boot loader'),
      version('teeSPL', 'TEE'),
      version('snpSPL', 'SNP firmware'),
      version('ucodeSPL', 'Microcode'),
      version('fmcSPL', 'FMC, on Turin only'),
    ],
  ),
  '/vlek/v1/{line}/cert_chain': chain('vlek'),
  '/vlek/v1/{line}/crl': list('vlek'),
  '/export': {
    get: {
      id: 'export',
      summary: 'All that is kept, for a service without a way to the vendors',
      description: 'Served where an admin token is configured.',
      bearer: 'required',
      answers: { 200: file('A set for `--import`.', { 'application/jsonl': lines }), ...problems('unauthorized') },
    },
  },
  '/health': {
    get: {
      id: 'health',
      summary: 'Whether this service runs',
      answers: { 200: json('It does.', [z.strictObject({ status: z.literal('ok') })]), ...problems() },
    },
  },
};
