/** Where a page lies: `/path` of the first origin, `NAME:/path`, or a URL. */
import { isUrl } from './url.ts';

/** `origins` by name. One sentence where it is no such address. */
export function resolveTarget(
  text: string,
  origins: ReadonlyMap<string, string>,
): URL | { readonly problem: string } {
  const named = /^([A-Za-z][\w-]*):(\/(?!\/).*)$/s.exec(text);
  const origin = text.startsWith('/') ? [...origins.values()][0] : named ? origins.get(named[1] ?? '') : '';
  if (origin === undefined) {
    return { problem: named ? `No origin is named "${named[1]}".` : `No origin is known for "${text}".` };
  }
  const whole = origin + (named?.[2] ?? text);
  if (!isUrl(whole)) return { problem: `"${text}" is not a URL.` };
  const url = new URL(whole);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { problem: `"${url.protocol}" is not http or https.` };
  }
  if (url.username || url.password) return { problem: 'A user name or password does not belong into a URL.' };
  if (origin !== '' && url.origin !== origin) return { problem: `"${text}" leaves the origin ${origin}.` };
  return url;
}
