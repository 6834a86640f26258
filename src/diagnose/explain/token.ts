import type { CauseId } from '../../model.ts';
import { heldScopes, neededScopes } from '../facts/claims.ts';
import { span } from '../facts/time.ts';
import { localMidpoint, type Subject, serverDate, tokenUse } from '../subject.ts';
import { credentialName, type Explain, type Explanation, originOfHop, refusal } from './explanation.ts';

export const token: Readonly<Record<CauseId, Explain>> = {
  'token-expired': expired,
  'environment-mixup': mixup,
  'issuer-mismatch': issuer,
  'audience-mismatch': audience,
  'scope-missing': scope,
  'signature-invalid': (subject) =>
    other(
      subject,
      'The signature of the access token does not verify.',
      'Get the token from the issuer that this environment trusts.',
    ),
  'key-unknown': (subject) =>
    other(
      subject,
      'The key that signed the access token is not among the keys that the server knows.',
      'Check that the token comes from the issuer of this environment; if so, let the server fetch the JWK Set again.',
    ),
  'clock-skew': (subject) =>
    other(
      subject,
      'The clocks of this machine and of the server disagree about the token.',
      'Correct the clock that is wrong (NTP), or allow a leeway of a minute.',
    ),
  'password-wrong': (subject) =>
    other(
      subject,
      `The user name or password of ${credentialName(subject)} is refused.`,
      'Correct the secret.',
    ),
  'permission-missing': (subject) =>
    other(
      subject,
      `${originOfHop(subject)} accepts the token and refuses what it asks for.`,
      'Give the client or user the role that this needs.',
    ),
};

function claim(subject: Subject, name: string): string | null {
  const value = tokenUse(subject)?.token?.claims?.[name];
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

function expired(subject: Subject): Explanation {
  const exp = Number(claim(subject, 'exp')) * 1000;
  const now = serverDate(subject) ?? localMidpoint(subject.hop);
  const known = Number.isFinite(exp) && exp > 0;
  const when = known
    ? ` ${span(Math.max(0, now - exp))} before it was used (exp ${new Date(exp).toISOString()})`
    : '';
  const obtained = subject.uses[0]?.obtained != null;
  return {
    summary: `The access token of ${credentialName(subject)} expired${when}.`,
    fix: obtained
      ? 'The token ended during the run: shorten the scenario, or ask for a longer lifetime.'
      : 'Replace the stored token, or let why401 get a fresh one: type: oauth2 with grant_type: client_credentials.',
    fixSource: subject.credential?.sources['token'] ?? subject.credential?.source ?? null,
    references: ['RFC 7519 section 4.1.4', 'RFC 6750 section 3.1'],
  };
}

function mixup(subject: Subject): Explanation {
  const iss = claim(subject, 'iss');
  const theirs = subject.known.find(
    (each) =>
      each.name !== subject.environment.name &&
      [...each.issuers.values()].some(({ issuer }) => issuer === iss),
  );
  const own = [...subject.environment.issuers.values()].map((each) => each.issuer).join(', ');
  if (subject.client && subject.stage !== 'resource') return clientMixup(subject);
  const from = theirs
    ? `by ${iss}, the issuer of ${theirs.name}`
    : `for another environment (iss ${iss ?? 'unknown'})`;
  return {
    summary: `The access token of ${credentialName(subject)} was issued ${from}; ${subject.environment.name} expects ${own}.`,
    fix: `Put a token of ${subject.environment.name} into the secret of ${credentialName(subject)}; this one belongs to ${theirs?.name ?? 'another environment'}.`,
    fixSource: subject.credential?.sources['token'] ?? subject.credential?.source ?? null,
    references: ['RFC 7519 section 4.1.1', 'RFC 8414 section 2'],
  };
}

function clientMixup(subject: Subject): Explanation {
  const id = subject.client?.client_id ?? '';
  const other = subject.known.find(
    (each) =>
      each.name !== subject.environment.name &&
      [...each.clients.values()].some(({ client_id }) => client_id === id),
  );
  return {
    summary: `The client_id ${id} belongs to ${other?.name ?? 'another environment'}, and was used in ${subject.environment.name}.`,
    fix: `Set environments.${subject.environment.name}.clients.${subject.client?.name ?? '?'}.client_id to the id that is registered there.`,
    fixSource: subject.client?.sources['client_id'] ?? subject.client?.source ?? null,
    references: ['RFC 6749 section 2.2'],
  };
}

function issuer(subject: Subject): Explanation {
  const own = [...subject.environment.issuers.values()].map((each) => each.issuer).join(', ');
  return {
    summary: `${originOfHop(subject)} does not trust the issuer of the access token: iss is ${claim(subject, 'iss') ?? 'absent'}, why401.yml expects ${own || 'none'}.`,
    fix: 'Compare the issuer that the resource server is configured with, character by character: scheme, host, path, trailing slash.',
    fixSource: [...subject.environment.issuers.values()][0]?.source ?? null,
    references: ['RFC 7519 section 4.1.1'],
  };
}

function audience(subject: Subject): Explanation {
  if (subject.stage !== 'resource') return target(subject);
  const aud = claim(subject, 'aud') ?? 'absent';
  const credential = subject.credential;
  const asked =
    credential?.type === 'oauth2' && credential.resource.length > 0
      ? `, as asked for with resource ${credential.resource.join(', ')}`
      : '';
  return {
    summary: `${originOfHop(subject)} does not accept the audience of the access token: aud is ${aud}${asked}.`,
    fix: `Ask for the audience that this server expects (resource or audience of ${credentialName(subject)}), or add ${aud} to what it accepts in ${subject.environment.name}.`,
    fixSource:
      credential?.sources['resource'] ?? credential?.sources['audience'] ?? credential?.source ?? null,
    references: ['RFC 7519 section 4.1.3', 'RFC 8707 section 2'],
  };
}

function target(subject: Subject): Explanation {
  const credential = subject.credential;
  const asked = credential?.type === 'oauth2' ? credential.resource.join(', ') : '';
  return {
    summary: `The authorization server issues no token for the resource ${asked || 'that was asked for'}: ${subject.error ?? refusal(subject)}.`,
    fix: 'Correct resource of the credential, or register the resource at the authorization server.',
    fixSource: credential?.sources['resource'] ?? credential?.source ?? null,
    references: ['RFC 8707 section 2'],
  };
}

function scope(subject: Subject): Explanation {
  const needed = neededScopes(subject);
  const claims = tokenUse(subject)?.token?.claims;
  const held = claims ? heldScopes(claims) : null;
  const missing = held ? needed.filter((name) => !held.includes(name)) : needed;
  const asked = subject.credential?.type === 'oauth2' ? subject.credential.scope : null;
  const granted = held === null ? '' : `, and the token holds ${held.length === 0 ? 'none' : held.join(' ')}`;
  const wasAsked = asked !== null && missing.every((name) => asked.split(/\s+/).includes(name));
  return {
    summary: `The access token of ${credentialName(subject)} lacks the scope ${missing.join(' ') || needed.join(' ')}: ${originOfHop(subject)} needs ${needed.join(' ') || 'more'}${granted}.`,
    fix: wasAsked
      ? `It was asked for and not granted: allow ${missing.join(' ')} for client ${subject.credential?.type === 'oauth2' ? subject.credential.client.client_id : ''} at the authorization server of ${subject.environment.name}.`
      : `Add ${missing.join(' ')} to scope of ${credentialName(subject)}.`,
    fixSource: subject.credential?.sources['scope'] ?? subject.credential?.source ?? null,
    references: ['RFC 6750 section 3.1', 'RFC 6749 section 3.3'],
  };
}

function other(subject: Subject, summary: string, fix: string): Explanation {
  return { summary, fix, fixSource: subject.credential?.source ?? null, references: [] };
}
