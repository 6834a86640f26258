/** A browser of a few lines: cookies, redirects, one form a page. */
import { CookieJar } from 'tough-cookie';

export interface Browser {
  /** Follows redirects up to one that begins with `until`, which it does not call. */
  open(url: string, until?: string): Promise<Page>;
  /** Posts the form of the page, its own fields and these. */
  submit(page: Page, fields: Readonly<Record<string, string>>, until?: string): Promise<Page>;
}
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

export function createBrowser(): Browser {
  const jar = new CookieJar();
  async function go(url: string, init: RequestInit, until?: string): Promise<Page> {
    const cookie = await jar.getCookieString(url);
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const set of answer.headers.getSetCookie()) await jar.setCookie(set, url, { ignoreError: true });
    const location = answer.headers.get('location');
    const text = await answer.text();
    if (location === null) return { url, status: answer.status, text };
    const next = new URL(location, url).href;
    if (until !== undefined && next.startsWith(until)) return { url: next, status: answer.status, text: '' };
    return go(next, {}, until);
  }
  return {
    open: (url, until) => go(url, {}, until),
    submit(page, fields, until) {
      const action = /<form[^>]*\baction="([^"]*)"/.exec(page.text)?.[1] ?? page.url;
      const own = [...page.text.matchAll(/<input[^>]*>/g)].map(([input]) => ({
        name: /name="([^"]*)"/.exec(input)?.[1] ?? '',
        value: /value="([^"]*)"/.exec(input)?.[1] ?? '',
      }));
      const body = new URLSearchParams();
      for (const { name, value } of own) if (name !== '') body.append(name, value);
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      return go(new URL(action, page.url).href, { method: 'POST', body }, until);
    },
  };
}
