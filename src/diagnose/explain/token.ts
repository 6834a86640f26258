/** Causes about what a token is: its form, its signature, its kind, whether it is still known. */
import { span } from '../facts/time.ts';
import { localMidpoint, type Subject, serverDate, tokenUse } from '../subject.ts';
import { claim } from './claims.ts';
import {
  answered,
  credentialName,
  credentialSource,
  type Explain,
  type Explanations,
  oauth2,
  ownIssuers,
  secretName,
  tokenName,
} from './explanation.ts';
import { several } from './words.ts';

export const token: Explanations = {
  'token-malformed': malformed,
  'signature-invalid': signature,
  'key-unknown': keyUnknown,
  'alg-not-allowed': algorithm,
  'token-type-wrong': kind,
  'token-revoked': (subject) => ended(subject, 'was withdrawn'),
  'token-unknown': (subject) => ended(subject, 'is not known there'),
  'token-invalid-unspecified': unspecified,
};

function tokenOf(subject: Subject): string {
  return tokenName(subject);
}

function header(subject: Subject, name: string): string | null {
  const value = tokenUse(subject)?.token?.header?.[name];
  return typeof value === 'string' ? several([value]) : null;
}

function malformed(subject: Subject): ReturnType<Explain> {
  const facts = tokenUse(subject)?.token ?? null;
  const credential = subject.credential;
  const stored = credential?.type === 'bearer' ? secretName(credential.token) : '';
  const form = facts === null ? null : shapeOf(facts.format, facts.malformed, facts.length);
  const opaque = facts?.format === 'opaque' && facts.malformed === null;
  return {
    summary: `${answered(subject)}: it cannot decode ${tokenOf(subject)}${form === null ? '' : `, which ${form}`}.`,
    fix: opaque
      ? `Ask the authorization server for a JWT for this resource (resource or audience of ${credentialName(subject)}), or correct the stored value${stored}.`
      : `Correct the stored value${stored}: it was cut, quoted or altered on the way into the secret.`,
    fixSource: credentialSource(subject, 'token', 'resource'),
  };
}

function shapeOf(format: 'jwt' | 'jwe' | 'opaque', wrong: string | null, length: number): string {
  if (wrong !== null)
    return `does not decode here either: ${wrong.replace(/\.$/, '')} (${length} characters)`;
  if (format === 'opaque') return `is opaque, no JWT (${length} characters)`;
  return `decodes as a ${format === 'jwe' ? 'JWE' : 'JWT'} here (${length} characters)`;
}

function signature(subject: Subject): ReturnType<Explain> {
  const tried = subject.keys.find(
    ({ environment, verdict }) => environment === subject.environment.name && verdict === 'wrong-signature',
  );
  const kid = header(subject, 'kid');
  const alg = header(subject, 'alg');
  const key = kid === null ? 'its key' : `the key "${kid}"`;
  const symmetric = alg?.startsWith('HS') ?? false;
  return {
    summary: tried
      ? `The signature of ${tokenOf(subject)} does not verify with ${key} of ${tried.issuer}${alg === null ? '' : ` (${alg})`}, and ${answered(subject)}.`
      : `${answered(subject)}: the signature of ${tokenOf(subject)} does not verify there${alg === null ? '' : ` (${alg})`}.`,
    fix: symmetric
      ? `${alg} uses one secret for both sides: compare the one of the issuer with the one of the resource server.`
      : `Get the token from ${ownIssuers(subject).join(' or ') || 'the issuer that this environment trusts'}, unaltered.`,
    fixSource: credentialSource(subject, 'token'),
  };
}

function keyUnknown(subject: Subject): ReturnType<Explain> {
  const own = subject.keys.filter(({ environment }) => environment === subject.environment.name);
  const kid = header(subject, 'kid');
  const key =
    kid === null
      ? `The key that signed ${tokenOf(subject)} (it names no kid)`
      : `The key "${kid}" that signed ${tokenOf(subject)}`;
  const verified = own.find(({ verdict }) => verdict === 'verified');
  if (verified)
    return {
      summary: `${key} is among the keys of ${verified.issuer} now; ${answered(subject)}: it does not find it, as with an older copy of the set.`,
      fix: 'Let the resource server fetch the JWK Set again, and rotate keys with an overlap.',
    };
  const absent = own.filter(({ verdict }) => verdict === 'unknown-key').map((each) => each.issuer);
  if (absent.length === 0)
    return { summary: `${answered(subject)}: it does not know ${key.replace(/^The/, 'the')}.` };
  return {
    summary: `${key} is not among the keys of ${absent.join(', ')}, and ${answered(subject)}.`,
    fix: `Check that the token comes from ${absent.join(' or ')}; if it does, the key was rotated: get a new token, or let the server fetch the JWK Set again.`,
    fixSource: credentialSource(subject, 'token'),
  };
}

function algorithm(subject: Subject): ReturnType<Explain> {
  const alg = header(subject, 'alg');
  return {
    summary: `${answered(subject)}: it does not accept the algorithm of ${tokenOf(subject)}${alg === null ? '' : `, ${alg}`}.`,
    fix:
      alg?.toLowerCase() === 'none'
        ? 'Let the issuer sign its tokens; none must not be allowed.'
        : `Let the issuer sign with an algorithm that the server lists, or add ${alg ?? 'this one'} to the list.`,
  };
}

function kind(subject: Subject): ReturnType<Explain> {
  const claims = tokenUse(subject)?.token?.claims ?? {};
  const aud = claim(subject, 'aud') ?? '';
  const client = [...subject.environment.clients.values()].find(({ client_id }) => client_id === aud);
  const typ = header(subject, 'typ');
  const marks = [
    ...(client ? [`aud is the client_id ${aud}`] : []),
    ...['nonce', 'at_hash', 'c_hash']
      .filter((name) => claims[name] !== undefined)
      .map((name) => `it holds ${name}`),
    ...(typeof claims['token_use'] === 'string' ? [`token_use is ${several([claims['token_use']])}`] : []),
    ...(typ !== null && !/^(at\+)?jwt$/i.test(typ) ? [`typ is ${typ}`] : []),
  ];
  const credential = subject.credential;
  return {
    summary:
      marks.length > 0
        ? `What ${credentialName(subject)} sends as an access token looks like a token of another kind (${marks.join(', ')}), and ${answered(subject)}.`
        : `${answered(subject)}: what ${credentialName(subject)} sends is not the kind of token that it takes.`,
    fix: `Put access_token of the token answer into the secret${credential?.type === 'bearer' ? secretName(credential.token) : ''}, not id_token or refresh_token.`,
    fixSource: credentialSource(subject, 'token'),
  };
}

function ended(subject: Subject, how: string): ReturnType<Explain> {
  const exp = tokenUse(subject)?.token?.claims?.['exp'];
  const now = serverDate(subject) ?? localMidpoint(subject.hop);
  const left = typeof exp === 'number' ? exp * 1000 - now : 0;
  const time = left > 0 && left < 1e13 ? `; its exp is ${span(left)} ahead` : '';
  return {
    summary: `${answered(subject)}: ${tokenOf(subject)} ${how}${time}.`,
    fix: oauth2(subject)
      ? 'Get a new token. If it happens again, look for what withdraws it: a logout, a password change, another job with the same client.'
      : `Replace the stored token${subject.credential?.type === 'bearer' ? secretName(subject.credential.token) : ''} by a new one of ${subject.environment.name}.`,
    fixSource: credentialSource(subject, 'token'),
  };
}

/** What was looked at and found in order is worth as much as what was not. */
function unspecified(subject: Subject): ReturnType<Explain> {
  const names = ['iss', 'aud', 'exp', 'client_id', 'azp', 'scope'];
  const held = names.flatMap((name) => {
    const value = claim(subject, name);
    return value === null ? [] : [`${name} ${value}`];
  });
  const verified = subject.keys.some(({ verdict }) => verdict === 'verified') ? ['signature verified'] : [];
  const facts = [...held, ...verified].join(', ');
  return {
    summary: `${answered(subject)}: it refuses ${tokenOf(subject)} and does not say why${facts === '' ? '' : ` (${facts})`}.`,
  };
}
