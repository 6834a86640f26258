/** Causes about grants: codes, refresh tokens, PKCE, and the parameters of a request to the authorization server. */
import { isUrl } from '../../http/url.ts';
import { span } from '../facts/time.ts';
import { headerValue, type Past, type Subject } from '../subject.ts';
import {
  answered,
  clientId,
  clientSource,
  credentialName,
  credentialSource,
  type Explain,
  type Explanations,
  inBrackets,
  oauth2,
  secretName,
  server,
  statedKey,
} from './explanation.ts';

export const grant: Explanations = {
  'grant-unsupported': (subject) =>
    subject.failing.role === 'metadata'
      ? {
          summary: `The metadata of ${server(subject)} do not list the grant type ${grantType(subject)}: no token was asked for.`,
          fix: `Enable the grant at the server, or use one that it offers; if the list is wrong, write the true one at ${statedKey(subject, 'grant_types_supported')}.`,
          fixSource: credentialSource(subject, 'grant_type'),
          references: ['RFC 8414 section 2'],
        }
      : {
          summary: `${answered(subject)}: it does not know the grant type ${grantType(subject)}${bodyType(subject)}.`,
          fixSource: credentialSource(subject, 'grant_type'),
        },
  'grant-not-allowed': (subject) => ({
    summary: `${answered(subject)}: ${clientId(subject)} may not use the grant ${grantType(subject)}.`,
    fix: `Enable ${grantType(subject)} for the client at the authorization server of ${subject.environment.name}.`,
    fixSource: clientSource(subject, 'client_id'),
  }),
  'response-type-unsupported': (subject) => ({
    summary: `${answered(subject)}: it does not offer the response type${asked(subject, 'response_type')} to ${clientId(subject)}.`,
    fixSource: subject.step.source,
  }),
  'request-param-missing': (subject) => ({
    summary: `${answered(subject)}: a parameter is missing in the request${bodyType(subject)}.`,
  }),
  'request-param-wrong': (subject) =>
    subject.failing.role === 'metadata'
      ? {
          summary: `The metadata of ${server(subject)} do not list the PKCE method S256: nobody was logged in.`,
          fix: `Enable PKCE by S256 there; if the list is wrong, write the true one at ${statedKey(subject, 'code_challenge_methods_supported')}.`,
          fixSource: credentialSource(subject, 'grant_type'),
          references: ['RFC 8414 section 2', 'RFC 9700 section 2.1.1'],
        }
      : {
          summary: `${answered(subject)}: a parameter of the request is not as it should be${bodyType(subject)}.`,
        },
  'pkce-missing': (subject) => ({
    summary: `${answered(subject)}: it requires PKCE, and ${asked(subject, 'code_challenge') === '' ? 'no code_challenge was sent' : 'does not accept what was sent'}.`,
    fixSource: subject.step.source,
  }),
  'pkce-mismatch': (subject) =>
    flow(subject, 'the code_verifier does not fit the code_challenge of the flow'),
  'code-invalid': (subject) => flow(subject, 'it refuses the authorization code and does not say why'),
  'code-expired': (subject) => flow(subject, 'the authorization code was redeemed too late'),
  'code-reused': (subject) => flow(subject, 'the authorization code was redeemed before'),
  'refresh-token-expired': (subject) =>
    refresh(
      subject,
      'has expired',
      'Sign in again, and store the new refresh token; ask for offline access where it must live longer.',
    ),
  'refresh-token-revoked': (subject) =>
    refresh(subject, 'was withdrawn', 'Sign in again and store the new refresh token.'),
  'refresh-token-reused': (subject) =>
    refresh(
      subject,
      'was used before and has been replaced since',
      'Give each job a refresh token of its own and store the new one after each use; the family is lost, so sign in again.',
    ),
  'refresh-token-unknown': (subject) =>
    refresh(
      subject,
      'was not issued there to this client',
      `Store the refresh token that the authorization server of ${subject.environment.name} gave to this client.`,
    ),
  'state-mismatch': (subject) =>
    subject.stage === 'authorization' && subject.step.kind !== 'authorize'
      ? answer(subject)
      : flow(subject, 'state or iss of the callback is not the one that was sent'),
};

/** Of a scripted login: state is made and compared here, so nobody else can have lost it. */
function answer(subject: Subject): ReturnType<Explain> {
  const location = subject.response ? (headerValue(subject.response, 'location') ?? '') : '';
  const iss = isUrl(location) ? new URL(location).searchParams.get('iss') : null;
  const own = subject.client?.issuer;
  if (own && iss !== null && iss !== own.issuer)
    return {
      summary: `${answered(subject)}: the answer to the authorization request names the issuer ${iss}, not ${own.issuer}; its code was not redeemed.`,
      fix: `If ${iss} is right, write it at environments.${subject.environment.name}.issuers.${own.name}; else the code is of another server, and must not be sent to this one.`,
      fixSource: own.source,
      references: ['RFC 9207 section 2.4'],
    };
  return {
    summary: `${answered(subject)}: the answer to the authorization request does not bring back its state; its code was not redeemed.`,
    fix: 'The authorization server gives state back as it was sent; look at what it, or a proxy before it, does with the parameter.',
    fixSource: credentialSource(subject, 'login'),
    references: ['RFC 6749 section 4.1.2', 'RFC 6749 section 10.12'],
  };
}

/** `grant_type` of the body that was sent, else of the credential. */
function grantType(subject: Subject): string {
  return (
    sent(subject.hop.request.body?.excerpt ?? '', 'grant_type') ??
    oauth2(subject)?.grant_type ??
    'that was asked for'
  );
}

/** A parameter of a form-encoded body. */
function sent(body: string, name: string): string | null {
  return /^[\w.-]+=/.test(body) ? new URLSearchParams(body).get(name) : null;
}

/** Said where it is not what OAuth wants: such a body is not read at all. */
function bodyType(subject: Subject): string {
  const { headers, body } = subject.hop.request;
  if (body === null || subject.stage !== 'token') return '';
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? null;
  if (type?.toLowerCase().startsWith('application/x-www-form-urlencoded')) return '';
  return `; the body was sent as ${type ?? 'no content type'}, not as application/x-www-form-urlencoded`;
}

/** ` code` for a parameter of an authorization request. */
function asked(subject: Subject, name: string): string {
  const { url } = subject.failing.hops[0]?.request ?? subject.hop.request;
  const value = isUrl(url) ? new URL(url).searchParams.get(name) : null;
  return value === null ? '' : ` ${value}`;
}

/** Earlier requests of the run to the same endpoint with the same grant. */
function before(subject: Subject, type: string): Past[] {
  return subject.past.filter(({ environment, exchange }) => {
    const hop = exchange.hops.at(-1);
    return (
      environment === subject.environment.name &&
      hop?.request.url === subject.hop.request.url &&
      sent(hop.request.body?.excerpt ?? '', 'grant_type') === type
    );
  });
}

function flow(subject: Subject, what: string): ReturnType<Explain> {
  const earlier = before(subject, 'authorization_code').at(-1);
  const hop = earlier?.exchange.hops.at(-1);
  const history = hop
    ? `; this run redeemed a code there ${span(subject.hop.clock.sent - hop.clock.sent)} before, in step "${earlier?.step ?? ''}", and got ${hop.response?.status ?? 'no answer'}`
    : '';
  const redirect = sent(subject.hop.request.body?.excerpt ?? '', 'redirect_uri');
  return {
    summary: `${answered(subject)}: ${what}${redirect === null ? '' : `, sent with redirect_uri ${redirect}`}${history}.`,
    fixSource: subject.step.source,
  };
}

/** Grants for which `why401 login` gets a refresh token. */
const byPerson: ReadonlySet<string> = new Set(['authorization_code', 'device_code', 'refresh_token']);

function refresh(subject: Subject, what: string, fix: string): ReturnType<Explain> {
  const credential = oauth2(subject);
  const earlier = before(subject, 'refresh_token').length;
  const used =
    earlier === 0
      ? ''
      : `; this run has used a refresh token there ${earlier === 1 ? 'once' : `${earlier} times`} before`;
  const name = inBrackets(secretName(credential?.refresh_token).trim());
  const stored = credential?.asks?.store === true && byPerson.has(credential.grant_type);
  const again = `Log in again, which stores a new one: why401 login ${credential?.name} --env ${subject.environment.name}.`;
  return {
    summary: `${answered(subject)}: the refresh token of ${credentialName(subject)}${name} ${what}${used}.`,
    fix: stored ? again : fix,
    fixSource: credentialSource(subject, 'refresh_token', 'store'),
  };
}
