/** The members of metadata as they are held side by side (RFC 8414 section 2, OpenID Connect Discovery 1.0 section 3). */
import { abstracted } from '../compare/hosts.ts';
import { stringifyJson } from '../http/json.ts';
import type { Environment, Issuer, Json, JsonMap, Observation } from '../model.ts';
import { isMap } from '../source.ts';
import { oneLine } from './published.ts';

/** By kind of the comparison; what the scopes are has a kind of its own. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'issuer.endpoint': [
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'jwks_uri',
    'registration_endpoint',
    'introspection_endpoint',
    'revocation_endpoint',
    'end_session_endpoint',
    'check_session_iframe',
    'device_authorization_endpoint',
    'backchannel_authentication_endpoint',
    'pushed_authorization_request_endpoint',
    'mtls_endpoint_aliases',
  ],
  'issuer.offers': [
    'grant_types_supported',
    'response_types_supported',
    'response_modes_supported',
    'token_endpoint_auth_methods_supported',
    'introspection_endpoint_auth_methods_supported',
    'revocation_endpoint_auth_methods_supported',
    'code_challenge_methods_supported',
    'claims_supported',
    'claim_types_supported',
    'subject_types_supported',
    'acr_values_supported',
    'prompt_values_supported',
    'display_values_supported',
    'authorization_details_types_supported',
    'backchannel_token_delivery_modes_supported',
    'protected_resources',
  ],
  'issuer.algorithms': [
    'id_token_signing_alg_values_supported',
    'id_token_encryption_alg_values_supported',
    'id_token_encryption_enc_values_supported',
    'userinfo_signing_alg_values_supported',
    'userinfo_encryption_alg_values_supported',
    'userinfo_encryption_enc_values_supported',
    'request_object_signing_alg_values_supported',
    'request_object_encryption_alg_values_supported',
    'request_object_encryption_enc_values_supported',
    'token_endpoint_auth_signing_alg_values_supported',
    'introspection_endpoint_auth_signing_alg_values_supported',
    'revocation_endpoint_auth_signing_alg_values_supported',
    'introspection_signing_alg_values_supported',
    'authorization_signing_alg_values_supported',
    'dpop_signing_alg_values_supported',
  ],
  'issuer.settings': [
    'claims_parameter_supported',
    'request_parameter_supported',
    'request_uri_parameter_supported',
    'require_request_uri_registration',
    'require_signed_request_object',
    'require_pushed_authorization_requests',
    'authorization_response_iss_parameter_supported',
    'tls_client_certificate_bound_access_tokens',
    'frontchannel_logout_supported',
    'frontchannel_logout_session_supported',
    'backchannel_logout_supported',
    'backchannel_logout_session_supported',
  ],
};

/** One observation for each member that is known, also for those that are not there; what else there is, by name. */
export function observeMembers(issuer: Issuer, values: JsonMap, environment: Environment): Observation[] {
  const { name, source } = issuer;
  const known = new Set(['issuer', 'scopes_supported', 'signed_metadata', ...Object.values(groups).flat()]);
  const one = (kind: string, of: string, value: Json): Observation => ({ kind, of, value, source });
  const further = Object.keys(values).filter((member) => !known.has(member));
  return [
    one('issuer.scopes_supported', name, compact(values['scopes_supported'], environment)),
    ...Object.entries(groups).flatMap(([kind, members]) =>
      members.map((member) => one(kind, `${name} ${member}`, compact(values[member], environment))),
    ),
    one('issuer.further', name, compact(further, environment)),
  ];
}

/** Entries of a list or map, and characters of a text, that are kept as they are. */
const longest = 200;

/**
 * A server's value in a form that is small, flat and safe to print: lists as sets of texts in order, maps of texts as
 * they are, of anything else how much it is.
 */
export function compact(value: Json | undefined, environment: Environment): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return oneLine(abstracted(clipped(value), environment));
  if (typeof value !== 'object') return value;
  if (isMap(value)) {
    const entries = Object.entries(value);
    if (entries.length > longest) return `an object of ${entries.length} members`;
    const flat = entries.map(([name, each]) => [oneLine(name), flatText(each, environment)] as const);
    return Object.fromEntries(flat.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
  if (value.length > longest) return `a list of ${value.length}`;
  return [...new Set(value.map((each) => flatText(each, environment)))].toSorted();
}

function flatText(value: Json, environment: Environment): string {
  if (typeof value === 'string') return oneLine(abstracted(clipped(value), environment));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isMap(value) ? 'an object' : stringifyJson(value);
}

function clipped(text: string): string {
  return text.length > longest * 2 ? `${text.slice(0, longest * 2)}...` : text;
}
