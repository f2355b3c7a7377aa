/** Intel's collateral as received; a member that is missing makes its check fail. Texts are kept byte for byte. */
export interface DcapCollateral {
  /** `{"tcbInfo":{…},"signature":"…"}` */
  readonly tcbInfo?: string | undefined;
  /** `{"enclaveIdentity":{…},"signature":"…"}` */
  readonly qeIdentity?: string | undefined;
  /** TCB signing certificate and root: PEM or concatenated DER. */
  readonly tcbSignChain?: Uint8Array | undefined;
  /** The QE identity's own signing chain, where it is not `tcbSignChain`: Intel re-issues them at different times. */
  readonly qeIdentitySignChain?: Uint8Array | undefined;
  /** DER, PEM or hexadecimal. */
  readonly rootCaCrl?: Uint8Array | undefined;
  /** DER, PEM or hexadecimal. */
  readonly pckCrl?: Uint8Array | undefined;
  /** PCK Processor or Platform CA and root. */
  readonly pckCrlIssuerChain?: Uint8Array | undefined;
  /** PCK certificate with its chain, for quotes that carry none. */
  readonly pckCertChain?: Uint8Array | undefined;
}

/** AMD's endorsements of one chip: certificates in DER or PEM. */
export interface SnpEndorsements {
  /** VCEK or VLEK certificate. */
  readonly vek?: Uint8Array | undefined;
  /** ASK (SEV-…) or ASVK (SEV-VLEK-…) certificate. */
  readonly ask?: Uint8Array | undefined;
  readonly ark?: Uint8Array | undefined;
  /** The ARK's revocation list: DER, PEM or hexadecimal. */
  readonly crl?: Uint8Array | undefined;
}

/** Google's token signing keys. PKI tokens need none. */
export interface ConfidentialSpaceEndorsements {
  /** A JSON Web Key Set (RFC 7517) as received. */
  readonly jwks?: string | undefined;
}

/** Endorsements as received, by vendor. Nothing in them is trusted. */
export interface RawEndorsements {
  readonly dcap?: DcapCollateral | undefined;
  readonly snp?: SnpEndorsements | undefined;
  readonly confidentialSpace?: ConfidentialSpaceEndorsements | undefined;
}
