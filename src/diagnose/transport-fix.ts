/** What to change where no complete answer came: keys of why401.yml by name, settings of the server. */

import { isAstray, type RedirectStep, reasonOf, redirectAdvice, stepTo } from '../http/redirect-story.ts';
import { isUrl } from '../http/url.ts';
import type { CauseId, Source } from '../model.ts';
import { addressFix } from './address-fix.ts';
import { missingCertificate } from './certificate-fix.ts';
import { shownUrl } from './explain/words.ts';
import { headerValue, type Subject } from './subject.ts';
import { isMalformed, silentAtTls } from './transport-verdict.ts';
import { causeOf } from './vocabulary.ts';

interface Fix {
  readonly fix: string;
  readonly fixSource: Source | null;
}

export function transportFix(subject: Subject, cause: CauseId): Fix {
  if (subject.hop.failure?.phase === 'policy')
    return { fix: addressFix(subject), fixSource: subject.environment.source };
  if (subject.hop.failure?.phase === 'proxy')
    return { fix: atProxy(subject) ?? words(cause), fixSource: subject.environment.source };
  const { source } = place(subject);
  const kept = cause === 'tls-to-plain-port' ? keptPort(subject) : null;
  if (kept !== null) return { fix: kept, fixSource: null };
  const led = inOrigins.has(cause) || cause === 'connection-closed' ? ledThere(subject) : null;
  if (led !== null) return { fix: fixOfLocation(subject, led), fixSource: null };
  return {
    fix: fixes[cause]?.(subject, place(subject)) ?? words(cause),
    fixSource: sourceOf(subject, cause, source),
  };
}

function words(cause: CauseId): string {
  return causeOf(cause)?.fix ?? 'Look into the log of the server at this time.';
}

const inOrigins: ReadonlySet<CauseId> = new Set([
  'dns-failure',
  'connection-refused',
  'connection-timeout',
  'tls-host-mismatch',
  'tls-to-plain-port',
  'plain-to-tls-port',
]);
const inTransport: ReadonlySet<CauseId> = new Set([
  'tls-untrusted',
  'client-cert-missing',
  'client-cert-invalid',
]);

/** Null for what is to be changed at the server or at this machine. */
function sourceOf(subject: Subject, cause: CauseId, origin: Source): Source | null {
  if (cause === 'response-timeout') return subject.step.source;
  if (inTransport.has(cause) || (cause.startsWith('connection-') && mapped(subject)))
    return subject.environment.source;
  return inOrigins.has(cause) ? origin : null;
}

/** The key of why401.yml from which the URL of the hop comes. */
interface Place {
  readonly key: string;
  readonly source: Source;
  readonly url: URL | null;
}

function place(subject: Subject): Place {
  const { environment, hop } = subject;
  const url = isUrl(hop.request.url) ? new URL(hop.request.url) : null;
  const base = `environments.${environment.name}`;
  const origin = [...environment.origins].find(([, each]) => each === url?.origin);
  if (origin)
    return {
      key: `${base}.origins.${origin[0]}`,
      source: environment.originSources[origin[0]] ?? environment.source,
      url,
    };
  const issuer = [...environment.issuers].find(
    ([, each]) => isUrl(each.issuer) && new URL(each.issuer).origin === url?.origin,
  );
  if (issuer) return { key: `${base}.issuers.${issuer[0]}`, source: issuer[1].source, url };
  const ofJob = [...environment.credentials.values()].find(
    (each) =>
      each.type === 'ci_oidc' && url !== null && String(each.request?.url).startsWith(`${url.origin}/`),
  );
  if (ofJob) return { key: 'the address of the ID token service of this job', source: ofJob.source, url };
  return { key: `origins of ${environment.name}`, source: environment.source, url };
}

/** The redirect that named an address of which why401.yml knows nothing; null: the address is ours. */
export function ledThere({ failing, hop, environment }: Subject): RedirectStep | null {
  const step = stepTo(failing.hops, hop.index);
  const own = [
    ...environment.origins.values(),
    ...[...environment.issuers.values()].map(({ issuer }) => issuer),
  ];
  const known = step !== null && own.some((each) => isUrl(each) && new URL(each).origin === step.to.origin);
  return known ? null : step;
}

/** It is the server that writes it. */
function fixOfLocation(subject: Subject, step: RedirectStep): string {
  const { failing, hop, environment } = subject;
  const astray = isAstray(environment, step, reasonOf(failing.hops, hop.index));
  const fix = astray ? (redirectAdvice(failing, subject, hop.index)?.fix ?? '') : '';
  return fix === ''
    ? `Correct the Location that ${shownUrl(step.from.href)} answers: ${shownUrl(step.location)}.`
    : fix;
}

/** Everything that fails on the way to the proxy is about the proxy. */
function atProxy(subject: Subject): string | undefined {
  const key = `environments.${subject.environment.name}.proxy`;
  const { code } = subject.hop.failure ?? { code: '' };
  if (code === 'PROXY_AUTH_REFUSED') return `Put the right user and password into ${key}, as secrets.`;
  if (code === 'PROXY_AUTH_REQUIRED') return `Put user and password into ${key}, as secrets.`;
  if (code === 'PROXY_REFUSED')
    return `Ask those who run the proxy of ${key} to let this host pass, or take the proxy out for it.`;
  if (code === 'PROXY_BAD_GATEWAY')
    return 'The proxy works and does not reach the server: look at the server, and at what the proxy may reach.';
  return `Correct ${key}, or start the proxy.`;
}

type Say = (subject: Subject, place: Place) => string;

const fixes: Readonly<Record<CauseId, Say>> = {
  'dns-failure': (_, { key, url }) =>
    `Correct ${url?.hostname ?? 'the host name'} in ${key}, or the name server of this machine; connect_to reaches a machine under a name that DNS does not know.`,
  'connection-refused': (subject, { key, url }) =>
    `Start the server, or correct the port ${url === null ? '' : `${port(url)} `}in ${mapped(subject) ? 'connect_to' : key}.`,
  'connection-closed': (subject, { key, url }) => {
    const { code } = subject.hop.failure ?? {};
    if (code === 'UND_ERR_HEADERS_OVERFLOW')
      return 'Let the server send fewer or shorter header fields; look for cookies that it sets again and again.';
    if (!isMalformed(code)) return words('connection-closed');
    const { name, transport } = subject.environment;
    const where = `the port ${url === null ? '' : `${port(url)} `}in ${mapped(subject) ? 'connect_to' : key}`;
    return `Correct ${transport.proxy === null ? where : `environments.${name}.proxy, or ${where},`} if another service listens there; otherwise see what the server, or the proxy in front of it, writes.`;
  },
  'tls-protocol': (subject, { key, url }) => {
    const code = subject.hop.failure?.code ?? '';
    if (code.endsWith('NO_APPLICATION_PROTOCOL'))
      return `Set environments.${subject.environment.name}.http2 to ${subject.environment.transport.http2 ? 'false' : 'true'}, or let the server offer the other version of HTTP, too.`;
    return code.endsWith('UNRECOGNIZED_NAME')
      ? `Correct ${url?.hostname ?? 'the host name'} in ${key}, or give the server a certificate for this name.`
      : words('tls-protocol');
  },
  'connection-timeout': (subject, { key }) =>
    silentAtTls(subject)
      ? `See whether the port in ${mapped(subject) ? 'connect_to' : key} speaks TLS, and whether what listens there (a balancer) reaches its server.`
      : `Check routing and firewall between this machine and the server, and the address in ${mapped(subject) ? 'connect_to' : key}.`,
  'response-timeout': (subject) =>
    `Look into the log of the server at this time; if it is known to be slow, raise timeout of the step (now ${subject.step.timeout} ms).`,
  'tls-untrusted': untrusted,
  'tls-expired': (_, { url }) =>
    `Renew the certificate of ${url?.hostname ?? 'the server'} and reload the server.`,
  'tls-not-yet-valid': (_, { url }) =>
    `Check the clock of this machine, then the certificate of ${url?.hostname ?? 'the server'}.`,
  'clock-skew': () => 'Synchronise the clock of this machine (NTP).',
  'tls-host-mismatch': (subject, { key, url }) =>
    `Set ${key} to a name that the certificate lists${names(subject)}, or add ${url?.hostname ?? 'this name'} to the certificate${mapped(subject) ? '; check that connect_to leads to the right machine' : ''}.`,
  'tls-to-plain-port': plainPort,
  'plain-to-tls-port': (_, { key, url }) =>
    `Set ${key} to ${url === null ? 'https' : new URL(url.href.replace(/^http:/, 'https:')).origin}.`,
  'client-cert-missing': (subject) =>
    missingCertificate(subject) ??
    `Check that the server lists the CA of environments.${subject.environment.name}.tls.cert.`,
  'client-cert-invalid': ({ environment }) =>
    `Use the certificate that was issued for ${environment.name} in environments.${environment.name}.tls.cert; renew it if it is over, or add its CA to what the server trusts.`,
};

function untrusted({ environment, hop }: Subject): string {
  const key = `environments.${environment.name}.tls.ca`;
  if (hop.failure?.code === 'DEPTH_ZERO_SELF_SIGNED_CERT')
    return `Set ${key} to a file with this certificate, or let a CA issue one.`;
  if (hop.failure?.code === 'SELF_SIGNED_CERT_IN_CHAIN') return `Set ${key} to a file with that root.`;
  return `Let the server send its intermediate certificates; for a CA of your own, set ${key} to a file with its root.`;
}

function port(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

function mapped(subject: Subject): boolean {
  const url = isUrl(subject.hop.request.url) ? new URL(subject.hop.request.url) : null;
  return url !== null && subject.environment.transport.connectTo.has(`${url.hostname}:${port(url)}`);
}

function names({ hop }: Subject): string {
  return hop.tls && hop.tls.names.length > 0 && hop.tls.names.length <= 4
    ? ` (${hop.tls.names.join(', ')})`
    : '';
}

function plainPort(_: Subject, { key, url }: Place): string {
  return `Set ${key} to http://${url === null ? '' : `${url.hostname}:${port(url)}`} if plain http is meant, or to the port that speaks TLS.`;
}

/** A redirect from http to https that keeps the port of http is made by the server, not by why401.yml. */
function keptPort(subject: Subject): string | null {
  const { url } = place(subject);
  const before = subject.failing.hops.find(({ index }) => index === subject.hop.index - 1);
  const location = before?.response ? headerValue(before.response, 'location') : null;
  if (!before || location === null || url === null || !isUrl(before.request.url)) return null;
  const from = new URL(before.request.url);
  return from.protocol === 'http:' && port(from) === port(url)
    ? `Let ${from.origin} redirect to the port of https: its Location ${shownUrl(location)} keeps the port ${port(url)} of http.`
    : null;
}
