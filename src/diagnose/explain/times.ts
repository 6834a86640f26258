/** Causes about the times of a token. */
import { span } from '../facts/time.ts';
import { localMidpoint, type Subject, serverDate, tokenUse } from '../subject.ts';
import {
  answered,
  capital,
  credentialSource,
  type Explain,
  type Explanations,
  secretName,
  tokenName,
} from './explanation.ts';
import { isoTime } from './words.ts';

export const times: Explanations = {
  'token-expired': expired,
  'token-not-yet-valid': notYet,
  'clock-skew': skew,
  'token-lifetime-wrong': lifetime,
};

/** Milliseconds since the epoch of exp, nbf or iat; null where it is no time in seconds. */
function instant(subject: Subject, name: string): number | null {
  const value = tokenUse(subject)?.token?.claims?.[name];
  return typeof value === 'number' && Number.isFinite(value) && value > 0 && value < 1e11
    ? value * 1000
    : null;
}

function expired(subject: Subject): ReturnType<Explain> {
  const { credential } = subject;
  const [obtained] = subject.uses.flatMap((use) => (use.obtained ? [use.obtained] : []));
  const replace =
    credential?.type === 'bearer'
      ? `Replace the stored token${secretName(credential.token)}, or let why401 get a fresh one: type: oauth2 with grant_type: client_credentials.`
      : 'Get a fresh token before the run.';
  return {
    summary: expiry(subject, obtained?.expiresAt ?? null),
    fix: isAhead(subject)
      ? 'Look into the log of the server: exp does not bear it out. A new token shows whether this one is at fault, and Date whether a clock is.'
      : obtained
        ? 'The token was obtained in this run and ended during it: shorten the scenario, or ask for a longer lifetime.'
        : replace,
    fixSource: credentialSource(subject, 'token'),
  };
}

function isAhead(subject: Subject): boolean {
  const exp = instant(subject, 'exp');
  return exp !== null && exp > (serverDate(subject) ?? localMidpoint(subject.hop));
}

function expiry(subject: Subject, announced: number | null): string {
  const token = tokenName(subject);
  const now = serverDate(subject) ?? localMidpoint(subject.hop);
  const exp = instant(subject, 'exp');
  if (exp !== null && exp <= now)
    return `${capital(tokenName(subject))} expired ${span(now - exp)} before it was used (exp ${isoTime(exp)}).`;
  if (exp !== null)
    return `${answered(subject)}: it takes ${token} for expired, whose exp is ${span(exp - now)} ahead (${isoTime(exp)}).`;
  if (announced !== null)
    return `${answered(subject)}: ${token} has expired; its token answer gave it until ${isoTime(announced)}.`;
  return `${answered(subject)}: ${token} has expired; it does not show its time here.`;
}

function notYet(subject: Subject): ReturnType<Explain> {
  const name = instant(subject, 'nbf') === null ? 'iat' : 'nbf';
  const from = instant(subject, name);
  const now = serverDate(subject) ?? localMidpoint(subject.hop);
  const clock = serverDate(subject) === null ? 'our clock' : "the answer's Date";
  const token = tokenName(subject);
  return {
    summary:
      from !== null && from > now
        ? `${capital(token)} is valid from ${isoTime(from)} only (${name}), ${span(from - now)} after ${clock}.`
        : `${answered(subject)}: ${token} is not valid yet by its clock.`,
    fixSource: credentialSource(subject, 'token'),
  };
}

/** Within this, two readings of a clock are taken for the same: Date has whole seconds, answers take time. */
const tolerance = 5_000;

function skew(subject: Subject): ReturnType<Explain> {
  const date = serverDate(subject);
  const own = localMidpoint(subject.hop);
  if (date === null) return {};
  const difference = date - own;
  if (Math.abs(difference) < tolerance)
    return {
      summary: `${answered(subject)}: it finds a time wrong, though its Date agrees with our clock; another clock differs, that of the issuer or of a server behind.`,
      fix: 'Synchronise the clocks of the issuer and of the servers behind this one (NTP), and allow a leeway of a minute.',
    };
  const direction = difference < 0 ? 'behind' : 'ahead of';
  return {
    summary: `${answered(subject)}: its clock is ${span(Math.abs(difference))} ${direction} ours (its Date ${isoTime(date)}, ours ${isoTime(own)})${witness(subject, difference)}.`,
    fix: `Synchronise the clock that is wrong (NTP); a leeway of a minute ${Math.abs(difference) <= 60_000 ? 'would do' : `does not cover ${span(Math.abs(difference))}`}.`,
  };
}

/** A third clock: that of the issuer, when we got the token. */
function witness(subject: Subject, difference: number): string {
  const use = subject.uses.find(({ obtained }) => obtained !== null);
  const iat = instant(subject, 'iat');
  if (!use?.obtained || iat === null) return '';
  const issuers = iat - use.obtained.at;
  if (Math.abs(issuers) < tolerance) return "; the issuer's clock agrees with ours";
  return Math.abs(issuers - difference) < tolerance
    ? "; the issuer's clock agrees with the server's, so ours is the odd one"
    : '';
}

function lifetime(subject: Subject): ReturnType<Explain> {
  const claims = tokenUse(subject)?.token?.claims;
  const raw = claims?.['exp'];
  const token = capital(tokenName(subject));
  const fixSource = credentialSource(subject, 'token');
  if (typeof raw === 'number' && raw >= 1e11)
    return {
      summary: `${token} has exp ${raw}, which looks like milliseconds (${isoTime(Math.min(raw, 8.64e15))}); read in seconds it never ends.`,
      fix: 'Let the code that mints the token write exp in seconds since 1970.',
      fixSource,
    };
  const exp = instant(subject, 'exp');
  const now = serverDate(subject) ?? localMidpoint(subject.hop);
  if (exp !== null && exp <= now)
    return {
      summary: `${token} was over for ${span(now - exp)} (exp ${isoTime(exp)}) when ${answered(subject)}.`,
      fixSource,
    };
  const iat = instant(subject, 'iat');
  if (exp === null || iat === null) return { fixSource };
  return { summary: `${token} states a lifetime of ${span(exp - iat)}, until ${isoTime(exp)}.`, fixSource };
}
