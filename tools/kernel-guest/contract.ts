/** What the signer in the guest is told through QEMU's firmware configuration, as JSON. */
export interface TdConfiguration {
  /** Seed of the test vendor that certifies it. */
  readonly seed: string;
  /** The instant of the vendor's certificates, ISO 8601. */
  readonly now: string;
  /** MRTD and RTMR0 to RTMR3, hex. */
  readonly measurements: Readonly<Record<'mrtd' | 'rtmr0' | 'rtmr1' | 'rtmr2' | 'rtmr3', string>>;
}

/** What the signer does wrong. */
export type SignerFault =
  /** Answers with an error number. */
  | { readonly errno: number }
  /** Answers with nothing, as a TDX host does whose quoting service failed. */
  | { readonly blob: 'empty' }
  /** Signs report data that are not those it was given. */
  | { readonly blob: 'other-report-data' }
  /** Takes the request and never answers. */
  | { readonly blob: 'never' }
  /** Answers rightly, once nothing is wrong any more. */
  | { readonly blob: 'late' }
  /** Takes the request and ends. */
  | { readonly blob: 'crash' };

/** The file in the guest that says what the signer does wrong, as JSON; nothing while there is no such file. */
export const SIGNER_FAULT = '/run/signer-fault';

/** Where the program in the guest listens. */
export const GUEST_PORT = 8080;

/** A line that the program writes once it listens. */
export const READY = 'guest program: ready';
