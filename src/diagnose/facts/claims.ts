/** iss, aud, client and scope of the token against why401.yml, of this environment and of the others. */
import type { Environment, Json, JsonMap } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { type Subject, tokenUse } from '../subject.ts';

export function claimFacts(subject: Subject): Evidence[] {
  const token = tokenUse(subject)?.token ?? null;
  if (subject.stage !== 'resource' || token?.claims == null) return [];
  const { claims } = token;
  return [
    ...issuer(subject, claims),
    ...audience(subject, claims),
    ...client(subject, claims),
    ...scope(subject, claims),
  ];
}

function issuer(subject: Subject, claims: JsonMap): Evidence[] {
  const iss = claims['iss'];
  if (typeof iss !== 'string') return [];
  const own = issuersOf(subject.environment);
  if (own.includes(iss) || own.length === 0) return [];
  const line = {
    hop: subject.hop.index,
    field: 'token iss',
    seen: `${iss}; ${subject.environment.name} has ${own.join(', ')}`,
  };
  const other = others(subject).find((environment) => issuersOf(environment).includes(iss));
  if (!other)
    return [evidence('token/foreign-issuer', { names: ['issuer-mismatch'], weight: 2, lines: [line] })];
  return [
    evidence('token/issuer-of-other-environment', {
      names: ['environment-mixup'],
      lines: [
        {
          ...line,
          seen: `${iss} is the issuer of ${other.name}; ${subject.environment.name} has ${own.join(', ')}`,
        },
      ],
    }),
  ];
}

function audience(subject: Subject, claims: JsonMap): Evidence[] {
  const aud = texts(claims['aud']);
  if (aud.length === 0) return [];
  const hop = subject.hop.index;
  const called = URL.canParse(subject.hop.request.url) ? new URL(subject.hop.request.url).origin : '';
  const own = [...subject.environment.origins.values()];
  const line = { hop, field: 'token aud', seen: `${aud.join(', ')}; called was ${called}` };
  const clientIds = [...subject.environment.clients.values()].map(({ client_id }) => client_id);
  if (aud.every((value) => clientIds.includes(value))) {
    return [
      evidence('token/audience-is-client', {
        names: ['token-type-wrong'],
        weight: 2,
        lines: [{ ...line, seen: `${aud.join(', ')}: a client_id, as in an ID token` }],
      }),
    ];
  }
  const other = others(subject).find((environment) =>
    aud.some((value) => belongsOnlyTo(value, environment, subject.environment)),
  );
  if (other) {
    return [
      evidence('token/audience-of-other-environment', {
        names: ['environment-mixup', 'audience-mismatch'],
        weight: 2,
        lines: [{ ...line, seen: `${aud.join(', ')} belongs to ${other.name}` }],
      }),
    ];
  }
  const fits = aud.some((value) => own.some((origin) => value === origin || value.startsWith(`${origin}/`)));
  return fits
    ? []
    : [evidence('token/audience-elsewhere', { names: ['audience-mismatch'], weight: 1, lines: [line] })];
}

function belongsOnlyTo(value: string, environment: Environment, own: Environment): boolean {
  const below = (origin: string): boolean => value === origin || value.startsWith(`${origin}/`);
  return [...environment.origins.values()].some(below) && ![...own.origins.values()].some(below);
}

/** Claims that name the client: RFC 9068 and what products call it. */
const clientClaims = ['client_id', 'azp', 'appid', 'cid'];

function client(subject: Subject, claims: JsonMap): Evidence[] {
  for (const name of clientClaims) {
    const value = claims[name];
    if (typeof value !== 'string') continue;
    const ids = (environment: Environment): string[] =>
      [...environment.clients.values()].map(({ client_id }) => client_id);
    if (ids(subject.environment).includes(value)) return [];
    const other = others(subject).find((environment) => ids(environment).includes(value));
    if (!other) return [];
    const seen = `${value} is a client of ${other.name}, not of ${subject.environment.name}`;
    return [
      evidence('token/client-of-other-environment', {
        names: ['environment-mixup'],
        weight: 2,
        lines: [{ hop: subject.hop.index, field: `token ${name}`, seen }],
      }),
    ];
  }
  return [];
}

/** Scopes that a token holds, whatever its issuer calls them. */
export function heldScopes(claims: JsonMap): string[] {
  return [
    ...new Set(
      ['scope', 'scp', 'scopes', 'permissions', 'roles']
        .flatMap((name) => texts(claims[name]))
        .flatMap((text) => text.split(/\s+/)),
    ),
  ].filter((scope) => scope !== '');
}

/** What the challenge asks for (RFC 6750 section 3): the `scope` attribute. */
export function neededScopes(subject: Subject): string[] {
  const challenge = subject.challenges.find(
    ({ parameters }) => parameters.get('error') === 'insufficient_scope',
  );
  return (challenge?.parameters.get('scope') ?? '').split(/\s+/).filter((scope) => scope !== '');
}

function scope(subject: Subject, claims: JsonMap): Evidence[] {
  const needed = neededScopes(subject);
  if (needed.length === 0) return [];
  const held = heldScopes(claims);
  const missing = needed.filter((name) => !held.includes(name));
  const hop = subject.hop.index;
  const lines = [
    { hop, field: 'needed scope', seen: needed.join(' ') },
    { hop, field: 'token scope', seen: held.length === 0 ? 'none' : held.join(' ') },
  ];
  if (missing.length > 0) return [evidence('token/scope-missing', { names: ['scope-missing'], lines })];
  return [
    evidence('token/scope-held', {
      names: ['permission-missing'],
      excludes: ['scope-missing'],
      weight: 1,
      lines,
    }),
  ];
}

function issuersOf(environment: Environment): string[] {
  return [...environment.issuers.values()].map((each) => each.issuer);
}

function others(subject: Subject): Environment[] {
  return subject.known.filter(({ name }) => name !== subject.environment.name);
}

function texts(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
