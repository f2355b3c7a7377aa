/** An answer made of a token, and when that token expires. */
export interface Made {
  readonly body: string;
  /** Unix seconds; undefined for a token that does not say. */
  readonly expires: number | undefined;
}

/** Part of a token's remaining life for which its answer is given again: the launcher renews its own as early. */
const SHARE = 0.8;
/** Seconds; Google's tokens live an hour, and no claim makes one live longer here. */
const MAX_LIFE = 3600;

/**
 * Gives the answer for an audience: the one that is kept, the one being made, or a new one. There must be few audiences.
 * What fails is not kept.
 */
export function keepAnswers(
  make: (audience: string) => Promise<Made>,
  clock: () => Date,
): (audience: string) => Promise<string> {
  const kept = new Map<string, { readonly body: string; readonly from: number; readonly until: number }>();
  const making = new Map<string, Promise<string>>();
  const renew = async (audience: string): Promise<string> => {
    const { body, expires } = await make(audience);
    const from = clock().getTime() / 1000;
    const life = Math.min(MAX_LIFE, Math.max(0, (expires ?? from) - from));
    kept.set(audience, { body, from, until: from + life * SHARE });
    return body;
  };
  return (audience) => {
    const now = clock().getTime() / 1000;
    const found = kept.get(audience);
    // A clock that was set back says nothing about how old it is.
    if (found !== undefined && now >= found.from && now < found.until) return Promise.resolve(found.body);
    kept.delete(audience);
    const under = making.get(audience) ?? renew(audience).finally(() => making.delete(audience));
    making.set(audience, under);
    return under;
  };
}
