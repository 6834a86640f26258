/** Tokens that a grant takes in (RFC 7523 section 3, RFC 8693 section 2.1), and what the server does not offer (RFC 8414). */
import { listedGrants, wireNames } from '../../http/grant-types.ts';
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { clocksOf, span } from './clocks.ts';
import { listOf, metadataOf } from './server-metadata.ts';
import { tokenParameters } from './token-request.ts';
import { jsonOf } from './wire.ts';

const takesIn: ReadonlySet<string> = new Set([wireNames.jwt_bearer, wireNames.token_exchange]);
/** What may be wrong with a token that is taken in; a code or a password has none of it. */
const ofTakenIn = [
  'audience-mismatch',
  'client-assertion-audience',
  'client-assertion-replayed',
  'issuer-mismatch',
  'key-unknown',
  'signature-invalid',
  'token-expired',
] as const;

export function grantInputFacts(subject: Subject): Evidence[] {
  const [first] = subject.failing.hops;
  if (subject.stage !== 'token' || !first) return [];
  if (subject.failing.role === 'metadata') return notOffered(subject);
  const grant = tokenParameters(first)?.parameters.get('grant_type') ?? '';
  // An assertion may also be how the client authenticates: that is invalid_client.
  if (!takesIn.has(grant))
    return subject.error === 'invalid_grant'
      ? [evidence('grant/takes-no-token', { excludes: ofTakenIn })]
      : [];
  return [...subject.uses.flatMap((use) => expiry(subject, use)), ...audience(subject)];
}

function expiry(subject: Subject, { field, token }: Subject['uses'][number]): Evidence[] {
  const exp = token?.claims?.['exp'];
  if (typeof exp !== 'number') return [];
  const clocks = clocksOf(subject);
  const past = (clocks.server ?? clocks.local) - exp * 1000;
  // Servers allow for clocks that differ.
  if (past < -60_000) return [evidence('grant/token-in-time', { excludes: ['token-expired'] })];
  if (past < 0) return [];
  const seen = `exp is ${span(past)} before ${clocks.server === null ? 'our clock' : "the answer's Date"}`;
  return [
    evidence('grant/token-over', {
      names: ['token-expired'],
      weight: 3,
      lines: [{ hop: subject.hop.index, field: field.replace(/^form:/, ''), seen }],
    }),
  ];
}

/** RFC 7523 section 3: the assertion must be for the authorization server. */
function audience(subject: Subject): Evidence[] {
  const issuer = subject.client?.issuer.issuer;
  const use = subject.uses.find(({ field }) => field === 'form:assertion');
  const aud = use?.token?.claims?.['aud'];
  const audiences = (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === 'string');
  if (!issuer || audiences.length === 0) return [];
  const endpoint = metadataOf(subject)?.['token_endpoint'];
  const bare = (url: string): string => url.replace(/\/$/, '');
  const own = [issuer, subject.hop.request.url, ...(typeof endpoint === 'string' ? [endpoint] : [])].map(
    bare,
  );
  if (audiences.some((one) => own.includes(bare(one))))
    return [evidence('grant/assertion-audience', { excludes: ['client-assertion-audience'] })];
  const seen = `aud is ${audiences.join(', ')}; the authorization server is ${issuer}`;
  return [
    evidence('grant/assertion-for-another', {
      names: ['client-assertion-audience'],
      weight: 3,
      lines: [{ hop: subject.hop.index, field: 'assertion', seen }],
    }),
  ];
}

/** The metadata were read, and the token request was not sent because of them. */
function notOffered(subject: Subject): Evidence[] {
  const { credential, response } = subject;
  const metadata = response?.status === 200 ? jsonOf(response) : null;
  if (!metadata || credential?.type !== 'oauth2') return [];
  const lists = [
    ['grant_types_supported', wireNames[credential.grant_type], 'grant-unsupported'],
    ['code_challenge_methods_supported', 'S256', 'request-param-wrong'],
  ] as const;
  for (const [field, wanted, cause] of lists) {
    const offered =
      field === 'grant_types_supported' ? (listedGrants(metadata) ?? []) : listOf(metadata[field]);
    const checked = cause === 'grant-unsupported' || credential.grant_type === 'authorization_code';
    if (!checked || offered.length === 0 || offered.includes(wanted)) continue;
    const lines = [
      { hop: subject.hop.index, field, seen: `${offered.join(', ')}; ${wanted} is not among them` },
    ];
    // Lists are wrong at times, and nothing was sent that could show it.
    const says = `The authorization server says that it offers ${offered.join(', ')}.`;
    const told = { says, fix: null, references: ['RFC 8414 section 2'] };
    return [evidence('grant/not-offered', { names: [cause], only: [cause], lines, told })];
  }
  return [];
}
