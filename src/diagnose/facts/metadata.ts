/** The metadata of an authorization server against why401.yml (RFC 8414 sections 3.3 and 2). */
import { parseJson } from '../../http/json.ts';
import type { JsonMap } from '../../model.ts';
import { isMap } from '../../source.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { environmentsBeside, type Subject } from '../subject.ts';
import { urlOf } from './wire.ts';

export function metadataFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'token' || subject.failing.role !== 'metadata') return [];
  const { response } = subject;
  if (response === null) return [];
  if (response.status >= 300) return [absent(subject, response.status)];
  const parsed = parseJson(Buffer.from(response.body.content).toString('utf8'));
  if (!('value' in parsed) || !isMap(parsed.value)) return [];
  const found = [...issuer(subject, parsed.value), ...endpoints(subject, parsed.value)];
  return found.length > 0 ? found : foreign(subject, parsed.value);
}

function absent(subject: Subject, status: number): Evidence {
  const seen = `${status} at ${subject.hop.request.url}: there is no metadata`;
  return evidence('metadata/absent', {
    names: status >= 500 ? ['idp-unreachable'] : ['issuer-mismatch', 'endpoint-wrong'],
    weight: 2,
    lines: [{ hop: subject.hop.index, field: 'metadata', seen }],
  });
}

/** An exact comparison: the document of another issuer is the document of another server. */
function issuer(subject: Subject, document: JsonMap): Evidence[] {
  const told = document['issuer'];
  const wanted = subject.client?.issuer.issuer;
  if (typeof told !== 'string' || wanted === undefined || told === wanted) return [];
  const other = environmentsBeside(subject).find(({ issuers }) =>
    [...issuers.values()].some((each) => each.issuer === told),
  );
  const whose = other ? `the issuer of ${other.name}` : 'another issuer';
  const names = [other ? 'environment-mixup' : 'issuer-mismatch'];
  const seen = `${told}, ${whose}; expected ${wanted}`;
  const lines = [{ hop: subject.hop.index, field: 'metadata issuer', seen }];
  const found = evidence('metadata/issuer', { names, lines });
  // A stranger may be another tenant, another server, or a proxy's own name.
  if (!other && plainForm(told) !== plainForm(wanted)) return [found];
  const says = {
    says: `The authorization server says that its issuer is ${told}.`,
    fix: null,
    references: ['RFC 8414 section 3.3'],
  };
  return [found, evidence('metadata/issuer-told', { kind: 'text', names, told: says, lines })];
}

/** Without what is easily taken for the same: case of the host, the default port, a slash at the end. */
function plainForm(issuer: string): string {
  return (urlOf(issuer)?.href ?? issuer).replace(/\/+$/, '');
}

/** A proxy that ends TLS in front of the server, and a server that does not know. */
function endpoints(subject: Subject, document: JsonMap): Evidence[] {
  const wanted = urlOf(subject.client?.issuer.issuer ?? '');
  if (wanted?.protocol !== 'https:') return [];
  const plain = Object.entries(document).filter(
    ([name, value]) =>
      /_endpoint$|^jwks_uri$/.test(name) && typeof value === 'string' && value.startsWith('http:'),
  );
  if (plain.length === 0) return [];
  const shown = plain.find(([name]) => name === 'token_endpoint') ?? plain[0];
  const names = ['endpoint-wrong'];
  const lines = [
    {
      hop: subject.hop.index,
      field: `metadata ${shown?.[0] ?? ''}`,
      seen: `${String(shown?.[1])}: plain http`,
    },
  ];
  const found = evidence('metadata/plain-endpoints', { names, lines });
  // Metadata that name an issuer with https and endpoints without contradict themselves.
  if (document['issuer'] !== subject.client?.issuer.issuer) return [found];
  const says = {
    says: 'The authorization server names endpoints without TLS, and an issuer with it.',
    fix: null,
    references: ['RFC 8414 section 2'],
  };
  return [found, evidence('metadata/plain-endpoints-told', { kind: 'text', names, told: says, lines })];
}

/** An endpoint at another origin than the issuer, which nobody stated: the request was not sent. */
function foreign(subject: Subject, document: JsonMap): Evidence[] {
  const named = foreignEndpoint(subject, document);
  if (!named) return [];
  const lines = [{ hop: subject.hop.index, field: `metadata ${named.name}`, seen: named.url }];
  const part = { names: ['endpoint-wrong'], only: ['endpoint-wrong'], lines };
  return [evidence('metadata/foreign-endpoint', part)];
}

/** The endpoint that the credential needs, where the metadata name it at another origin. */
export function foreignEndpoint(
  { client, credential }: Subject,
  document: JsonMap,
): { readonly name: string; readonly url: string } | null {
  if (credential?.type !== 'oauth2' || !client) return null;
  const { issuer: own, metadata } = client.issuer;
  const needed = [
    'token_endpoint',
    ...(credential.grant_type === 'authorization_code'
      ? ['authorization_endpoint', 'pushed_authorization_request_endpoint']
      : credential.grant_type === 'device_code'
        ? ['device_authorization_endpoint']
        : []),
  ];
  for (const name of needed) {
    const url = document[name];
    if (typeof url !== 'string' || Object.hasOwn(metadata, name)) continue;
    const origin = urlOf(url)?.origin ?? null;
    if (origin !== null && origin !== urlOf(own)?.origin) return { name, url };
  }
  return null;
}
