/** What a token request says, grant by grant (RFC 6749 section 4, RFC 7523, RFC 8628, RFC 8693, RFC 8707, RFC 9396). */
import { wireNames } from '../../http/grant-types.ts';
import type { CredentialUse, Field, OAuth2Credential } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';

export interface Grant {
  /** As it is sent; null: a device authorization request, which has none. */
  readonly grant_type: string | null;
  /** A name may stand more than once. */
  readonly parameters: readonly (readonly [string, Value])[];
  readonly headers: readonly Field[];
  /** Tokens among the parameters, as diagnosis may know them. */
  readonly takenIn: readonly CredentialUse[];
}

/** Parameters of their own, then what the credential asks for. */
export function grantOf(
  credential: OAuth2Credential,
  own: readonly (readonly [string, Value | null])[],
  takenIn: readonly CredentialUse[] = [],
): Grant {
  const asked = asksOf(credential);
  return { ...made(credential, wireNames[credential.grant_type], [...own, ...asked]), takenIn };
}

/** The redemption of a code, whose scope and audience were settled when it was asked for (RFC 6749 section 4.1.3). */
export function redemptionOf(
  credential: OAuth2Credential,
  own: readonly (readonly [string, Value | null])[],
): Grant {
  return made(credential, wireNames[credential.grant_type], [...own, ...resourcesOf(credential)]);
}

/** RFC 8628 section 3.1. */
export function deviceRequestOf(credential: OAuth2Credential): Grant {
  return made(credential, null, asksOf(credential));
}

/** RFC 6749 section 6. */
export function refreshOf(
  credential: OAuth2Credential,
  refreshToken: Secret,
  /** The token came with one of another grant: its scope stands. */
  issued: boolean,
): Grant {
  const own = [['refresh_token', refreshToken]] as const;
  const asked = issued ? resourcesOf(credential) : asksOf(credential);
  return made(credential, 'refresh_token', [...own, ...asked]);
}

/** The form, and those of its members that are secret. */
export function parametersOf({ parameters }: Grant): {
  readonly form: URLSearchParams;
  readonly secrets: Map<string, Secret>;
} {
  const form = new URLSearchParams();
  const secrets = new Map<string, Secret>();
  for (const [name, value] of parameters) {
    form.append(name, value instanceof Secret ? value.reveal() : value);
    if (value instanceof Secret) secrets.set(name, value);
  }
  return { form, secrets };
}

/** Empty parameters are left out: servers take `scope=` for a scope. */
function made(
  { asks }: OAuth2Credential,
  grant_type: string | null,
  all: readonly (readonly [string, Value | null])[],
): Grant {
  const further = Object.entries(asks?.parameters ?? {});
  const parameters: (readonly [string, Value])[] = [];
  for (const [name, value] of [...all, ...further]) {
    if (value !== null && value.length > 0) parameters.push([name, value]);
  }
  return { grant_type, parameters, headers: Object.entries(asks?.headers ?? {}), takenIn: [] };
}

function asksOf(credential: OAuth2Credential): (readonly [string, string | null])[] {
  const { scope, audience, asks } = credential;
  const details = asks?.authorization_details ?? null;
  return [
    ['scope', scope],
    ...resourcesOf(credential),
    ['audience', audience],
    ['authorization_details', details === null ? null : JSON.stringify(details)],
  ];
}

function resourcesOf({ resource }: OAuth2Credential): (readonly [string, string])[] {
  return resource.map((one) => ['resource', one] as const);
}
