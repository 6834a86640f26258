/** Causes about who issued a token, for whom, and to whom. */
import { stringifyJson } from '../../http/json.ts';
import type { Environment, Issuer, Json } from '../../model.ts';
import { jsonOf } from '../facts/wire.ts';
import { type Subject, tokenUse } from '../subject.ts';
import {
  answered,
  capital,
  clientKey,
  clientSource,
  credentialName,
  credentialSource,
  type Explain,
  type Explanations,
  oauth2,
  originOfHop,
  ownIssuers,
  secretName,
  tokenName,
} from './explanation.ts';
import { several, smallDifference } from './words.ts';

export const claims: Explanations = {
  'environment-mixup': mixup,
  'issuer-mismatch': issuer,
  'audience-mismatch': audience,
  'client-mismatch': clientMismatch,
  // sub is personal data at times: that it differs is said, not what it is.
  'subject-mismatch': (subject) => ({
    summary: `${answered(subject)}: ${tokenName(subject)} is of another user or service (sub) than the one that is expected.`,
    fix: `Get the token of ${credentialName(subject)} as the user or service that is bound there, or bind this one.`,
    fixSource: credentialSource(subject, 'token', 'client'),
  }),
  'token-claims-invalid': claimsInvalid,
};

export function claim(subject: Subject, name: string): string | null {
  const value = tokenUse(subject)?.token?.claims?.[name];
  if (Array.isArray(value)) return several(value.map(inWords), ', ', 6);
  return typeof value === 'string' || typeof value === 'number' ? several([String(value)]) : null;
}

/** A member of a list may be an object, whose own `toString` is anything. */
function inWords(value: Json): string {
  return typeof value === 'string' ? value : stringifyJson(value);
}

function others(subject: Subject): Environment[] {
  return subject.known.filter(({ name }) => name !== subject.environment.name);
}

function mixup(subject: Subject): ReturnType<Explain> {
  if (subject.client && subject.stage !== 'resource') return clientMixup(subject);
  const { name } = subject.environment;
  const [who, theirs] = origin(subject) ?? [null, null];
  const { credential } = subject;
  const stored = credential?.type === 'bearer' ? secretName(credential.token) : '';
  const foreign = theirs ?? 'another environment';
  return {
    summary:
      who === null
        ? `${answered(subject)}: ${tokenName(subject)} is one of another environment than ${name}.`
        : `${capital(tokenName(subject))} ${who}.`,
    fix: oauth2(subject)
      ? `Correct the client and issuer of ${credentialName(subject)} in ${name}; this token belongs to ${foreign}.`
      : `Put the value of ${name} into the secret${stored} of ${credentialName(subject)}; this one belongs to ${foreign}.`,
    fixSource: credentialSource(subject, 'token', 'client'),
    references: ['RFC 7519 section 4.1.1', 'RFC 8414 section 2'],
  };
}

/** What of the token belongs elsewhere, and to which environment; null: it cannot be read. */
function origin(subject: Subject): [string, string | null] | null {
  const { name } = subject.environment;
  const own = ownIssuers(subject).join(', ');
  const iss = claim(subject, 'iss');
  const issuing = others(subject).find((each) =>
    [...each.issuers.values()].some((known) => known.issuer === iss),
  );
  if (iss !== null && issuing && !ownIssuers(subject).includes(iss))
    return [`was issued by ${iss}, the issuer of ${issuing.name}; ${name} expects ${own}`, issuing.name];
  const signed = subject.keys.find((key) => key.verdict === 'verified' && key.environment !== name);
  if (signed)
    return [
      `verifies with the keys of ${signed.issuer}, the issuer of ${signed.environment}, and not with those of ${name}`,
      signed.environment,
    ];
  const aud = claim(subject, 'aud') ?? '';
  const called = others(subject).find((each) =>
    [...each.origins.values()].some((url) => aud === url || aud.startsWith(`${url}/`)),
  );
  if (called)
    return [
      `is meant for ${aud}, an origin of ${called.name}; it was sent to ${originOfHop(subject)}`,
      called.name,
    ];
  const found = clientClaim(subject);
  const owner = found && others(subject).find((each) => clientIds(each).includes(found.value));
  if (found && owner)
    return [
      `was issued to client ${found.value} (${found.name}), a client of ${owner.name} and not of ${name}`,
      owner.name,
    ];
  return iss === null ? null : [`has iss ${iss}; ${name} expects ${own || 'another'}`, null];
}

function clientMixup(subject: Subject): ReturnType<Explain> {
  const id = subject.client?.client_id ?? '';
  const own = subject.client?.issuer.issuer;
  // Another name of the same servers is not where it belongs.
  const other = others(subject).find((each) =>
    [...each.clients.values()].some(({ client_id, issuer }) => client_id === id && issuer.issuer !== own),
  );
  return {
    summary: `${answered(subject)}: the client_id ${id} belongs to ${other?.name ?? 'another environment'}, and was used in ${subject.environment.name}.`,
    fix: `Set ${clientKey(subject, 'client_id')} to the id that is registered there.`,
    fixSource: clientSource(subject, 'client_id'),
    references: ['RFC 6749 section 2.2'],
  };
}

function issuer(subject: Subject): ReturnType<Explain> {
  const iss = claim(subject, 'iss');
  const own = ownIssuers(subject);
  const token = tokenName(subject);
  const configured = [...subject.environment.issuers.values()][0]?.source ?? null;
  if (subject.failing.role === 'metadata' && subject.client) return publisher(subject, subject.client.issuer);
  if (iss === null)
    return {
      summary: `${answered(subject)}: it does not trust the issuer of ${token}.`,
      fixSource: configured,
    };
  const near = own.map((each) => smallDifference(iss, each)).find((text) => text !== null);
  const trifle = near === undefined ? '' : ` (${near})`;
  const known = own.includes(iss)
    ? 'the issuer that why401.yml has too'
    : `and why401.yml expects ${own.join(', ') || 'none'}${trifle}`;
  return {
    summary: `${answered(subject)}: it does not trust the issuer of ${token}, iss is ${iss}, ${known}.`,
    fix: own.includes(iss)
      ? `Set the issuer that the resource server is configured with to exactly ${iss}: scheme, host, path and trailing slash count.`
      : `Get the token from ${own.join(' or ') || 'the issuer of this environment'}; if ${iss} is right, correct environments.${subject.environment.name}.issuers and the resource server's setting.`,
    fixSource: own.includes(iss) ? null : (credentialSource(subject, 'token', 'client') ?? configured),
  };
}

/** The document at the issuer's place is another issuer's, or is not there. */
function publisher(subject: Subject, { name, issuer, source }: Issuer): ReturnType<Explain> {
  const told = subject.response ? jsonOf(subject.response)?.['issuer'] : null;
  const near = typeof told === 'string' ? smallDifference(told, issuer) : null;
  const named = typeof told === 'string' ? `name the issuer ${told}, not ${issuer}` : 'are not there';
  return {
    summary: `The metadata at ${subject.hop.request.url} ${named}${near === null ? '' : ` (${near})`}: no token was asked for.`,
    fix: `Write the exact issuer at environments.${subject.environment.name}.issuers.${name}: scheme, host, path and trailing slash count.`,
    fixSource: source,
    references: ['RFC 8414 section 3.3'],
  };
}

function audience(subject: Subject): ReturnType<Explain> {
  if (subject.stage !== 'resource') return target(subject);
  const aud = claim(subject, 'aud');
  const credential = oauth2(subject);
  const resource = credential?.resource.join(', ') || credential?.audience || '';
  const asked =
    resource === ''
      ? ''
      : `, as asked for with ${credential?.resource.length ? 'resource' : 'audience'} ${resource}`;
  return {
    summary: `${answered(subject)}: it does not accept the audience of ${tokenName(subject)}; ${aud === null ? 'aud is absent or cannot be read here' : `aud is ${aud}`}${asked}.`,
    fix: `Ask for the audience that this server expects (resource or audience of ${credentialName(subject)})${aud === null ? '' : `, or add ${aud} to what it accepts in ${subject.environment.name}`}.`,
    fixSource: credentialSource(subject, 'resource', 'audience', 'token'),
    references: ['RFC 7519 section 4.1.3', 'RFC 8707 section 2'],
  };
}

function target(subject: Subject): ReturnType<Explain> {
  const asked = oauth2(subject)?.resource.join(', ') || oauth2(subject)?.audience;
  return {
    summary: `${answered(subject)}: it issues no token for ${asked ? `the resource ${asked}` : 'the resource that was asked for'}.`,
    fix: 'Correct resource of the credential, or register the resource at the authorization server.',
    fixSource: credentialSource(subject, 'resource', 'audience'),
    references: ['RFC 8707 section 2'],
  };
}

/** Claims that name the client: RFC 9068 and what products call it. */
function clientClaim(subject: Subject): { name: string; value: string } | null {
  for (const name of ['client_id', 'azp', 'appid', 'cid']) {
    const value = claim(subject, name);
    if (value !== null) return { name, value };
  }
  return null;
}

function clientIds(environment: Environment): string[] {
  return [...environment.clients.values()].map(({ client_id }) => client_id);
}

function clientMismatch(subject: Subject): ReturnType<Explain> {
  const found = clientClaim(subject);
  const own = clientIds(subject.environment).join(', ');
  const owner = found && others(subject).find((each) => clientIds(each).includes(found.value));
  const whose = owner ? ` of ${owner.name}` : '';
  return {
    summary: found
      ? `${answered(subject)}: ${tokenName(subject)} was issued to client ${found.value}${whose} (${found.name}), and ${subject.environment.name} has ${own || 'no client'}.`
      : `${answered(subject)}: the ${subject.stage === 'resource' ? 'token' : 'grant'} belongs to another client than the one that is expected.`,
    fixSource: credentialSource(subject, 'client', 'token'),
  };
}

/** Named by the server, looked for in the token; values are personal data at times and stay away. */
function claimsInvalid(subject: Subject): ReturnType<Explain> {
  const said = `${subject.error ?? ''} ${subject.description ?? subject.text.slice(0, 400)}`;
  const named =
    /\bclaim\b[\s:]*["'`“]([\w.:/-]{2,60})["'`”]/i.exec(said)?.[1] ??
    /["'`“]([\w.:/-]{2,60})["'`”]\s+claim\b/i.exec(said)?.[1];
  const held = tokenUse(subject)?.token?.claims;
  if (named === undefined || !held)
    return {
      summary: `${answered(subject)}: a claim of ${tokenName(subject)} is missing or has another value than the server wants.`,
    };
  const state = held[named] === undefined ? 'is missing in' : 'has another value than the server wants in';
  return {
    summary: `${answered(subject)}: the claim "${named}" ${state} ${tokenName(subject)}.`,
  };
}
