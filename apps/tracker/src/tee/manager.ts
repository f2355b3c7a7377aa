import { randomBytes } from 'node:crypto';
import type { Attester } from '@assay/attest';
import type { Verdict } from '@assay/verify';
import { fromHex, fromUtf8, toHex, utf8 } from '@assay/verify/codec';
import { type BlsKeyPair, blsKeyPair } from '../bls/key.ts';
import { createPayloadJudge, type PayloadJudge } from './judge.ts';
import { createDerivedKeys, type TEEKeyPair } from './key-pair.ts';
import { TEE_LIMITS } from './limits.ts';
import { TEEMode, usualTeeMode } from './mode.ts';
import type { TeePlatform } from './platform.ts';
import { type PayloadProfile, payloadReportData, type Registration, registrationPayload } from './report-data.ts';
import { NO_TALLY, statisticsOf, type TEEStatistics, tallied } from './statistics.ts';
import { noKeys, noTee, teeDisabled } from './trouble.ts';

/** A quote of a payload. */
export interface AttestationReport {
  /** Lower-case hexadecimal. */
  readonly quote: string;
  readonly generationTimeMs: number;
  readonly payload: string;
  /** Bytes, not characters. */
  readonly quoteSizeBytes: number;
  /** Whether it ends in a root that is no vendor's. */
  readonly simulated: boolean;
  /** The log that explains the registers, where there is one. */
  readonly eventLog: string | null;
}

/** What became of a quote. */
export interface AttestationVerification {
  readonly isValid: boolean;
  readonly verificationTimeMs: number;
  readonly verdict: Verdict;
}

/** What a manager works with. */
export interface TEEManagerOptions {
  /** Default: the mode that `setTeeMode` sets, also later. */
  readonly mode?: TEEMode | undefined;
  /** Default: no TEE. */
  readonly platform?: TeePlatform | undefined;
  /** Default: quotes must be of what this platform measures to, and no endorsements come from anywhere. */
  readonly judge?: PayloadJudge | undefined;
  readonly clock?: (() => Date) | undefined;
  readonly random?: ((length: number) => Uint8Array) | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed?: (() => number) | undefined;
}

/** Which key pair is wanted. */
export interface KeypairRequest {
  /** Default: as the mode says. */
  readonly teeEnabled?: boolean | undefined;
  /** Whom the key is for: his secret is mixed in. */
  readonly user?: string | undefined;
  /** Default: a new one. */
  readonly salt?: string | undefined;
}

/** A quote with what belongs to it. */
export interface QuotedPayload {
  readonly quote: string;
  readonly eventLog?: string | null | undefined;
  /** Where endorsements come from. */
  readonly pccsUrl?: string | undefined;
}

const NOWHERE: TeePlatform = {
  attester: undefined,
  keys: undefined,
  looked: [],
  simulated: null,
  releases: undefined,
};

/**
 * Keys and quotes of the TEE that a tracker runs in, and verdicts on quotes, which need none.
 *
 * @example
 * const platform = await lookForTee({ attesters: attestersOf(process.env), environment: process.env, random: randomBytes });
 * const manager = new TEEManager({ mode: TEEMode.ENABLED, platform, judge });
 * const { quote } = await manager.generateAttestation('user_id:alice');
 * const { isValid } = await manager.verifyAttestation(quote, 'user_id:alice');
 */
export class TEEManager {
  readonly platform: TeePlatform;
  readonly #judge: PayloadJudge;
  readonly #clock: () => Date;
  readonly #random: (length: number) => Uint8Array;
  readonly #elapsed: () => number;
  readonly #derived = createDerivedKeys(TEE_LIMITS.derivedKeys);
  #mode: TEEMode | undefined;
  #keys = NO_TALLY;
  #attestations = NO_TALLY;

  /** Throws `unavailable` for a mode that needs a TEE where there is none. */
  constructor({ mode, platform = NOWHERE, judge, clock, random, elapsed }: TEEManagerOptions = {}) {
    this.platform = platform;
    this.#clock = clock ?? (() => new Date());
    this.#judge = judge ?? judgeOf(platform, this.#clock);
    this.#random = random ?? randomBytes;
    this.#elapsed = elapsed ?? (() => performance.now());
    if (mode !== undefined) this.setMode(mode);
  }

  /** How the TEE is used now. */
  get mode(): TEEMode {
    return this.#mode ?? usualTeeMode();
  }

  /** Changes that at once. Throws `unavailable` for a mode that needs a TEE where there is none. */
  setMode(mode: TEEMode): void {
    if (mode !== TEEMode.DISABLED && this.platform.attester === undefined) throw noTee(this.platform.looked);
    this.#mode = mode;
  }

  /** A key pair: derived by the TEE, or drawn at random. Throws `unavailable` where the TEE is off, or derives none. */
  async generateKeypair({ teeEnabled, user, salt }: KeypairRequest = {}): Promise<TEEKeyPair> {
    const teeDerived = teeEnabled ?? this.mode === TEEMode.ENABLED;
    const start = this.#elapsed();
    if (!teeDerived) return this.#counted(blsKeyPair(this.#random(32)), { salt: null, teeDerived }, start);
    const { name } = this.#attester();
    const { keys } = this.platform;
    // Keys of a file are no TEE's, whatever else is one.
    if (keys === undefined || keys.name === 'software') throw noKeys(name);
    const used = salt ?? toHex(this.#random(32));
    return this.#counted(await this.#derived.of(keys, user, used), { salt: used, teeDerived }, start);
  }

  /** Whether this TEE derived the key, in this run of the tracker, for this user or for nobody in particular. */
  derived(publicKey: Uint8Array, user: string): boolean {
    return this.#derived.has(publicKey, user);
  }

  /** A quote of a text, under `pbts-payload/1`. Throws `unavailable` where the TEE is off or gives none. */
  async generateAttestation(payload: string): Promise<AttestationReport> {
    return this.#quoted('pbts-payload/1', payload, utf8(payload));
  }

  /** A quote of a registration, under `pbts-register/1`. `payload` is what the report says it is about. */
  async attestRegistration(payload: string, registration: Registration): Promise<AttestationReport> {
    return this.#quoted('pbts-register/1', payload, registrationPayload(registration));
  }

  /** What a quote of a text is worth; `pccsUrl` is where endorsements come from. Rejects with `malformed` what is no hexadecimal. */
  verifyAttestation(
    quote: string | QuotedPayload,
    expectedPayload: string,
    pccsUrl?: string,
  ): Promise<AttestationVerification> {
    const quoted = typeof quote === 'string' ? { quote } : quote;
    return this.#verified('pbts-payload/1', { pccsUrl, ...quoted }, utf8(expectedPayload));
  }

  /** What a quote of a registration is worth. Rejects with `malformed` for hexadecimal that is none. */
  verifyRegistration(quoted: QuotedPayload, registration: Registration): Promise<AttestationVerification> {
    return this.#verified('pbts-register/1', quoted, registrationPayload(registration));
  }

  /** What was done since the start, or since it was reset. */
  getStatistics(): TEEStatistics {
    return statisticsOf(this.#keys, this.#attestations);
  }

  /** Counts anew. */
  resetStatistics(): void {
    this.#keys = NO_TALLY;
    this.#attestations = NO_TALLY;
  }

  #attester(): Attester {
    const { attester, looked } = this.platform;
    if (attester === undefined) throw noTee(looked);
    if (this.mode === TEEMode.DISABLED) throw teeDisabled();
    return attester;
  }

  #counted({ secretKey, key }: BlsKeyPair, origin: Pick<TEEKeyPair, 'salt' | 'teeDerived'>, start: number): TEEKeyPair {
    const derivationTimeMs = this.#elapsed() - start;
    this.#keys = tallied(this.#keys, derivationTimeMs);
    return { privateKey: secretKey.slice(), publicKey: key.publicKey, ...origin, derivationTimeMs };
  }

  async #quoted(profile: PayloadProfile, payload: string, bytes: Uint8Array): Promise<AttestationReport> {
    const attester = this.#attester();
    const start = this.#elapsed();
    const now = Math.floor(this.#clock().getTime() / 1000);
    const reportData = payloadReportData(profile, bytes, now, this.#random);
    const { evidence, eventLog } = await attester.evidence({ reportData });
    const generationTimeMs = this.#elapsed() - start;
    this.#attestations = tallied(this.#attestations, generationTimeMs);
    return {
      quote: toHex(evidence),
      generationTimeMs,
      payload,
      quoteSizeBytes: evidence.length,
      simulated: this.platform.simulated === true,
      eventLog: eventLog === undefined ? null : fromUtf8(eventLog, 'eventLog'),
    };
  }

  async #verified(
    profile: PayloadProfile,
    { quote, eventLog, pccsUrl }: QuotedPayload,
    payload: Uint8Array,
  ): Promise<AttestationVerification> {
    const start = this.#elapsed();
    const evidence = { evidence: fromHex(quote.toLowerCase(), 'quote'), ...(eventLog && { eventLog: utf8(eventLog) }) };
    const verdict = await this.#judge({ evidence, profile, payload, from: pccsUrl });
    return { isValid: verdict.trusted, verificationTimeMs: this.#elapsed() - start, verdict };
  }
}

function judgeOf({ releases }: TeePlatform, clock: () => Date): PayloadJudge {
  return createPayloadJudge({ policy: { releases }, clock, endorsementsFor: async () => undefined });
}
