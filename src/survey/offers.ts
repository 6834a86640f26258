/** What is used and what is offered, item by item: what is offered in one environment only is a difference with a name. */
import { listedGrants } from '../http/grant-types.ts';
import type { Issuer, Json, JsonMap, Observation } from '../model.ts';
import type { Used, Uses } from './used.ts';

/** Scopes of OpenID Connect Core 1.0: a list of nothing else says nothing of the scopes of APIs. */
const openid: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
]);

/**
 * Where a member is left out nothing is observed: servers offer much that they do not list. Only of PKCE, PAR and DPoP
 * the absence says something (RFC 8414 section 2, RFC 9126 section 5, RFC 9449 section 5.1).
 */
export function observeOffers(issuer: Issuer, values: JsonMap, used: Used): Observation[] {
  const of = (kind: string, items: Uses, offered: readonly string[] | null): Observation[] =>
    offered === null
      ? []
      : [...items].map(([item, source]) => ({
          kind,
          of: `${issuer.name} ${item}`,
          value: offered.includes(item) ? 'offered' : 'not offered',
          source,
        }));
  const list = (member: string): string[] | null => textsOf(values[member]);
  // What is written by hand in the project file is not all that the server has.
  const once = (kind: string, member: string, source: Used['dpop'], value: string): Observation[] =>
    source === null || (issuer.discovery === 'none' && values[member] === undefined)
      ? []
      : [{ kind, of: issuer.name, value, source }];
  const [code = null] = used.responseTypes.values();
  const pkce = list('code_challenge_methods_supported')?.includes('S256');
  const dpop = (list('dpop_signing_alg_values_supported') ?? []).length > 0;
  return [
    ...of('issuer.scope', apiScopes(used.scopes, list('scopes_supported')), list('scopes_supported')),
    ...of('issuer.grant', used.grants, listedGrants(values)),
    ...of('issuer.client_auth', used.authMethods, list('token_endpoint_auth_methods_supported')),
    ...of(
      'issuer.assertion_alg',
      used.assertionAlgs,
      list('token_endpoint_auth_signing_alg_values_supported'),
    ),
    ...of('issuer.response_type', used.responseTypes, list('response_types_supported')),
    ...once('issuer.pkce', 'code_challenge_methods_supported', code, pkce ? 'offered' : 'not offered'),
    ...once(
      'issuer.par_required',
      'require_pushed_authorization_requests',
      used.unpushed,
      values['require_pushed_authorization_requests'] === true ? 'required' : 'not required',
    ),
    ...once('issuer.dpop', 'dpop_signing_alg_values_supported', used.dpop, dpop ? 'offered' : 'not offered'),
  ];
}

function apiScopes(scopes: Uses, offered: readonly string[] | null): Uses {
  const says = offered?.some((scope) => !openid.has(scope)) === true;
  return says ? scopes : new Map([...scopes].filter(([scope]) => openid.has(scope)));
}

/** The texts of a list; null where there is no list. */
export function textsOf(value: Json | undefined): string[] | null {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : null;
}
