import { Reader } from '../codec/reader.ts';

/** Size of an SGX report body in bytes. */
export const ENCLAVE_REPORT_SIZE = 384;

/** An SGX enclave's report body (Intel SDM vol. 3D, REPORT): of an application enclave or of the quoting enclave. */
export interface EnclaveReport {
  readonly raw: Uint8Array;
  readonly cpuSvn: Uint8Array;
  /** 4 bytes, little endian. */
  readonly miscSelect: Uint8Array;
  readonly isvExtProdId: Uint8Array;
  readonly attributes: Uint8Array;
  readonly mrEnclave: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly configId: Uint8Array;
  readonly isvProdId: number;
  readonly isvSvn: number;
  readonly configSvn: number;
  readonly isvFamilyId: Uint8Array;
  readonly reportData: Uint8Array;
}

/** Reads the 384 bytes of a report body. */
export function parseEnclaveReport(raw: Uint8Array): EnclaveReport {
  const reader = new Reader(raw);
  const cpuSvn = reader.bytes(16, 'CPUSVN');
  const miscSelect = reader.bytes(4, 'MISCSELECT');
  reader.bytes(12, 'reserved');
  const isvExtProdId = reader.bytes(16, 'ISVEXTPRODID');
  const attributes = reader.bytes(16, 'ATTRIBUTES');
  const mrEnclave = reader.bytes(32, 'MRENCLAVE');
  reader.bytes(32, 'reserved');
  const mrSigner = reader.bytes(32, 'MRSIGNER');
  reader.bytes(32, 'reserved');
  const configId = reader.bytes(64, 'CONFIGID');
  const isvProdId = reader.u16('ISVPRODID');
  const isvSvn = reader.u16('ISVSVN');
  const configSvn = reader.u16('CONFIGSVN');
  reader.bytes(42, 'reserved');
  const isvFamilyId = reader.bytes(16, 'ISVFAMILYID');
  const reportData = reader.bytes(64, 'REPORTDATA');
  return {
    raw,
    cpuSvn,
    miscSelect,
    isvExtProdId,
    attributes,
    mrEnclave,
    mrSigner,
    configId,
    isvProdId,
    isvSvn,
    configSvn,
    isvFamilyId,
    reportData,
  };
}
