/** Client assertions and certificates of a refused token request (RFC 7523 section 3, RFC 8705 section 2). */
import type { Hop, JsonMap } from '../../model.ts';
import { assertionOf, impossible, proofKind, usualFault } from '../client-proof.ts';
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { clocksDiffer, clocksOf, describeInstant } from './clocks.ts';
import { listOf, metadataOf } from './grant.ts';

export function clientProofFacts(subject: Subject): Evidence[] {
  const kind = proofKind(subject);
  const [hop] = subject.failing.hops;
  if (kind === null || kind === 'secret' || !hop) return [];
  const refused = isClientRefused(subject);
  const found = evidence('client/proof', {
    names: refused ? [usualFault(kind, subject)] : [],
    excludes: impossible[kind],
    weight: 1,
    lines: [{ hop: hop.index, field: 'client authentication', seen: words[kind] }],
  });
  const assertion = assertionOf(hop);
  if (!refused || !assertion) return [found];
  return [found, ...audience(subject, hop, assertion.claims), ...time(subject, assertion.claims), ...algorithm(subject, hop, assertion.header)];
}

const words = {
  key: 'a client assertion, signed with a private key',
  'secret-jwt': 'a client assertion, signed with the client_secret',
  certificate: 'by the client certificate alone',
  none: 'none was sent: it is used as a public client',
} as const;

function isClientRefused({ error, response }: Subject): boolean {
  return error === 'invalid_client' || (error === null && response?.status === 401);
}

/** The issuer or the token endpoint; servers seldom take another one. */
function audience(subject: Subject, hop: Hop, claims: JsonMap): Evidence[] {
  const named = [claims['aud']].flat().filter((each) => typeof each === 'string');
  const own = [
    subject.client?.issuer.issuer,
    hop.request.url,
    metadataOf(subject)?.['token_endpoint'],
  ];
  if (named.length === 0 || named.some((each) => own.includes(each))) return [];
  const seen = `${named.join(', ')}: neither the issuer nor the token endpoint`;
  return [
    evidence('client/assertion-audience', {
      names: ['client-assertion-audience'],
      weight: 2,
      lines: [{ hop: hop.index, field: 'client assertion aud', seen }],
    }),
  ];
}

/** Made a moment ago: where it is over or not begun by the server's clock, the two clocks differ. */
function time(subject: Subject, claims: JsonMap): Evidence[] {
  const clocks = clocksOf(subject);
  const { server } = clocks;
  if (server === null || !clocksDiffer(clocks)) return [];
  const [exp, iat] = [claims['exp'], claims['iat']];
  const over = typeof exp === 'number' && exp * 1000 <= server;
  const early = typeof iat === 'number' && iat * 1000 > server;
  if (!over && !early) return [];
  const instant = over ? Number(exp) * 1000 : Number(iat) * 1000;
  return [
    evidence('client/assertion-time', {
      names: ['clock-skew'],
      weight: 2,
      lines: [
        {
          hop: subject.hop.index,
          field: `client assertion ${over ? 'exp' : 'iat'}`,
          seen: describeInstant(instant, clocks),
        },
      ],
    }),
  ];
}

function algorithm(subject: Subject, hop: Hop, header: JsonMap): Evidence[] {
  const { alg } = header;
  const listed = listOf(metadataOf(subject)?.['token_endpoint_auth_signing_alg_values_supported']);
  if (typeof alg !== 'string' || listed.length === 0 || listed.includes(alg)) return [];
  const seen = `${alg}; announced are ${listed.join(', ')}`;
  return [
    evidence('client/assertion-algorithm', {
      names: ['client-assertion-invalid'],
      weight: 2,
      lines: [{ hop: hop.index, field: 'client assertion alg', seen }],
    }),
  ];
}
