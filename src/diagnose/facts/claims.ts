/** aud and client of the token against why401.yml, of this environment and of the others; what scopes it holds. */
import { isUrl } from '../../http/url.ts';
import type { Environment, Json, JsonMap } from '../../model.ts';
import { isMap } from '../../source.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { environmentsBeside, type Subject, tokenUse } from '../subject.ts';
import { answerOf } from '../wording.ts';

export function claimFacts(subject: Subject): Evidence[] {
  const token = tokenUse(subject)?.token ?? null;
  if (subject.stage !== 'resource' || token?.claims == null) return [];
  const { claims } = token;
  return [...audience(subject, claims), ...client(subject, claims)];
}

function audience(subject: Subject, claims: JsonMap): Evidence[] {
  const aud = texts(claims['aud']);
  if (aud.length === 0) return [];
  const hop = subject.hop.index;
  const called = isUrl(subject.hop.request.url) ? new URL(subject.hop.request.url).origin : '';
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
  const other = environmentsBeside(subject).find((environment) =>
    aud.some((value) => belongsOnlyTo(value, environment, subject.environment)),
  );
  if (other) {
    return [
      evidence('token/audience-of-other-environment', {
        // Signed by this environment for the other: asked for there, not taken from there.
        names: signedHere(subject) ? ['audience-mismatch'] : ['environment-mixup', 'audience-mismatch'],
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

function signedHere({ keys, environment }: Subject): boolean {
  return keys.some((key) => key.environment === environment.name && key.verdict === 'verified');
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
    const other = environmentsBeside(subject).find((environment) => ids(environment).includes(value));
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
  const realm = isMap(claims['realm_access']) ? texts(claims['realm_access']['roles']) : [];
  const resources = isMap(claims['resource_access']) ? Object.values(claims['resource_access']) : [];
  const roles = resources.flatMap((each) => (isMap(each) ? texts(each['roles']) : []));
  const plain = ['scope', 'scp', 'scopes', 'permissions', 'roles', 'groups', 'authorities']
    .flatMap((name) => texts(claims[name]))
    .flatMap((text) => text.split(/[\s,]+/));
  return [...new Set([...plain, ...realm, ...roles])].filter((scope) => scope !== '');
}

/** What the server asks for: the `scope` attribute of the challenge (RFC 6750 section 3), or what its text names. */
export function neededScopes(subject: Subject): string[] {
  const challenge =
    subject.challenges.find(({ parameters }) => parameters.get('error') === 'insufficient_scope') ??
    subject.challenges.find(({ parameters }) => parameters.has('scope'));
  const named = split(challenge?.parameters.get('scope'));
  if (named.length > 0 || !lacksScope(subject) || subject.response === null) return named;
  const { wanted, pieces } = answerOf(subject.response);
  const listed = wanted.flatMap(({ text }) => split(text));
  return listed.length > 0
    ? listed
    : scopesInText([...pieces.map(({ text }) => text), subject.text].join('\n'));
}

/** The server says that it is about scope (RFC 6750 section 3.1). */
export function lacksScope(subject: Subject): boolean {
  const { error, description, response } = subject;
  const status = response?.status ?? 0;
  const said = `${description ?? ''} ${subject.text.slice(0, 2000)}`;
  return (
    error === 'insufficient_scope' ||
    ((status === 403 || error === 'missing_scope') && /\bscopes?\b|_scopes?\b/i.test(said)) ||
    ((status === 400 || status === 401) && wantsScope.test(said))
  );
}
const wantsScope =
  /\b(?:missing|lacks?|requires?|required|needs?|needed|insufficient|not (?:have|contain|include))\b[^.\n]{0,40}\bscopes?\b|\bscopes?\b[^.\n]{0,60}\b(?:missing|required|insufficient|needed)\b/i;

/** The forms in which answers name scopes: `scope: "a b"`, `scopes required: a, b`, `scopes:[a, b]`, `any of: a, b`. */
const namedScopes: readonly RegExp[] = [
  /\bscopes?["']?\s*(?::|=|is|are)?\s*\[?["'`]([\w.:/*\s,-]{1,200})["'`]/i,
  /\b(?:requires?|required|needs?|missing|needed)\s+(?:the\s+)?(?:\w+\s+)?scopes?\b\s*:?\s*["'`[]?(\w[\w*-]*[.:/][\w.:/*-]{1,80}\w)/i,
  /\bscopes?\s*:?\s*\[([\w.:/*\s,"-]{2,200})\]/i,
  /\bscopes?\s+(\w[\w*-]*[.:/][\w.:/*-]{1,80}\w)\s+(?:is|are|was)\s+(?:required|missing|needed)\b/i,
  /\bscopes?\b[^:\n]{0,40}\b(?:any of|one of|all of|expected|required|needed|requires|needs)\s*:\s*["'`]?([\w.:/*-]+(?:[ ,]+\w+[.:/][\w.:/*-]+)*)/i,
  /["'`]([\w.:/*-]{2,80})["'`]\s+scope\b/i,
];

function scopesInText(text: string): string[] {
  for (const pattern of namedScopes) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return split(found.replaceAll('"', ''));
  }
  return split(listInJson(text));
}

/** `"needed": "a b"`, `"required_scope": "a"`, `"requiredScopes": ["a", "b"]`. */
function listInJson(text: string): string | undefined {
  const found =
    /"(?:needed|required|missing|(?:required|missing|needed)[_-]?scopes?)"\s*:\s*(\[[^\]]{2,400}\]|"[^"]{2,200}")/i.exec(
      text,
    )?.[1];
  return found?.replace(/["[\]]/g, '');
}

function split(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter((scope) => scope !== '');
}

export function texts(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
