/** Causes in front of the application: firewalls, gates, quotas, proxies. */
import { isUrl } from '../../http/url.ts';
import { headerValue, type Subject } from '../subject.ts';
import { answered, type Explain, type Explanations, inBrackets, originOfHop } from './explanation.ts';

export const edge: Explanations = {
  'edge-blocked': (subject) => page(subject, 'refused the request'),
  'edge-challenge': (subject) => page(subject, 'asked for a proof that a person is there'),
  'edge-login': login,
  'proxy-auth-required': proxyAuth,
  'proxy-intercept': intercept,
  'ip-not-allowed': (subject) => ({
    summary: `${answered(subject)}: it refuses the address from which the request came${product(subject)}.`,
    fix: `Add the outgoing address of this machine to the allow list of ${originOfHop(subject)}, or run where it is listed already.`,
  }),
  'rate-limited': limited,
  'cached-response': cached,
  'gateway-down': (subject) => gateway(subject, 'which does not reach the application behind it'),
  'gateway-timeout': (subject) => gateway(subject, 'which waited too long for the application behind it'),
  'gateway-misconfigured': (subject) => gateway(subject, 'whose own check of credentials failed'),
};

/** ` (Server: nginx)`. */
function product(subject: Subject): string {
  const name = subject.response ? headerValue(subject.response, 'server') : null;
  return inBrackets(name === null ? null : `Server: ${name}`);
}

/** `CF-Ray`, `X-Amz-Cf-Id`, `X-Request-Id`: by which a product finds the request in its log. */
const idField = /^(?:x-(?:[\w-]+-)?(?:id|ref|iinfo)|cf-ray)$/i;

/** The id that those who run the edge will ask for: of the page, else of a header. */
function incident(subject: Subject): string | null {
  const onPage =
    /\b(?:support|incident|reference|request|ray|event|attack)[ _-]?(?:id|number|#)\b(?:\s|<[^>]{0,40}>|is|:|#)*([\w.-]{4,64})/i.exec(
      subject.text,
    )?.[1];
  const inHeader = (subject.response?.headers ?? []).find(([name]) => idField.test(name))?.[1];
  return onPage ?? inHeader ?? null;
}

function page(subject: Subject, what: string): ReturnType<Explain> {
  const id = incident(subject);
  return {
    summary: `${answered(subject)}: something in front of the application${product(subject)} ${what}${id === null ? '' : `, id ${id}`}.`,
    fix: `Ask those who run it to let this runner pass (its address, or the User-Agent why401)${id === null ? '' : `; name the id ${id}`}.`,
  };
}

function login(subject: Subject): ReturnType<Explain> {
  const location = subject.response ? headerValue(subject.response, 'location') : null;
  const to =
    location !== null && isUrl(location, subject.hop.request.url)
      ? new URL(location, subject.hop.request.url).origin
      : null;
  return {
    summary: `${answered(subject)}: a sign-in gate in front of the application answered in its place${to === null ? product(subject) : ` and leads to ${to}`}.`,
  };
}

function proxyAuth(subject: Subject): ReturnType<Explain> {
  const challenge = subject.response ? headerValue(subject.response, 'proxy-authenticate') : null;
  const { name, source, transport } = subject.environment;
  return {
    summary: `The proxy on the way to ${originOfHop(subject)} answered ${subject.response?.status ?? 407}${inBrackets(challenge)}: it wants credentials of its own.`,
    fix:
      transport.proxy === null
        ? `Set environments.${name}.proxy with user and password as secrets, or take the host out of the proxy's way.`
        : `Put the right user and password into environments.${name}.proxy, as secrets.`,
    fixSource: source,
  };
}

function intercept(subject: Subject): ReturnType<Explain> {
  const issuer = subject.hop.tls ? `; its certificate is issued by ${subject.hop.tls.issuer}` : '';
  const via = subject.response ? headerValue(subject.response, 'via') : null;
  return {
    summary: `${answered(subject)}: a proxy or portal of this network answered in its place${product(subject)}${via === null ? '' : `, via ${via}`}${issuer}.`,
  };
}

function limited(subject: Subject): ReturnType<Explain> {
  const wait = subject.response ? headerValue(subject.response, 'retry-after') : null;
  const quotas = [
    'x-ratelimit-limit',
    'ratelimit-limit',
    'x-ratelimit-remaining',
    'ratelimit-remaining',
  ].flatMap((field) => {
    const value = subject.response ? headerValue(subject.response, field) : null;
    return value === null ? [] : [`${field} ${value}`];
  });
  const seconds = wait !== null && /^\d+$/.test(wait) ? `${wait} s` : wait;
  return {
    summary: `${answered(subject)}: too many requests${quotas.length === 0 ? '' : ` (${quotas.join(', ')})`}${seconds === null ? ', and no Retry-After' : `; Retry-After is ${seconds}`}.`,
    fix: `${seconds === null ? 'Wait' : `Wait ${/s$/.test(seconds) ? seconds : `until ${seconds}`}`}, run fewer scenarios at a time (--jobs), or raise the quota.`,
  };
}

function cached(subject: Subject): ReturnType<Explain> {
  const marks = [
    'age',
    'x-cache',
    'cf-cache-status',
    'x-cache-hits',
    'cache-status',
    'cache-control',
    'vary',
  ].flatMap((field) => {
    const value = subject.response ? headerValue(subject.response, field) : null;
    return value === null ? [] : [`${field}: ${value}`];
  });
  return {
    summary: `${answered(subject)}, and a cache gave this answer, not the application${inBrackets(marks.join(', '))}.`,
  };
}

function gateway(subject: Subject, what: string): ReturnType<Explain> {
  return { summary: `${answered(subject)}: this is the gateway${product(subject)}, ${what}.` };
}
