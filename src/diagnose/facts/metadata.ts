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
  return [...issuer(subject, parsed.value), ...endpoints(subject, parsed.value)];
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
  return [
    evidence('metadata/issuer', {
      names: [other ? 'environment-mixup' : 'issuer-mismatch'],
      lines: [
        { hop: subject.hop.index, field: 'metadata issuer', seen: `${told}, ${whose}; expected ${wanted}` },
      ],
    }),
  ];
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
  return [
    evidence('metadata/plain-endpoints', {
      names: ['endpoint-wrong'],
      lines: [
        {
          hop: subject.hop.index,
          field: `metadata ${shown?.[0] ?? ''}`,
          seen: `${String(shown?.[1])}: plain http`,
        },
      ],
    }),
  ];
}
