import { utf8 } from '@assay/verify/codec';
import { Problem } from '../problem/problem.ts';

/** The audience that a token is made for; undefined is a caller who names none. Throws a problem of the field `aud`. */
export type AudiencePolicy = (asked: string | undefined) => string;

/** What callers may call it: as in statements and tokens, or as in the launcher's interface. */
export const AUDIENCE_NAMES: readonly string[] = ['aud', 'audience'];

/** In bytes: Google's limit. */
const MAX_AUDIENCE = 512;
/** Names of Google's token exchange and of what it exchanges for, with any scheme, port, region or case. */
const GOOGLES_OWN =
  /^\s*(?:(?:https?:)?\/\/)?(?:[^/?#]*@)?(?:sts|iam)(?:\.[a-z0-9-]{1,63}){0,4}\.googleapis\.com\.?(?:[\s/:?#]|$)/i;

/**
 * Decides whom tokens are for: an audience that is configured, exactly; without a list, this service's own URL. A caller
 * who names none gets the service's own URL if it is listed, else the first. Audiences of Google Cloud are refused
 * whatever the list says: whoever has such a token acts as the workload there.
 */
export function audiencePolicy(configured: readonly string[] | undefined, ownUrl: string): AudiencePolicy {
  const listed = configured === undefined || configured.length === 0 ? [ownUrl] : [...configured];
  const usual = listed.includes(ownUrl) ? ownUrl : (listed[0] ?? ownUrl);
  return (asked = usual) => {
    const length = asked.isWellFormed() ? utf8(asked).length : 0;
    if (length === 0 || length > MAX_AUDIENCE)
      throw new Problem('bad_request', `aud: expected text of 1 to ${MAX_AUDIENCE} bytes`, { field: 'aud' });
    if (GOOGLES_OWN.test(asked))
      throw new Problem('forbidden', `aud: ${asked} is refused: its token is a credential of Google Cloud`, {
        field: 'aud',
      });
    if (!listed.includes(asked))
      throw new Problem('forbidden', `aud: ${asked} is not among those that this service makes tokens for`, {
        field: 'aud',
      });
    return asked;
  };
}
