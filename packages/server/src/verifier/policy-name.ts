import { wrong } from './body.ts';
import { POLICY_ID } from './request.ts';

/** A policy, and perhaps one of its versions. */
export interface PolicyName {
  readonly id: string;
  readonly version?: number;
}

/** Reads `ID` or `ID@VERSION`; `only` says which of them. Throws a `Problem`. */
export function policyNameOf(name: string, only?: 'newest' | 'version'): PolicyName {
  const [, id = '', digits] = /^([^@]*)(?:@([1-9][0-9]{0,8}))?$/.exec(name) ?? [];
  const version = digits === undefined ? undefined : Number(digits);
  if (!POLICY_ID.test(id)) throw wrong('policy', 'expected ID or ID@VERSION: a-z, 0-9, and . _ - after the first');
  if (only === 'newest' && version !== undefined)
    throw wrong('policy', 'versions are never changed; name the id alone');
  if (only === 'version' && version === undefined) throw wrong('policy', 'name the version to withdraw: ID@VERSION');
  return { id, ...(version !== undefined && { version }) };
}
