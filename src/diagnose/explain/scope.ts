/** Causes about what a known caller may do: scopes, permissions, policies. */
import { isUrl } from '../../http/url.ts';
import { heldScopes, neededScopes } from '../facts/claims.ts';
import { headerValue, type Subject, tokenUse } from '../subject.ts';
import {
  answered,
  capital,
  clientId,
  credentialName,
  credentialSource,
  type Explain,
  type Explanations,
  oauth2,
  originOfHop,
  tokenName,
} from './explanation.ts';
import { isoTime, several } from './words.ts';

export const scope: Explanations = {
  'scope-missing': missing,
  'scope-unknown': (subject) => atServer(subject, 'does not know the scope', 'Create the scope there'),
  'scope-not-allowed': (subject) =>
    atServer(subject, 'does not give the scope', 'Allow the scope for this client there'),
  'scope-dropped': dropped,
  'permission-missing': permission,
  'step-up-required': stepUp,
  'policy-blocked': (subject) => ({
    summary: `${answered(subject)}: a policy there refuses ${who(subject)}.`,
  }),
};

function who(subject: Subject): string {
  if (subject.stage !== 'resource' && subject.client) return clientId(subject);
  return subject.uses.length > 0 || subject.credential
    ? `what ${credentialName(subject)} stands for`
    : 'this caller';
}

/** Scopes of the token, or null where they cannot be read. */
function held(subject: Subject): string[] | null {
  const claims = tokenUse(subject)?.token?.claims;
  if (claims) return heldScopes(claims);
  const told = subject.response ? headerValue(subject.response, 'x-oauth-scopes') : null;
  if (told !== null) return words(told);
  const granted = subject.uses.find(({ obtained }) => obtained?.scope != null)?.obtained?.scope;
  return granted == null ? null : words(granted);
}

/** Any of these would do. */
function accepted(subject: Subject): string[] {
  const value = subject.response ? headerValue(subject.response, 'x-accepted-oauth-scopes') : null;
  return value === null ? [] : words(value);
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function missing(subject: Subject): ReturnType<Explain> {
  const needed = neededScopes(subject);
  const any = needed.length === 0 ? accepted(subject) : [];
  const has = held(subject);
  const lacking = has ? needed.filter((name) => !has.includes(name)) : needed;
  const granted = has === null ? '' : `the token holds ${has.length === 0 ? 'none' : several(has)}`;
  const asked = oauth2(subject)?.scope ?? null;
  const names = (lacking.length > 0 ? lacking : needed).join(' ');
  const wasAsked =
    asked !== null && names !== '' && words(names).every((name) => words(asked).includes(name));
  const summary =
    names === ''
      ? `${answered(subject)}: ${tokenName(subject)} lacks ${any.length === 0 ? 'a scope that it does not name' : `a scope, any of ${several(any, ', ')}`}${granted === '' ? '' : `; ${granted}`}.`
      : `${capital(tokenName(subject))} lacks the scope ${names}: ${originOfHop(subject)} needs ${needed.join(' ')}${granted === '' ? '' : `, and ${granted}`}.`;
  const isHeld = names !== '' && lacking.length === 0;
  return {
    summary: isHeld
      ? `${answered(subject)}: it asks for the scope ${names}, and ${tokenName(subject)} holds it already.`
      : summary,
    fix: isHeld
      ? 'The token holds it: look for a role or permission that the server wants beside it, and in which claim the server looks for scopes.'
      : wasAsked
        ? `It was asked for and not granted: allow ${names} for client ${oauth2(subject)?.client.client_id ?? ''} at the authorization server of ${subject.environment.name}.`
        : `Add ${names || (any.length === 0 ? 'the scope that the operation documents' : `one of ${several(any, ', ')}`)} to scope of ${credentialName(subject)}.`,
    fixSource: credentialSource(subject, 'scope', 'token'),
  };
}

/** The scope of the request: of the URL at the authorization endpoint, else of the credential. */
function askedScope(subject: Subject): string | null {
  const { url } = subject.failing.hops[0]?.request ?? subject.hop.request;
  const inUrl = isUrl(url) ? new URL(url).searchParams.get('scope') : null;
  return (subject.stage === 'authorization' ? inUrl : null) ?? oauth2(subject)?.scope ?? null;
}

function atServer(subject: Subject, verb: string, fix: string): ReturnType<Explain> {
  const asked = askedScope(subject);
  const supported = subject.client?.issuer.metadata['scopes_supported'];
  const known = Array.isArray(supported) ? supported.map(String) : null;
  const strangers = known && asked ? words(asked).filter((name) => !known.includes(name)) : [];
  const strange = strangers.length > 0 ? `; scopes_supported lacks ${strangers.join(' ')}` : '';
  const what = asked === null ? 'that was asked for' : asked;
  const to = verb.includes('give') ? ` to ${clientId(subject)}` : '';
  return {
    summary: `${answered(subject)}: it ${verb} ${what}${to}${strange}.`,
    fix: `${fix}, or correct ${isOfStep(subject) ? 'scope of the step' : `scope of ${credentialName(subject)}`}.`,
    fixSource: isOfStep(subject) ? subject.step.source : credentialSource(subject, 'scope'),
  };
}

function dropped(subject: Subject): ReturnType<Explain> {
  const asked = oauth2(subject)?.scope ?? null;
  const granted = held(subject);
  if (asked === null || granted === null) return { fixSource: credentialSource(subject, 'scope') };
  const lost = words(asked).filter((name) => !granted.includes(name));
  return {
    summary: `${capital(credentialName(subject))} asked for ${asked} and was granted ${several(granted) || 'nothing'}${lost.length > 0 ? `; ${lost.join(' ')} was left out` : ''}.`,
    fix: `Allow ${lost.join(' ') || 'the scope'} for client ${oauth2(subject)?.client.client_id ?? ''} at the authorization server of ${subject.environment.name}, or do not ask for it.`,
    fixSource: credentialSource(subject, 'scope'),
  };
}

function permission(subject: Subject): ReturnType<Explain> {
  const has = held(subject);
  const { method, url } = subject.hop.request;
  const path = isUrl(url) ? new URL(url).pathname : url;
  const scopes = has === null || has.length === 0 ? '' : ` (scope ${several(has)})`;
  return {
    summary: `${answered(subject)}: ${who(subject)}${scopes} may not ${method} ${path}.`,
    fix: `Give it the role that ${method} ${path} needs in ${subject.environment.name}, or name another credential on the step.`,
    fixSource: subject.step.source,
  };
}

function stepUp(subject: Subject): ReturnType<Explain> {
  const parameters = subject.challenges.find(
    ({ parameters: given }) => given.has('acr_values') || given.has('max_age') || given.has('claims'),
  )?.parameters;
  const acr = parameters?.get('acr_values');
  const age = parameters?.get('max_age');
  const claims = tokenUse(subject)?.token?.claims;
  const own = ['acr', 'auth_time'].flatMap((name) => {
    const value = claims?.[name];
    if (typeof value === 'number') return [`${name} ${isoTime(value * 1000)}`];
    return typeof value === 'string' ? [`${name} ${several([value])}`] : [];
  });
  const wanted = [
    ...(acr === undefined ? [] : [`acr_values ${acr}`]),
    ...(age === undefined ? [] : [`max_age ${age}`]),
  ];
  const challenge = subject.response ? headerValue(subject.response, 'www-authenticate') : null;
  const how =
    wanted.length > 0
      ? wanted.join(' and ')
      : challenge?.includes('claims=')
        ? 'the claims of its challenge'
        : 'a stronger or more recent one';
  return {
    summary: `${answered(subject)}: the sign-in behind ${tokenName(subject)} does not suffice; it wants ${how}${own.length === 0 ? '' : `, and the token has ${own.join(', ')}`}.`,
    fix: `Sign in again with ${wanted.length > 0 ? wanted.join(' and ') : 'what the challenge names'}; a client without a user cannot, and needs an exemption.`,
    fixSource: credentialSource(subject, 'token'),
  };
}

/** The authorization request is that of a step, not of a credential whose user logs in. */
function isOfStep({ stage, credential }: Subject): boolean {
  return (
    stage === 'authorization' &&
    !(credential?.type === 'oauth2' && credential.grant_type === 'authorization_code')
  );
}
