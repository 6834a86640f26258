/** Tokens that pass although their time is up, soon up, or written in milliseconds (RFC 7519 section 4.1.4). */
import { span } from '../../diagnose/facts/time.ts';
import { expiredBy, largestLeeway } from '../checks/jwt.ts';
import { hasToken } from '../checks/token-answer.ts';
import type { Seen } from '../seen.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

/** Milliseconds under which a token from outside will not last. */
const short = 60_000;
/** Seconds that no expires_in means: above 30 years. */
const absurd = 1e9;

export function tokenTime({ hops }: Passed): Warning[] {
  return hops.flatMap((seen) => [
    ...accepted(seen),
    ...ending(seen),
    ...milliseconds(seen),
    ...answered(seen),
  ]);
}

function accepted(seen: Seen): Warning[] {
  const over = expiredBy(seen);
  const use = seen.token;
  if (!use || over === null || over <= 0 || !seen.isSuccess || !seen.isLast) return [];
  const late = over > largestLeeway;
  return [
    warning(seen, {
      cause: 'token-expired',
      check: late ? 'jwt-exp-enforced' : null,
      certainty: 'certain',
      summary: `${seen.origin} answered ${seen.status} to the token of ${use.name}, which had expired ${late ? 'over five minutes' : 'shortly'} before.`,
      evidence: [
        line(seen, 'token exp', `${instant(use.token?.claims?.['exp'])}, ${span(over)} before the answer`),
      ],
      fix: late
        ? 'See whether this route looks at the token at all; a server has to refuse an expired one.'
        : "Get a fresh token: this passes by the server's leeway only.",
      references: ['RFC 7519 section 4.1.4'],
    }),
  ];
}

/** A token from outside is not renewed by the run. */
function ending(seen: Seen): Warning[] {
  const over = expiredBy(seen);
  const use = seen.token;
  if (!use || use.obtained !== null || over === null || over > 0 || over < -short) return [];
  return [
    warning(seen, {
      cause: null,
      check: 'token-expires-soon',
      certainty: 'certain',
      summary: `The token of ${use.name} had less than a minute left when it was sent to ${seen.origin}.`,
      evidence: [
        line(seen, 'token exp', `${instant(use.token?.claims?.['exp'])}, ${span(-over)} after the answer`),
      ],
    }),
  ];
}

function milliseconds(seen: Seen): Warning[] {
  const use = seen.token;
  const claims = use?.token?.claims;
  const name = ['exp', 'iat', 'nbf'].find((each) => Number(claims?.[each]) > 1e11);
  if (!use || name === undefined) return [];
  const value = String(claims?.[name]);
  return [
    warning(seen, {
      cause: 'token-lifetime-wrong',
      check: null,
      certainty: 'certain',
      summary: `The token of ${use.name} has ${value} in ${name}, which is no time in seconds.`,
      evidence: [line(seen, `token ${name}`, value)],
      fix: 'Let the authorization server write times in seconds; in milliseconds a token lives for ever.',
      references: ['RFC 7519 section 2'],
    }),
  ];
}

function answered(seen: Seen): Warning[] {
  if (seen.endpoint !== 'token' || !hasToken(seen)) return [];
  const value = seen.members?.['expires_in'];
  if (typeof value !== 'number' || (value > 0 && value < absurd)) return [];
  return [
    warning(seen, {
      cause: 'token-lifetime-wrong',
      check: null,
      certainty: 'certain',
      summary: `${seen.origin} gave a token with expires_in ${value}, which is no lifetime in seconds.`,
      evidence: [line(seen, 'expires_in', String(value))],
      fix: 'Let the authorization server tell the lifetime in seconds, not the time at which the token ends.',
      references: ['RFC 6749 section 5.1'],
    }),
  ];
}

function instant(exp: unknown): string {
  const ms = Number(exp) * 1000;
  return Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : String(exp);
}
