/** What the server asks for against what was sent (RFC 9110 section 11). */

import { type Evidence, evidence } from '../evidence.ts';
import { shape, tokenValidity } from '../groups.ts';
import { headerValues, type Subject } from '../subject.ts';
import { lostUses } from './delivery.ts';

export function challengeFacts(subject: Subject): Evidence[] {
  const { status } = subject.response ?? { status: 0 };
  // A challenge with another status is one as well.
  const challenged = status === 401 || ((status === 400 || status === 403) && subject.challenges.length > 0);
  if (subject.stage !== 'resource' || !challenged) return [];
  return [...schemes(subject), ...schemeInWords(subject), ...siblings(subject), ...bare(subject)];
}

/** Lower-case schemes of the credentials that the last hop carried. */
export function sentSchemes(subject: Subject): string[] {
  const lost = lostUses(subject);
  return subject.uses
    .filter((use) => !lost.includes(use))
    .flatMap(({ scheme, type }) => {
      // RFC 9421 has no scheme; servers that want one of it say Signature.
      if (type === 'http_signature') return ['signature'];
      return scheme === null ? [] : [scheme.toLowerCase()];
    });
}

function schemes(subject: Subject): Evidence[] {
  const offered = subject.challenges.map(({ scheme }) => scheme.toLowerCase());
  const sent = sentSchemes(subject);
  if (offered.length === 0 || sent.length === 0) return [];
  const response = subject.response;
  const lines = [
    {
      hop: subject.hop.index,
      field: sent.includes('signature') ? 'signature' : 'authorization',
      seen: `sent with scheme ${sent.join(', ')}${userOf(subject)}`,
    },
    ...(response
      ? headerValues(response, 'www-authenticate').map((seen) => ({
          hop: subject.hop.index,
          field: 'www-authenticate',
          seen,
        }))
      : []),
  ];
  if (sent.some((scheme) => offered.includes(scheme))) {
    // Who the user is, whether there is one and whether he may log in is refused alike.
    const names = ['password-wrong', 'user-unknown', 'user-disabled'];
    const isStale = subject.challenges.some(({ parameters }) =>
      /^true$/i.test(parameters.get('stale') ?? ''),
    );
    const withPassword = sent.includes('basic') || (sent.includes('digest') && !isStale);
    const password = withPassword ? { names, weight: 2 as const } : {};
    return [
      evidence('challenge/same-scheme', {
        excludes: ['basic-shadow', 'scheme-mismatch'],
        lines: withPassword ? lines : [],
        ...password,
      }),
    ];
  }
  const basicOnly = offered.every((scheme) => scheme === 'basic') && !sent.includes('basic');
  return [
    evidence('challenge/other-scheme', {
      names: basicOnly ? ['basic-shadow', 'scheme-mismatch'] : ['scheme-mismatch'],
      excludes: [...tokenValidity, ...shape, 'password-wrong'],
      // What a Basic gate asks for may not be what the application behind it takes.
      // Nor is a signature of a scheme that a server could ask for.
      weight: basicOnly || sent.includes('signature') ? 2 : 3,
      lines,
    }),
  ];
}

const usualSchemes = ['bearer', 'basic', 'dpop', 'digest'];

/** No challenge, and a text that names another scheme than the one that was sent. */
function schemeInWords(subject: Subject): Evidence[] {
  const sent = sentSchemes(subject);
  if (subject.challenges.length > 0 || sent.length === 0) return [];
  const named = usualSchemes.filter((scheme) => new RegExp(`\\b${scheme}\\b`, 'i').test(subject.text));
  if (named.length === 0 || sent.some((scheme) => named.includes(scheme))) return [];
  const hop = subject.hop.index;
  return [
    evidence('challenge/scheme-in-words', {
      names: ['scheme-mismatch'],
      weight: 2,
      lines: [
        { hop, field: 'authorization', seen: `sent with scheme ${sent.join(', ')}` },
        { hop, field: 'body', seen: `speaks of ${named.join(', ')}` },
      ],
    }),
  ];
}

/** A user name is no secret where why401.yml states it. */
function userOf({ credential }: Subject): string {
  return (credential?.type === 'basic' || credential?.type === 'digest') &&
    typeof credential.username === 'string'
    ? ` as user "${credential.username}"`
    : '';
}

/** RFC 6750 section 3: a challenge without error is for a request without credentials. Many servers say no more to anybody. */
function bare(subject: Subject): Evidence[] {
  const sent = sentSchemes(subject);
  const offered = subject.challenges.filter(({ scheme }) => sent.includes(scheme.toLowerCase()));
  const silent = offered.length > 0 && offered.every(({ parameters }) => !parameters.has('error'));
  if (!silent || !sent.includes('bearer') || subject.error !== null || subject.description !== null)
    return [];
  // RFC 6750 section 3.1: 400 is for what does not parse, as a header that somebody on the way wrote.
  const unread = subject.response?.status === 400;
  const seen = unread
    ? '400: what arrived is no token to it, and no error is named'
    : 'no error is named, as for a request without credentials';
  return [
    evidence('challenge/bare', {
      names: unread
        ? ['credentials-replaced-by-proxy', 'authorization-malformed']
        : ['credentials-stripped-by-proxy', 'token-invalid-unspecified'],
      weight: 1,
      lines: [{ hop: subject.hop.index, field: 'challenge', seen }],
    }),
  ];
}

/** Elsewhere the same step is challenged, or let in, with the scheme that was sent here. */
function siblings(subject: Subject): Evidence[] {
  const offered = subject.challenges.map(({ scheme }) => scheme.toLowerCase());
  const sent = sentSchemes(subject);
  if (offered.length === 0 || sent.length === 0 || sent.some((scheme) => offered.includes(scheme))) return [];
  const witness = subject.siblings.find(
    (sibling) =>
      (sibling.passed && sent.some((scheme) => sibling.schemesSent.includes(scheme))) ||
      sent.some((scheme) => sibling.schemesChallenged.includes(scheme)),
  );
  if (!witness) return [];
  const how = witness.passed
    ? 'the same step passes'
    : `the same step is challenged for ${witness.schemesChallenged.join(', ')}`;
  return [
    evidence('challenge/sibling-takes-scheme', {
      names: offered.every((scheme) => scheme === 'basic') ? ['basic-shadow'] : [],
      excludes: offered.every((scheme) => scheme === 'basic') ? ['scheme-mismatch'] : [],
      weight: 3,
      lines: [
        { hop: null, field: `environment ${witness.environment}`, seen: `${how} with ${sent.join(', ')}` },
      ],
    }),
  ];
}
