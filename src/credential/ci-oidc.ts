/** ID tokens that a CI system gives to its jobs: asked for (github), or in a variable (gitlab). */

import { parseJson } from '../http/json.ts';
import { isUrl } from '../http/url.ts';
import type { CiOidcCredential, Environment, Exchange, JsonMap } from '../model.ts';
import { Secret, type Value } from '../secret.ts';
import { isMap } from '../source.ts';
import { describeFailure, finalResponse, quoted } from './answer.ts';
import { renderToken } from './bearer.ts';
import { insecurity } from './endpoint.ts';
import { lifetimeOf } from './expiry.ts';
import type { Acquired } from './holding.ts';
import { unsentFailure } from './oauth2/acquisition.ts';
import { unsendable } from './rendering.ts';
import type { StoreParts } from './store.ts';
import { decodeToken } from './token.ts';

export async function acquireCiToken(
  credential: CiOidcCredential,
  environment: Environment,
  parts: StoreParts,
): Promise<Acquired> {
  const { request, id_token } = credential;
  if (request) return askFor(request, credential, environment, parts);
  if (id_token !== null) return takeVariable(id_token, credential, environment, parts);
  return unsent(
    `Credential "${credential.name}" has no ID token: this is no job of ${credential.provider}.`,
    environment,
  );
}

async function askFor(
  request: NonNullable<CiOidcCredential['request']>,
  credential: CiOidcCredential,
  environment: Environment,
  { perform, ledger, redactor }: StoreParts,
): Promise<Acquired> {
  const written = request.url instanceof Secret ? request.url.reveal() : request.url;
  const url = isUrl(written) ? new URL(written) : null;
  const danger = url ? insecurity(url, environment) : 'is not an absolute URL';
  if (!url || danger) return unsent(`The address of the ID token service ${danger}.`, environment);
  if (credential.audience !== null) url.searchParams.set('audience', credential.audience);
  const token = ledger.secret(`${credential.name} request token`, request.token);
  const exchange = await perform({
    role: 'token',
    environment,
    method: 'GET',
    url: url.href,
    headers: [
      ['Accept', 'application/json'],
      ['Authorization', Secret.join(['Bearer ', token])],
    ],
    body: null,
  });
  const response = finalResponse(exchange);
  const status = response?.status ?? 500;
  const fails = (message: string): Acquired => ({
    held: null,
    exchanges: [exchange],
    failure: { error: null, message: redactor.redact(message), exchange, shared: false },
    final: status >= 400 && status < 500 && status !== 429,
  });
  const members = response && membersOf(exchange);
  const value = members?.['value'];
  if (typeof value === 'string' && value !== '') {
    const secret = ledger.secret(credential.name, value);
    const defect = unsendable(value);
    const hop = exchange.hops.at(-1);
    if (defect) return fails(`The ID token service gave a token that ${defect}.`);
    if (response?.status === 200 && hop) {
      const { claims } = decodeToken(value);
      const rendered = renderToken(credential.name, credential.type, secret, null, ledger);
      return { held: { ...lifetimeOf(hop, null, claims), rendered }, exchanges: [exchange], failure: null };
    }
  }
  const subject = 'The ID token service';
  if (response?.status === 200)
    return fails(`${subject} answered 200 without a JSON object that has "value".`);
  const said =
    typeof members?.['message'] === 'string' ? ` It said ${quoted(members['message'], redactor)}.` : '';
  return fails(`${describeFailure(subject, exchange, redactor)}${said}`);
}

function membersOf(exchange: Exchange): JsonMap | null {
  const parsed = parseJson(new TextDecoder().decode(finalResponse(exchange)?.body.content));
  return 'value' in parsed && isMap(parsed.value) ? parsed.value : null;
}

function takeVariable(
  id_token: Value,
  credential: CiOidcCredential,
  environment: Environment,
  { clock, ledger }: StoreParts,
): Acquired {
  const token = ledger.secret(credential.name, id_token);
  const defect = unsendable(token.reveal());
  if (defect) return unsent(`The ID token of credential "${credential.name}" ${defect}.`, environment);
  const { claims } = decodeToken(token.reveal());
  const foreign = audienceFault(claims, credential);
  if (foreign) return unsent(foreign, environment);
  const exp = claims?.['exp'];
  const rendered = renderToken(credential.name, credential.type, token, null, ledger);
  const expiresAt = typeof exp === 'number' ? exp * 1000 : null;
  return { held: { at: clock.now(), expiresAt, rendered }, exchanges: [], failure: null };
}

/** The audience is set where the token is made; here it can only be compared. */
function audienceFault(claims: JsonMap | null, { name, audience }: CiOidcCredential): string | null {
  const aud = claims?.['aud'];
  if (audience === null || aud === undefined) return null;
  const audiences = (Array.isArray(aud) ? aud : [aud]).map(String);
  if (audiences.includes(audience)) return null;
  return (
    `The ID token of credential "${name}" is for ${audiences.map((each) => `"${each}"`).join(', ')}, not for "${audience}": ` +
    'its audience is set under id_tokens: in .gitlab-ci.yml.'
  );
}

function unsent(message: string, environment: Environment): Acquired {
  return { held: null, exchanges: [], failure: unsentFailure(message, environment) };
}
