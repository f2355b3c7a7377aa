import type { CollateralFiles } from '../collateral.ts';
import { type Exhibit, type ExhibitOptions, makeExhibit } from '../exhibit.ts';
import type { TcbStatus } from '../tcb-level.ts';
import type { IntelVendor } from '../vendor.ts';

/** The verdict an exhibit deserves: authentic with a TCB status, refused with a status of Intel's, or incomplete. */
export type Expectation =
  | { readonly tcbStatus: TcbStatus | RelaunchStatus; readonly intelStatus?: undefined; readonly missing?: undefined }
  /** One of these must be the status of a failing check: Intel's layers have several names for some refusals. */
  | { readonly intelStatus: readonly string[]; readonly tcbStatus?: undefined; readonly missing?: undefined }
  /** Refused because of this file, and only by checks that need it. */
  | { readonly missing: keyof CollateralFiles; readonly tcbStatus?: undefined; readonly intelStatus?: undefined };

/** Intel's words for a TD that should be launched again on a module that was updated under it. */
export type RelaunchStatus = 'TDRelaunchAdvised' | 'TDRelaunchAdvisedConfigurationNeeded';

/** An exhibit and the verdict it deserves. */
export interface Case extends Exhibit {
  readonly expect: Expectation;
}

/** Makes one case. */
export type Scenario = (vendor: IntelVendor) => Promise<Case>;

/** Scenarios by name. */
export type Scenarios = Readonly<Record<string, Scenario>>;

/** A scenario; `options` may be made from the vendor, where it takes its keys or its time. */
export function scenario(
  expect: Expectation,
  options: ExhibitOptions | ((vendor: IntelVendor) => ExhibitOptions) = {},
): Scenario {
  return async (vendor) => {
    const exhibit = await makeExhibit(vendor, typeof options === 'function' ? options(vendor) : options);
    return { ...exhibit, expect };
  };
}

/** A scenario that is refused with one of Intel's statuses. */
export function refusal(
  intelStatus: string | readonly string[],
  options: ExhibitOptions | ((vendor: IntelVendor) => ExhibitOptions),
): Scenario {
  return scenario({ intelStatus: typeof intelStatus === 'string' ? [intelStatus] : intelStatus }, options);
}

/** Scenarios with a group's name before theirs. */
export function group(name: string, scenarios: Scenarios): Scenarios {
  return Object.fromEntries(Object.entries(scenarios).map(([key, made]) => [`${name}.${key}`, made]));
}

/** One of Intel's words, or the name of a member, in kebab-case. */
export function kebab(word: string): string {
  return word
    .replace('SW', 'Sw')
    .replace(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase();
}

/** An instant some days from the vendor's now. */
export function daysFrom({ now }: IntelVendor, days: number): Date {
  return new Date(now.getTime() + days * 86_400_000);
}
