/** The authorization code flow of a person at a browser: PKCE, loopback redirect (RFC 7636, RFC 8252, RFC 9207). */
import type { Environment } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { unsentFailure } from './acquisition.ts';
import { quoted } from './answer.ts';
import { askedFor, conclude, endpointOf, type LoginContext, type LoginOutcome } from './login.ts';
import { push } from './login-pushed.ts';
import { sendLogin } from './login-request.ts';
import type { CredentialFailure } from './presentation.ts';

export interface CodeLogin {
  /** The address to open; it holds nothing secret. */
  readonly url: string;
  /** An answer that came to the redirect URI; null: it is not that of this login. */
  receive(parameters: URLSearchParams): Promise<LoginOutcome> | null;
}

export async function beginCodeLogin(
  context: LoginContext,
  redirect_uri: string,
): Promise<CodeLogin | { readonly failure: CredentialFailure }> {
  const { credential, parts, metadata } = context;
  const authorization = endpointOf('authorization_endpoint', context);
  if ('failure' in authorization) return authorization;
  const token = endpointOf('token_endpoint', context);
  if ('failure' in token) return token;
  const { calculatePKCECodeChallenge } = await import('oauth4webapi');
  const verifier = parts.ledger.secret(`${credential.name} code_verifier`, parts.random.token(32));
  const state = parts.random.token(16);
  const asked = new URLSearchParams([
    ['response_type', 'code'],
    ['client_id', credential.client.client_id],
    ['redirect_uri', redirect_uri],
    ['state', state],
    ['code_challenge', await calculatePKCECodeChallenge(verifier.reveal())],
    ['code_challenge_method', 'S256'],
    ...askedFor(credential),
  ]);
  const pushed = isPushed(context) ? await push(asked, context) : asked;
  if ('failure' in pushed) return pushed;
  const url = new URL(authorization.url);
  for (const [name, value] of pushed) url.searchParams.append(name, value);
  return {
    url: url.href,
    receive(parameters) {
      if (parameters.get('state') !== state) return null;
      const { issuer } = credential.client.issuer;
      const problem = answerProblem(parameters, issuer, metadata, parts.redactor);
      if (problem) return Promise.resolve({ failure: refused(problem, parameters, context.environment) });
      return redeem(context, token.url, parameters, state, redirect_uri, verifier.reveal());
    },
  };
}

/** The credential, the client or the server wants it so. */
function isPushed({ credential, metadata }: LoginContext): boolean {
  return credential.asks?.par === true || metadata['require_pushed_authorization_requests'] === true;
}

/** A refusal of the authorization endpoint: the person's browser saw the answer, not we. */
function refused(message: string, parameters: URLSearchParams, environment: Environment): CredentialFailure {
  return { ...unsentFailure(message, environment), error: parameters.get('error') ?? 'invalid_response' };
}

function answerProblem(
  parameters: URLSearchParams,
  issuer: string,
  metadata: LoginContext['metadata'],
  redactor: Redactor,
): string | null {
  const iss = parameters.get('iss');
  if (iss !== null && iss !== issuer) {
    return `The answer comes from the issuer ${quoted(iss, redactor)}, not "${issuer}": nothing was sent (RFC 9207 section 2.4).`;
  }
  if (iss === null && metadata['authorization_response_iss_parameter_supported'] === true) {
    return `The answer names no issuer, although the metadata of "${issuer}" promise it: nothing was sent (RFC 9207 section 2.4).`;
  }
  const error = parameters.get('error');
  if (error !== null) {
    const description = parameters.get('error_description');
    const said = description === null ? '' : `: ${quoted(description, redactor)}`;
    return `The authorization server answered with the error ${quoted(error, redactor)}${said}.`;
  }
  return parameters.get('code') ? null : 'The answer has no code (RFC 6749 section 4.1.2).';
}

async function redeem(
  context: LoginContext,
  endpoint: URL,
  parameters: URLSearchParams,
  state: string,
  redirect_uri: string,
  verifier: string,
): Promise<LoginOutcome> {
  const { credential, environment, parts, authentication } = context;
  const { client } = credential;
  const { ledger } = parts;
  const secrets = new Map([
    ['code', ledger.secret(`${credential.name} code`, parameters.get('code') ?? '')],
    ['code_verifier', ledger.secret(`${credential.name} code_verifier`, verifier)],
  ]);
  const server = { issuer: client.issuer.issuer, token_endpoint: endpoint.href };
  const request = { environment, client, authentication, endpoint, secrets };
  const exchange = await sendLogin(request, parts.perform, (oauth, auth, options) => {
    const { client_id } = client;
    const valid = oauth.validateAuthResponse(server, { client_id }, plain(parameters), state);
    const additionalParameters = new URLSearchParams();
    for (const each of credential.resource) additionalParameters.append('resource', each);
    return oauth.authorizationCodeGrantRequest(server, { client_id }, auth, valid, redirect_uri, verifier, {
      ...options,
      additionalParameters,
    });
  });
  return conclude(exchange, context);
}

/** The members that matter here: the library refuses an answer that has tokens of other flows beside the code. */
function plain(parameters: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...parameters].filter(([name]) => ['code', 'state', 'iss'].includes(name)));
}
