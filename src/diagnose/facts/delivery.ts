/** What each hop carried: whether the credential can have reached the verifier at all. */

import { clientCertificateFor } from '../../http/client-certificate.ts';
import { redirectStory } from '../../http/redirect-story.ts';
import { isUrl } from '../../http/url.ts';
import type { CauseId, CredentialUse, Dropped, DropRule, Hop } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { anonymous, tokenValidity } from '../groups.ts';
import { isHandMade } from '../hand-made.ts';
import type { Subject } from '../subject.ts';
import { unansweredFacts } from './digest.ts';
import { loginRedirect } from './login.ts';

export function deliveryFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'resource') return [];
  return [...nothingSent(subject), ...droppedOnTheWay(subject), ...duplicated(subject)];
}

/** Whether this hop carried the credential, by the name of its header, parameter or cookie. */
export function carries(hop: Hop, use: CredentialUse): boolean {
  const [kind, name] = use.field.includes(':') ? use.field.split(':', 2) : ['header', use.field];
  if (kind === 'query')
    return isUrl(hop.request.url) && new URL(hop.request.url).searchParams.has(name ?? '');
  const wanted = kind === 'cookie' ? 'cookie' : name;
  const fields = hop.request.headers.filter(([header]) => header.toLowerCase() === wanted);
  return kind === 'cookie' ? fields.some(([, value]) => value.includes(`${name}=`)) : fields.length > 0;
}

/** Credentials that the step has and the last hop did not carry. */
export function lostUses(subject: Subject): CredentialUse[] {
  return subject.uses.filter((use) => !carries(subject.hop, use));
}

/** `expect.redirects.survives` names a client that does not carry it to the end. */
export function failedToSurvive({ failed }: Subject): boolean {
  return failed.some(
    ({ kind, subject, actual }) =>
      kind === 'redirects' && subject.startsWith('survives ') && /^(?:lost|leaked) /.test(actual),
  );
}

/** What can only become of a credential that was sent. */
const unsent: readonly CauseId[] = [
  'credentials-dropped-on-redirect',
  'credentials-replaced-by-proxy',
  'header-dropped-by-proxy',
  'scheme-mismatch',
  'basic-shadow',
];

/** `POST https://app.example.com/login`, where the body carries a password; else null. */
function loginRequest({ failing }: Subject): string | null {
  const request = failing.hops[0]?.request;
  const excerpt = request?.body?.excerpt ?? '';
  const carries = /(?:^|[&?"'\s{,])[\w.-]*(?:passw(?:or)?d|pwd)["']?\s*[=:]/i.test(excerpt);
  return request && carries ? `${request.method} ${request.url}` : null;
}

function nothingSent(subject: Subject): Evidence[] {
  if (subject.uses.length > 0) return [];
  const login = loginRequest(subject);
  if (login !== null) {
    const seen = 'carries a password: this is the login';
    return [
      evidence('delivery/login-itself', {
        names: ['password-wrong', 'user-unknown', 'user-disabled', 'account-locked', 'password-expired'],
        excludes: ['credentials-missing', 'login-redirect'],
        lines: [{ hop: 1, field: 'request', seen: `${login} ${seen}` }],
      }),
    ];
  }
  const certified = clientCertificateFor(subject.environment.transport, subject.hop.request.url) !== null;
  if (certified || isHandMade(subject.hop)) return [];
  return [
    evidence('delivery/nothing-sent', {
      names: ['credentials-missing'],
      only: anonymous,
      excludes: unsent,
      lines: [
        { hop: subject.hop.index, field: 'request', seen: 'no credential was sent: the step has none' },
      ],
    }),
  ];
}

/** The last hop carried it: if it did not arrive, something behind that hop took it. */
const carriedToTheEnd: Evidence = evidence('delivery/carried', {
  excludes: ['credentials-missing', 'credentials-dropped-on-redirect'],
});

/** Likewise, where the value passes in another field: nobody may look into this one. */
const carriedAside: Evidence = evidence('delivery/carried', {
  excludes: ['credentials-dropped-on-redirect'],
});

function passesAside({ uses, past }: Subject): boolean {
  const isAside = (other: CredentialUse): boolean =>
    uses.some(({ fingerprint, field }) => fingerprint === other.fingerprint && field !== other.field);
  return past.some(({ passed, exchange }) => passed && exchange.credentials.some(isAside));
}

/** "Missing header X-Api-Token", where the request had no such field. */
const wanting =
  /\b(?:missing|required?|requires|no|absent|expected|expects|provide|supply|need(?:s|ed)?|without|lacks?)\b[^.\n<]{0,40}?\b((?:x-[a-z0-9-]+|[a-z0-9-]+-(?:key|token|secret)|api[_-]?key|apikey|access[_-]?key))\b/i;
const keyLike = /key|token|secret|auth|client|signature|hmac/i;

function wantedField({ text, uses, hop, response, description }: Subject): string | null {
  if (![400, 401, 403].includes(response?.status ?? 0)) return null;
  const said = text === '' ? (description ?? '') : text;
  const name = wanting.exec(said)?.[1];
  // Without an x- and a hyphen it is a word as well: "missing api key".
  if (name === undefined || !name.includes('-') || !keyLike.test(name)) return null;
  const sent = hop.request.headers.some(([header]) => plain(header) === plain(name));
  const inQuery = uses.some(({ field }) => plain(field.split(':').at(-1) ?? '') === plain(name));
  return sent || inQuery ? null : name;
}

/** `X_Api_Key` and `x-api-key` are one name to many servers. */
function plain(name: string): string {
  return name.toLowerCase().replace(/_/g, '-');
}

function fieldWanted({ hop, uses }: Subject, wanted: string): Evidence {
  const sent = [...new Set(uses.map(({ field }) => field))].join(', ');
  return evidence('delivery/field-wanted', {
    names: ['credentials-missing'],
    excludes: ['credentials-dropped-on-redirect'],
    weight: 2,
    lines: [{ hop: hop.index, field: sent, seen: `was sent; the answer asks for ${wanted}` }],
  });
}

function droppedOnTheWay(subject: Subject): Evidence[] {
  const lost = lostUses(subject);
  if (lost.length === 0) {
    if (subject.uses.length === 0) return [];
    const wanted = wantedField(subject);
    if (failedToSurvive(subject)) return [];
    if (wanted !== null) return [fieldWanted(subject, wanted)];
    return [passesAside(subject) ? carriedAside : carriedToTheEnd];
  }
  const unanswered = unansweredFacts(subject, lost);
  if (unanswered.length > 0) return unanswered;
  const { hops } = subject.failing;
  const fields = [...new Set(lost.map(({ field }) => field.split(':')[0] ?? field))];
  const lines = hops.flatMap((hop) => {
    const carried = lost.filter((use) => carries(hop, use));
    const drop = hop.dropped.find(({ header }) => fields.includes(header));
    if (carried.length > 0)
      return [{ hop: hop.index, field: fields.join(', '), seen: `sent to ${origin(hop)}` }];
    return [
      {
        hop: hop.index,
        field: fields.join(', '),
        seen: `not sent to ${origin(hop)}${drop ? `: ${ruleText(drop)}` : ''}`,
      },
    ];
  });
  // Who is sent to a login was refused before: that the credential stays behind is how it should be.
  const login = loginRedirect(subject) !== null;
  const all = lost.length === subject.uses.length;
  const withheld = subject.failing.hops[0]?.dropped.some(({ rule }) => rule === 'origin-unbound') ?? false;
  return [
    evidence('delivery/dropped', {
      names: [
        withheld ? 'credentials-missing' : login ? 'login-redirect' : 'credentials-dropped-on-redirect',
      ],
      only: all && !login ? anonymous : null,
      excludes: [
        ...(all && !login ? tokenValidity : []),
        ...(!login && hops.some((hop) => subject.uses.some((use) => carries(hop, use)))
          ? ['credentials-missing']
          : []),
      ],
      weight: login ? 1 : 3,
      lines: login || withheld ? lines : [...lines, ...otherClients(subject)],
    }),
  ];
}

/** Who else loses it there, and why the server most likely redirects. */
function otherClients(subject: Subject): Evidence['lines'] {
  const story = redirectStory(subject.failing, subject);
  return story === null
    ? []
    : story.evidence.map((line) => ({ ...line, field: storyFields[line.field] ?? 'clients' }));
}

const storyFields: Readonly<Record<string, string>> = {
  location: 'location',
  likely: 'likely',
  since: 'since',
};

function origin(hop: Hop): string {
  return isUrl(hop.request.url) ? new URL(hop.request.url).origin : hop.request.url;
}

/** Why a field was left out, and by which client where `redirect.as` names one. */
export function ruleText({ rule, client }: Pick<Dropped, 'rule' | 'client'>): string {
  const texts: Readonly<Record<DropRule, string>> = {
    'origin-changed': 'the origin changed (scheme, host or port)',
    'dropped-earlier': 'it had been dropped on an earlier hop',
    'origin-unbound': 'the origin is not one of this environment',
    'method-changed': 'the method changed',
    'host-changed': 'the host changed',
    'scheme-changed': 'the scheme changed',
    'port-changed': 'the port changed',
    'never-kept': 'it is kept on no redirect',
  };
  const text = texts[rule];
  if (client === undefined) return text;
  return rule === 'origin-unbound'
    ? `${text}, though ${client} would have sent it`
    : `${text} (as by ${client})`;
}

function duplicated(subject: Subject): Evidence[] {
  const lines = subject.hop.request.headers.filter(([name]) => name.toLowerCase() === 'authorization');
  if (lines.length < 2) return [];
  return [
    evidence('delivery/duplicated', {
      names: ['credentials-duplicated'],
      lines: [
        { hop: subject.hop.index, field: 'authorization', seen: `${lines.length} times in the request` },
      ],
    }),
  ];
}
