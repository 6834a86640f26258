/** What is an address and what is not. */

/**
 * Whether `new URL(text, base)` gives one. `URL.canParse` is not asked: of some hosts that no name service knows, such
 * as a soft hyphen beside a hyphen, it says yes and `new URL` throws (Node 20).
 */
export function isUrl(text: string, base?: string): boolean {
  try {
    new URL(text, base);
    return true;
  } catch {
    return false;
  }
}

/** As `encodeURIComponent`, which throws at half a surrogate pair; an answer may hold one. It becomes U+FFFD, as in a URL. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
}
