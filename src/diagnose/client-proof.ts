/** How the client of a token request proved itself, and what can be wrong with a proof of that kind. */
import { X509Certificate } from 'node:crypto';
import { clientCertificateFor } from '../http/client-certificate.ts';
import { parseJson } from '../http/json.ts';
import type { CauseId, Hop, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';
import { type Clocks, clocksDiffer, clocksOf } from './facts/clocks.ts';
import { metadataOf } from './facts/server-metadata.ts';
import { formOf, sentField } from './facts/wire.ts';
import type { Subject } from './subject.ts';

export type ClientProofKind = 'secret' | 'key' | 'secret-jwt' | 'certificate' | 'none';

/** Null where the request does not show it: its body was not kept whole, or it is not of a client we know. */
export function proofKind(subject: Subject): ClientProofKind | null {
  const [hop] = subject.failing.hops;
  if (subject.stage !== 'token' || !hop || !subject.client) return null;
  const form = formOf(hop);
  if (sentField(hop, 'authorization') !== null || form?.has('client_secret')) return 'secret';
  if (form?.has('client_assertion')) {
    const alg = assertionOf(hop)?.header['alg'];
    if (typeof alg !== 'string') return null;
    return alg.startsWith('HS') ? 'secret-jwt' : 'key';
  }
  if (!form || (hop.request.body?.bytes ?? 0) > 2000) return null;
  const method = subject.client.token_endpoint_auth_method;
  if (method.includes('tls_client_auth')) return 'certificate';
  return method === 'none' ? 'none' : null;
}

/** A client certificate that went to the host of the failing request. */
export interface Presented {
  /** Subject and issuer. */
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly end: number;
}

export function certificateOf({ environment, hop }: Subject): Presented | null {
  const given = clientCertificateFor(environment.transport, hop.request.url);
  if (!given) return null;
  try {
    const { subject, issuer, validTo } = new X509Certificate(given.cert);
    const line = (name: string): string => name.trim().split('\n').join(', ');
    return { name: `${line(subject)}, issued by ${line(issuer)}`, end: Date.parse(validTo) };
  } catch {
    return null;
  }
}

const ofSecrets: readonly CauseId[] = ['client-secret-wrong', 'client-secret-expired'];
const ofCertificates: readonly CauseId[] = ['client-cert-invalid', 'client-cert-missing'];
const ofAssertions: readonly CauseId[] = [
  'client-assertion-invalid',
  'client-assertion-audience',
  'client-assertion-replayed',
];

/** What the claims of an assertion show to be wrong; null: nothing. */
export function assertionFault(subject: Subject): CauseId | null {
  const [hop] = subject.failing.hops;
  const claims = (hop && assertionOf(hop)?.claims) ?? null;
  if (!hop || claims === null) return null;
  if (isOffTime(claims, clocksOf(subject))) return 'clock-skew';
  return isForAnother(subject, hop, claims) ? 'client-assertion-audience' : null;
}

/** Neither the issuer nor the token endpoint; servers seldom take another one. */
function isForAnother(subject: Subject, hop: Hop, claims: JsonMap): boolean {
  const named = [claims['aud']].flat().filter((each) => typeof each === 'string');
  const own = [subject.client?.issuer.issuer, hop.request.url, metadataOf(subject)?.['token_endpoint']];
  return named.length > 0 && !named.some((each) => own.includes(each));
}

/** Made a moment ago: where it is over or not begun by the server's clock, the two clocks differ. */
function isOffTime(claims: JsonMap, clocks: Clocks): boolean {
  const { server } = clocks;
  if (server === null || !clocksDiffer(clocks)) return false;
  const [exp, iat] = [claims['exp'], claims['iat']];
  return (
    (typeof exp === 'number' && exp * 1000 <= server) || (typeof iat === 'number' && iat * 1000 > server)
  );
}

/** What is wrong, as a rule, where a client that the server knows is refused without a reason. */
export function usualFault(kind: ClientProofKind | null, subject: Subject): CauseId {
  switch (kind) {
    case 'key':
      return assertionFault(subject) ?? 'client-assertion-invalid';
    case 'secret-jwt':
      return assertionFault(subject) ?? 'client-secret-wrong';
    case 'certificate':
      return presentsCertificate(subject) ? 'client-cert-invalid' : 'client-cert-missing';
    case 'none':
      return 'client-type-wrong';
    default:
      return 'client-secret-wrong';
  }
}

function presentsCertificate({ environment, failing }: Subject): boolean {
  const url = failing.hops[0]?.request.url ?? '';
  return clientCertificateFor(environment.transport, url) !== null;
}

/** What cannot be wrong, for nothing of it was sent. */
export const impossible: Readonly<Record<ClientProofKind, readonly CauseId[]>> = {
  secret: ofCertificates,
  key: [...ofSecrets, ...ofCertificates, 'credentials-not-encoded', 'client-auth-missing'],
  'secret-jwt': [...ofCertificates, 'credentials-not-encoded', 'client-auth-missing'],
  certificate: [...ofSecrets, ...ofAssertions, 'credentials-not-encoded', 'client-auth-missing'],
  none: [...ofSecrets, ...ofAssertions, 'credentials-not-encoded'],
};

/** Causes that only a proof of this kind has, where a client exists and is refused. */
export function ownFaults(kind: ClientProofKind | null): readonly CauseId[] {
  if (kind === 'key' || kind === 'secret-jwt') return ['clock-skew', 'key-unknown'];
  return kind === 'certificate' ? ofCertificates : [];
}

/** Header and claims of the client assertion; the trace shows all but its signature. */
export function assertionOf(hop: Hop): { readonly header: JsonMap; readonly claims: JsonMap } | null {
  const [header, claims, signature] = (formOf(hop)?.get('client_assertion') ?? '').split('.');
  const read = [header, claims].map((part) => mapOf(part ?? ''));
  const [first, second] = read;
  return first && second && signature !== undefined ? { header: first, claims: second } : null;
}

function mapOf(segment: string): JsonMap | null {
  const parsed = parseJson(Buffer.from(segment, 'base64url').toString('utf8'));
  return 'value' in parsed && isMap(parsed.value) ? parsed.value : null;
}
