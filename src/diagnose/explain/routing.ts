/** Causes about where a request went and how: hosts, paths, methods, schemes, endpoints, keys. */
import { isUrl } from '../../http/url.ts';
import { foreignEndpoint } from '../facts/metadata.ts';
import { jsonOf } from '../facts/wire.ts';
import { headerValue, type Subject } from '../subject.ts';
import { claim } from './claims.ts';
import { answered, type Explain, type Explanations, originOfHop, ownIssuers } from './explanation.ts';

export const routing: Explanations = {
  'route-missing': route,
  'method-wrong': methodWrong,
  'host-not-allowed': host,
  'http-not-allowed': http,
  'plain-to-tls-port': tlsPort,
  'endpoint-wrong': endpoint,
  'idp-unreachable': unreachable,
  'jwks-unavailable': (subject) => ({
    summary: `${answered(subject)}: it could not fetch or read the key set of the issuer${issuers(subject)}${reachable(subject)}.`,
  }),
};

function endpoint(subject: Subject): ReturnType<Explain> {
  const fixSource = subject.client?.issuer.source ?? subject.step.source;
  const issuers = `environments.${subject.environment.name}.issuers`;
  const document = subject.failing.role === 'metadata' && subject.response ? jsonOf(subject.response) : null;
  const named = document && foreignEndpoint(subject, document);
  if (named && subject.client) {
    const { name, issuer } = subject.client.issuer;
    return {
      summary: `The metadata of the authorization server ${issuer} name the ${named.name} ${named.url}, at another origin: nothing was sent there.`,
      fix: `If it is right, write ${issuers}.${name}: {issuer: ${issuer}, metadata: {${named.name}: ${named.url}}}; else correct the issuer.`,
      fixSource,
      references: ['RFC 8414 section 2'],
    };
  }
  return {
    summary: `${answered(subject)}: ${line(subject)} is not the endpoint or version for this request.`,
    fix: `Take the endpoint from the metadata of the authorization server, or correct ${issuers}.`,
    fixSource,
  };
}

function unreachable(subject: Subject): ReturnType<Explain> {
  const status = subject.response?.status ?? 502;
  if (subject.stage !== 'resource' && (status < 502 || status > 504))
    return {
      summary: `${answered(subject)}: it broke down, and does not say whether what was sent is why.`,
      fix: 'Look into its log at this time. If it breaks down each time, hold what was sent against what is registered there.',
    };
  const where = subject.stage === 'resource' ? `, that is ${originOfHop(subject)}` : '';
  return {
    summary:
      subject.stage === 'resource'
        ? `${answered(subject)}: it could not reach the authorization server${issuers(subject)}.`
        : `${answered(subject)}: the authorization server cannot be reached.`,
    fix: `Check name resolution, outgoing firewall rules, proxy and CA on the machine that asks it${where}.`,
  };
}

function line(subject: Subject): string {
  const { method, url } = subject.hop.request;
  return isUrl(url) ? `${method} ${new URL(url).origin}${new URL(url).pathname}` : `${method} ${url}`;
}

function issuers(subject: Subject): string {
  const all = claim(subject, 'iss') ?? ownIssuers(subject).join(', ');
  return all === '' ? '' : ` ${all}`;
}

/** We looked at the keys ourselves: then they can be had, from here. */
function reachable(subject: Subject): string {
  const [own] = subject.keys;
  return own ? `, though the keys of ${own.issuer} can be had from this machine` : '';
}

function route(subject: Subject): ReturnType<Explain> {
  return {
    summary: `${answered(subject)}: nothing is served for ${line(subject)}, or nothing that this credential may see.`,
    fix: `Compare base path, version and method with what is deployed in ${subject.environment.name}; correct the origin or the target of the step.`,
    fixSource: subject.step.source,
  };
}

function methodWrong(subject: Subject): ReturnType<Explain> {
  const listed = subject.response ? headerValue(subject.response, 'allow') : null;
  // RFC 9110 section 10.2.1: it may be empty.
  const allow = listed?.trim() === '' ? null : listed;
  return {
    summary: `${answered(subject)}: it does not take ${line(subject)}${allow === null ? '' : `; it allows ${allow}`}.`,
    fix: `Use ${allow === null ? 'another method' : allow.replaceAll(/, */g, ' or ')}, or correct the path of the step.`,
    fixSource: subject.step.source,
  };
}

function host(subject: Subject): ReturnType<Explain> {
  const name = isUrl(subject.hop.request.url)
    ? new URL(subject.hop.request.url).host
    : subject.hop.request.url;
  const connected =
    subject.environment.transport.connectTo.size > 0 && subject.hop.remote !== null
      ? ` (connected to ${subject.hop.remote})`
      : '';
  return {
    summary: `${answered(subject)}: it does not serve the host ${name}${connected}.`,
    fix: `Correct environments.${subject.environment.name}.origins or connect_to, or add ${name} to the hosts that the server serves.`,
    fixSource: subject.environment.source,
  };
}

/** The server itself says so; where a gateway passes its words on, the port is one behind it. */
function tlsPort(subject: Subject): ReturnType<Explain> {
  const { fix = '', ...rest } = http(subject);
  return {
    ...rest,
    summary: `${answered(subject)}: plain http came to a port that speaks TLS.`,
    fix: `${fix.replace(/\.$/, '')}; if that is a gateway that answers http, let it speak https to the server behind it.`,
  };
}

function http(subject: Subject): ReturnType<Explain> {
  const plain = subject.hop.request.url.startsWith('http:');
  const origin = originOfHop(subject);
  const [name] = [...subject.environment.origins].find(([, url]) => url === origin) ?? [];
  return {
    summary: plain
      ? `${answered(subject)}: it wants https, and the request came over plain http.`
      : `${answered(subject)}: it wants https and takes the request for plain http, though it was sent with https.`,
    fix: plain
      ? `Set ${name === undefined ? 'the origin' : `environments.${subject.environment.name}.origins.${name}`} to ${origin.replace(/^http:/, 'https:')}.`
      : 'Let the proxy that ends TLS pass X-Forwarded-Proto on, and let the application trust it.',
    fixSource: plain
      ? ((name === undefined ? null : subject.environment.originSources[name]) ?? subject.environment.source)
      : null,
  };
}
