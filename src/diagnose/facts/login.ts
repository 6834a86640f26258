/** A login page in the place of an answer: by redirect, or as a page with a password field. */
import { isUrl } from '../../http/url.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { headerValue, type Subject } from '../subject.ts';
import { isHtml, isJsonType, textOf, typeOf, urlOf } from './wire.ts';

export function loginFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'resource') return [];
  const redirect = loginRedirect(subject);
  return [...(redirect ? [byRedirect(subject, redirect)] : []), ...byPage(subject)];
}

export interface LoginRedirect {
  readonly hop: number;
  /** Address without query. */
  readonly target: string;
  readonly why: string;
  readonly sure: boolean;
}

const loginPath =
  /(?:^|\/)(?:log-?in|sign-?in|logon|signon|sso|saml2?|cas\/login|oauth2?\/(?:start|authorize|authorization\/\w+)|authorize|auth\/realms|accounts?\/login|users?\/sign_in|connect\/authorize|openid-connect\/auth)(?:[/.?]|$)/i;
/** Where the application wants its user back. */
const returnParameters = [
  'returnurl',
  'return_url',
  'return_to',
  'returnto',
  'redirecturl',
  'redirect_to',
  'redirect_url',
  'next',
  'continue',
  'rd',
  'goto',
  'target',
  'back',
  'service',
];

/** The last redirect of the chain that leads to a login; null where none does, or where a login was called. */
export function loginRedirect(subject: Subject): LoginRedirect | null {
  const first = subject.failing.hops[0];
  if (first && isLogin(urlOf(first.request.url))) return null;
  for (const hop of subject.failing.hops.toReversed()) {
    const status = hop.response?.status ?? 0;
    const location = hop.response ? headerValue(hop.response, 'location') : null;
    if (status < 300 || status > 399 || location === null || !isUrl(location, hop.request.url)) continue;
    const url = new URL(location, hop.request.url);
    const why = isLogin(url);
    if (why) return { hop: hop.index, target: url.origin + url.pathname, why: why.seen, sure: why.sure };
  }
  return null;
}

function isLogin(url: URL | null): { readonly seen: string; readonly sure: boolean } | null {
  if (url === null) return null;
  const names = [...url.searchParams.keys()].map((name) => name.toLowerCase());
  if (names.includes('client_id') && names.includes('response_type'))
    return { seen: 'an authorization request (client_id, response_type)', sure: true };
  if (names.includes('samlrequest')) return { seen: 'a SAML request', sure: true };
  if (names.includes('wtrealm')) return { seen: 'a WS-Federation request', sure: true };
  if (!loginPath.test(url.pathname)) return null;
  const back = names.find((name) => returnParameters.includes(name));
  return { seen: back === undefined ? 'a login address' : `a login address with ${back}`, sure: true };
}

export function isLoginTarget(url: URL): boolean {
  return isLogin(url) !== null;
}

function byRedirect(subject: Subject, { hop, target, why, sure }: LoginRedirect): Evidence {
  const accept = subject.hop.request.headers.find(([name]) => name.toLowerCase() === 'accept')?.[1];
  return evidence('login/redirect', {
    names: ['login-redirect'],
    weight: sure ? 3 : 2,
    lines: [
      { hop, field: 'location', seen: `${target}: ${why}` },
      ...(accept === undefined || isJsonType(accept.trim())
        ? []
        : [{ hop, field: 'accept', seen: `${accept}: nothing says that no browser asks` }]),
    ],
  });
}

/** A page that asks for a password. It is no fault of a step that meant to get one. */
function byPage(subject: Subject): Evidence[] {
  const { response, hop } = subject;
  if (!response) return [];
  const text = textOf(response);
  const asks = /<input\b[^>]{0,300}\btype\s*=\s*["']?password\b/i.test(text);
  if (!asks || !isHtml(text)) return [];
  const wanted = expectsJson(subject);
  const labelled = isJsonType(typeOf(response));
  const success = response.status < 300;
  if (success && !wanted && !labelled) return [];
  const first = subject.failing.hops[0];
  if (first && isLogin(urlOf(first.request.url)) && !labelled) return [];
  const label = labelled ? `HTML labelled ${typeOf(response)}` : 'HTML';
  const title = /<title[^>]{0,100}>([^<]{1,100})</i.exec(text)?.[1]?.replace(/\s+/g, ' ').trim() ?? '';
  return [
    evidence('login/page', {
      names: ['login-redirect'],
      weight: success ? 3 : 1,
      lines: [
        {
          hop: hop.index,
          field: 'body',
          seen: `${label} with a password field${title === '' ? '' : `, "${title}"`}`,
        },
      ],
    }),
  ];
}

/** Something of the step wants JSON: what it asked for, or what it checked. */
export function expectsJson(subject: Subject): boolean {
  const accept = subject.hop.request.headers.find(([name]) => name.toLowerCase() === 'accept')?.[1] ?? '';
  const checked = subject.failed.some(
    ({ kind, subject: what, expected }) =>
      kind === 'json' ||
      kind === 'schema' ||
      (kind === 'headers' && /^content-type$/i.test(what) && /json/i.test(expected)),
  );
  return checked || isJsonType(accept.split(',')[0]?.split(';')[0]?.trim() ?? '');
}
