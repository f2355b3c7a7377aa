/** A token, and how long it may be shown again. */
export interface Kept {
  readonly token: Uint8Array;
  /** Unix seconds. */
  readonly expires: number | undefined;
}

/** Gives the token for an audience: one that is kept, the one being made, or a new one. */
export type TokenCache = (audience: string) => Promise<Uint8Array>;

/** Part of its remaining life for which a token is shown again: the launcher renews its own as early. */
const SHARE = 0.8;
/** Seconds; Google's tokens live an hour, and no claim makes one live longer here. */
const MAX_LIFE = 3600;

/** Keeps one token for each audience, of which there must be few, and makes one at a time for each. Failures are not kept. */
export function createTokenCache(make: (audience: string) => Promise<Kept>, clock: () => Date): TokenCache {
  const kept = new Map<string, { readonly token: Uint8Array; readonly from: number; readonly until: number }>();
  const making = new Map<string, Promise<Uint8Array>>();
  const renew = async (audience: string): Promise<Uint8Array> => {
    const { token, expires } = await make(audience);
    const from = clock().getTime() / 1000;
    const life = Math.min(MAX_LIFE, Math.max(0, (expires ?? from) - from));
    kept.set(audience, { token, from, until: from + life * SHARE });
    return token;
  };
  return (audience) => {
    const now = clock().getTime() / 1000;
    const found = kept.get(audience);
    // A clock that was set back says nothing about how old it is.
    if (found !== undefined && now >= found.from && now < found.until) return Promise.resolve(found.token);
    kept.delete(audience);
    const under = making.get(audience) ?? renew(audience).finally(() => making.delete(audience));
    making.set(audience, under);
    return under;
  };
}
