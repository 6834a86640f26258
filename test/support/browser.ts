/** Someone at a browser who logs in at the page of oidc-server.ts: follows redirects, keeps cookies, fills in forms. */
import { ann } from './oidc-server.ts';

/** Opens `url` and goes on until `done` says so or there is nothing more to do; the last answer's status and text. */
export async function logIn(
  url: string,
): Promise<{ readonly url: string; readonly status: number; readonly text: string }> {
  const cookies = new Map<string, string>();
  let at = new URL(url);
  let form: URLSearchParams | null = null;
  for (let requests = 0; requests < 20; requests += 1) {
    const sent = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    const response: Response = await fetch(at, {
      redirect: 'manual',
      headers: sent,
      ...(form === null ? {} : { method: 'POST', body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const text = await response.text();
    form = null;
    if (location !== null) at = new URL(location, at);
    else {
      form = response.status === 200 ? formIn(text) : null;
      if (form === null) return { url: at.href, status: response.status, text };
      at = new URL(/<form[^>]* action="([^"]*)"/.exec(text)?.[1] ?? '', at);
    }
  }
  throw new Error('the login goes round in circles');
}

/** What is put into the form of a page; null where it has none. */
function formIn(html: string): URLSearchParams | null {
  if (!/<form/.test(html)) return null;
  const filled = new URLSearchParams();
  for (const [input] of html.matchAll(/<input[^>]*>/g)) {
    const name = / name="([^"]*)"/.exec(input)?.[1] ?? '';
    const value =
      name === 'login' ? ann.name : name === 'password' ? ann.password : / value="([^"]*)"/.exec(input)?.[1];
    if (name !== '') filled.append(name, value ?? '');
  }
  if (filled.has('xsrf')) filled.set('confirm', 'yes');
  return filled;
}
