import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { FieldValues } from '../layout.ts';
import { TEE_TCB_SVN } from './tcb-level.ts';

/** SGX enclave report, 384 bytes. */
export const SGX_REPORT = [
  ['cpuSvn', 16],
  ['miscSelect', 4],
  ['reserved1', 12],
  ['isvExtProdId', 16],
  ['attributes', 16],
  ['mrEnclave', 32],
  ['reserved2', 32],
  ['mrSigner', 32],
  ['reserved3', 32],
  ['configId', 64],
  ['isvProdId', 2],
  ['isvSvn', 2],
  ['configSvn', 2],
  ['reserved4', 42],
  ['isvFamilyId', 16],
  ['reportData', 64],
] as const;

/** TD report 1.0, 584 bytes. */
export const TD_REPORT_10 = [
  ['teeTcbSvn', 16],
  ['mrSeam', 48],
  ['mrSignerSeam', 48],
  ['seamAttributes', 8],
  ['tdAttributes', 8],
  ['xfam', 8],
  ['mrTd', 48],
  ['mrConfigId', 48],
  ['mrOwner', 48],
  ['mrOwnerConfig', 48],
  ['rtmr0', 48],
  ['rtmr1', 48],
  ['rtmr2', 48],
  ['rtmr3', 48],
  ['reportData', 64],
] as const;

/** TD report 1.5, 648 bytes. */
export const TD_REPORT_15 = [...TD_REPORT_10, ['teeTcbSvn2', 16], ['mrServiceTd', 48]] as const;

/** TD report 1.5 with the history of a migratable TD, 885 bytes. */
export const TD_REPORT_15_EX = [
  ...TD_REPORT_15,
  ['vmid', 1],
  ['tdId', 32],
  ['devInfo', 48],
  ['initServiceTdHash', 48],
  ['initServiceTdAttributes', 8],
  ['initCpuSvn', 16],
  ['initTeeTcbSvn', 16],
  ['initTeeFmspc', 12],
  ['currentServiceTdHash', 48],
  ['currentServiceTdAttributes', 8],
] as const;

/** Fields of an SGX report: bytes of the exact size, or a little-endian integer. */
export type SgxReportFields = FieldValues<typeof SGX_REPORT>;

/** Fields of a TD report; those of 1.5 and 1.5-Ex only where the body has them. */
export type TdReportFields = FieldValues<typeof TD_REPORT_15_EX>;

/** An enclave in production mode: INIT and MODE64BIT, x87 to AVX-512 enabled. */
export const SGX_REPORT_DEFAULTS: SgxReportFields = {
  attributes: hexToBytes('0500000000000000e700000000000000'),
  mrEnclave: sha256(utf8ToBytes('simulated MRENCLAVE')),
  mrSigner: sha256(utf8ToBytes('simulated MRSIGNER')),
};

/** A TD in production mode with SEPT_VE_DISABLE, no RTMR extended yet. */
export const TD_REPORT_DEFAULTS: TdReportFields = {
  teeTcbSvn: Uint8Array.from(TEE_TCB_SVN),
  mrSeam: sha384(utf8ToBytes('simulated MRSEAM')),
  tdAttributes: hexToBytes('0000001000000000'),
  xfam: hexToBytes('e700060000000000'),
  mrTd: sha384(utf8ToBytes('simulated MRTD')),
};

/** The parts of TD report 1.5 that it adds: the module has not been updated since launch. */
export const TD_REPORT_15_DEFAULTS: TdReportFields = {
  ...TD_REPORT_DEFAULTS,
  teeTcbSvn2: Uint8Array.from(TEE_TCB_SVN),
};
