/** What an authorization endpoint thinks of a client and of a redirect_uri, read beside controls (docs/diagnosis). */
import type { Exchange } from '../model.ts';
import { statusOf } from './experiments/experiment.ts';
import {
  codeOf,
  compare,
  isAccepted,
  namesAnother,
  namesClient,
  namesRedirectUri,
  refuses,
} from './likeness.ts';

/** The answers to one request and to those that differ from it in one thing; null: not asked. */
export interface Asked {
  readonly ours: Exchange;
  /** A random client. */
  readonly byClient: Exchange | null;
  /** The same client with a random redirect_uri. */
  readonly byUri: Exchange | null;
  /** Another client, which the server knows. */
  readonly good: Exchange | null;
}
export interface ClientVerdict {
  readonly verdict: 'known' | 'unknown' | 'undecided';
  /** Why, where it is undecided. */
  readonly why: string;
}
export interface RedirectUriVerdict {
  readonly verdict: 'accepted' | 'refused' | 'undecided';
  readonly why: string;
}

const noControl = 'no control separates them';
const silent = 'there is no answer to compare';
const anything = 'the server redirects to a random redirect_uri as well';
const anyClient = 'the server answers a random client in the same way';
const another = 'the server refuses something else of the request';

/** An answer about the request, and not about the server's own trouble. */
export function speaks(exchange: Exchange | null): exchange is Exchange {
  const status = exchange && statusOf(exchange);
  return exchange !== null && status !== null && status < 500 && status !== 429;
}

export function clientVerdict({ ours, byClient, byUri, good }: Asked): ClientVerdict {
  const undecided = (why: string): ClientVerdict => ({ verdict: 'undecided', why });
  if (!speaks(ours) || !speaks(byClient)) return undecided(silent);
  const likeness = compare(answer(ours), answer(byClient));
  if (likeness === 'unlike') return { verdict: 'known', why: '' };
  if (likeness === 'unclear') return undecided(noControl);
  if (isAccepted(ours)) return undecided(anyClient);
  if (namesClient(ours) && !namesRedirectUri(ours)) return { verdict: 'unknown', why: '' };
  const apart = speaks(good) && compare(answer(ours), answer(good)) === 'unlike';
  if (!apart || !refuses(ours)) return undecided(anyClient);
  if (namesAnother(ours)) return undecided(another);
  // It may as well be the redirect_uri that is refused in the same words.
  const other =
    namesRedirectUri(ours) || (speaks(byUri) && compare(answer(ours), answer(byUri)) !== 'unlike');
  return other ? undecided(noControl) : { verdict: 'unknown', why: '' };
}

export function redirectUriVerdict(asked: Asked): RedirectUriVerdict {
  const { ours, byUri } = asked;
  const undecided = (why: string): RedirectUriVerdict => ({ verdict: 'undecided', why });
  if (!speaks(ours)) return undecided(silent);
  if (isAccepted(ours)) {
    const all = speaks(byUri) && isAccepted(byUri);
    return all ? undecided(anything) : { verdict: 'accepted', why: '' };
  }
  if (!speaks(byUri)) return undecided(silent);
  const likeness = compare(answer(ours), answer(byUri));
  const goesOn = !refuses(ours) || /_required$/.test(codeOf(ours) ?? '');
  // A login page in spite of `prompt=none`: only where a random redirect_uri does not get it.
  if (goesOn) {
    const apart = likeness === 'unlike' && refuses(byUri);
    return apart
      ? { verdict: 'accepted', why: '' }
      : undecided('a random redirect_uri is answered in the same way');
  }
  return isRefused(asked, likeness) ? { verdict: 'refused', why: '' } : undecided(whyNot(ours));
}

/** By its words, or by what it is like and what it is unlike. */
function isRefused({ ours, byClient, good }: Asked, likeness: ReturnType<typeof compare>): boolean {
  if (namesAnother(ours)) return false;
  const toAnyClient = speaks(byClient) && compare(answer(ours), answer(byClient)) === 'alike';
  // Words that a random client gets as well say nothing, unless somebody does not get them.
  if (namesRedirectUri(ours)) return !toAnyClient || (speaks(good) && isAccepted(good));
  // An edge that has had enough answers everything so.
  const isBlock = statusOf(ours) === 403 && codeOf(ours) === null && !namesClient(ours);
  if (likeness !== 'alike' || isBlock) return false;
  if (speaks(byClient) && compare(answer(ours), answer(byClient)) === 'unlike') return !namesClient(ours);
  return speaks(good) && isAccepted(good);
}

function whyNot(ours: Exchange): string {
  return namesAnother(ours) ? another : noControl;
}

/** What the request chose is taken out by `compare` itself. */
function answer(exchange: Exchange): { readonly exchange: Exchange; readonly erase: readonly string[] } {
  return { exchange, erase: [] };
}
