/** A secret that was derived, and what shows where it came from. */
export interface DerivedKey {
  /** 32 bytes. Secret: never log it. */
  readonly key: Uint8Array;
  /** Who vouches for it: dstack's links of 65 bytes, to judge with `verifyKeyChain`. Empty where there is no chain. */
  readonly signatureChain: readonly Uint8Array[];
}

/** Derives secrets that the same workload gets again on its platform, and nobody else does. */
export interface KeySource {
  /** What kind of source it is; that it is no simulator only evidence shows, or the pin of `createDstackKeys`. */
  readonly name: 'dstack' | 'gramine' | 'software';
  /** The secret of a purpose, such as `tracker/receipts`: the same one each time. Throws `AssayError` like an attester. */
  derive(purpose: string, signal?: AbortSignal): Promise<DerivedKey>;
}
