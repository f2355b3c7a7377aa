import type { Source } from '../attesters.ts';

/** Something that runs, and where it is found. */
export interface Service {
  readonly name: string;
  /** Address or path. */
  readonly at: string;
}

/** How evidence of an attester is got and judged. */
export interface Trial {
  /** Name of the files that the commands make. */
  readonly name: string;
  /** `--from` of `assay attest`. */
  readonly from: Source;
  /** Variables that this attester needs beside those of the simulation. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whom a token is for. */
  readonly audience?: string;
  /** The service that vouches for it, or the folder with what does. */
  readonly collateral: { readonly service: string } | { readonly directory: string };
  /** PEM of the simulated root. */
  readonly root: string;
  /** The policy that the simulated machine satisfies. */
  readonly policy: string;
}

/** A part of a simulation, once it runs; a part that cannot run here says why. */
export interface Part {
  readonly services: readonly Service[];
  /** Variables for those who shall use it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly trials: readonly Trial[];
  /** What is missing, and why. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}

/** A part with nothing of one kind or another. */
export function part(some: Partial<Part>): Part {
  return { services: [], environment: {}, trials: [], absent: [], ...some };
}
