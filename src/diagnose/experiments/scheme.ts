/** The same token under another name of its scheme: `bearer` for `Bearer`, or the scheme that the challenge asks for. */
import type { CauseId } from '../../model.ts';
import { evidence } from '../evidence.ts';
import { sentSchemes } from '../facts/challenge.ts';
import { tokenValidity } from '../groups.ts';
import { type Subject, tokenUse } from '../subject.ts';
import { another } from './answer.ts';
import type { Experiment } from './experiment.ts';
import { oneFactor } from './one-factor.ts';

/** Schemes whose credentials are made otherwise: a token under their name would be nonsense, or a password's place. */
const notForTokens =
  /^(?:basic|digest|negotiate|ntlm|kerberos|hoba|mutual|scram-.*|aws4-.*|signature|hmac.*|oauth|vapid)$/i;

/** As it stands in the request. */
function writtenScheme(subject: Subject): string | null {
  const value = subject.hop.request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return /^([\w!#$%&'*+.^`|~-]+) /.exec(value ?? '')?.[1] ?? null;
}

function isRefusedToken(subject: Subject): boolean {
  const status = subject.response?.status;
  return (status === 401 || status === 400) && sentSchemes(subject).length > 0 && tokenUse(subject) !== null;
}

/** The name of a scheme changes nothing about the token. */
const untouched = (cause: CauseId): boolean =>
  tokenValidity.includes(cause) || cause.startsWith('edge-') || cause === 'ip-not-allowed';

export const schemeCase: Experiment = oneFactor({
  id: 'scheme-case',
  class: 'A',
  field: (subject) => `with the scheme ${flipped(writtenScheme(subject) ?? '')}`,
  applies: (subject) =>
    subject.response?.status === 401 &&
    /^bearer$/i.test(writtenScheme(subject) ?? '') &&
    subject.error === null &&
    // It is read as it was written.
    !subject.challenges.some(({ scheme }) => scheme === writtenScheme(subject)),
  change: (subject) => ({ kind: 'scheme', scheme: flipped(writtenScheme(subject) ?? 'Bearer') }),
  cause: () => 'scheme-mismatch',
  untouched,
});

function flipped(scheme: string): string {
  return scheme === 'Bearer' ? 'bearer' : 'Bearer';
}

/** DPoP where the token is bound by it or the challenge asks for it; else a scheme of the challenge that takes tokens. */
function otherSchemeOf(subject: Subject): string | null {
  const written = writtenScheme(subject)?.toLowerCase();
  const offered = subject.challenges
    .map(({ scheme }) => scheme)
    .filter((scheme) => !notForTokens.test(scheme));
  const others = offered.filter((scheme) => scheme.toLowerCase() !== written);
  const found = others.find((scheme) => scheme.toLowerCase() === 'dpop') ?? others[0];
  if (found !== undefined && offered.length === others.length) return found;
  const bound = tokenUse(subject)?.token?.claims?.['cnf'];
  const isBound = typeof bound === 'object' && bound !== null && 'jkt' in bound;
  return isBound && written !== 'dpop' ? 'DPoP' : null;
}

export const otherScheme: Experiment = oneFactor({
  id: 'other-scheme',
  class: 'A',
  field: (subject) => `with the scheme ${otherSchemeOf(subject) ?? ''}`,
  applies: isRefusedToken,
  change: (subject) => {
    const scheme = otherSchemeOf(subject);
    return scheme === null ? null : { kind: 'scheme', scheme };
  },
  cause: () => 'scheme-mismatch',
  untouched,
  reads(outcome, status, subject) {
    const scheme = otherSchemeOf(subject);
    if (outcome !== another || scheme === null) return [];
    const seen = `${status ?? 'no answer'}, another answer: the server reads this scheme`;
    return [
      evidence('experiment/other-scheme-read', {
        kind: 'experiment',
        names: ['scheme-mismatch'],
        weight: 2,
        lines: [{ hop: null, field: `with the scheme ${scheme}`, seen }],
      }),
    ];
  },
});
