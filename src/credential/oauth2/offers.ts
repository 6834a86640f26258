/** What an authorization server says that it does not offer (RFC 8414 section 2): told before a token request is sent. */
import { listedGrants } from '../../http/grant-types.ts';
import type { Json, OAuth2Credential } from '../../model.ts';

/** One sentence; null where the metadata does not speak against it. A list that is absent says nothing. */
export function notOffered(
  credential: OAuth2Credential,
  grant_type: string,
  metadata: Readonly<Record<string, Json>>,
): string | null {
  const { client, asks } = credential;
  const wanted: readonly (readonly [string, string, string, string])[] = [
    [
      'grant_types_supported',
      grant_type,
      `credentials.${credential.name}.grant_type`,
      'Allow the grant there, or use one that is offered.',
    ],
    // Many servers take more client authentications than they list: those are tried.
    ...(credential.grant_type === 'authorization_code'
      ? [
          [
            'code_challenge_methods_supported',
            'S256',
            `credentials.${credential.name}.grant_type`,
            'This tool sends no authorization request without PKCE by S256.',
          ] as const,
        ]
      : []),
  ];
  for (const [list, value, key, fix] of wanted) {
    const offered = list === 'grant_types_supported' ? listedGrants(metadata) : listed(metadata[list]);
    if (offered && !offered.includes(value)) {
      const stated = `If the list is wrong, write the true one at issuers.${client.issuer.name}.metadata.${list}.`;
      return `The authorization server offers ${offered.join(', ')}, not ${value} (${list}); it is written at ${key} in why401.yml. ${fix} ${stated}`;
    }
  }
  if (asks?.dpop && listed(metadata['dpop_signing_alg_values_supported'])?.length === 0) {
    return `The authorization server offers no algorithm for DPoP (dpop_signing_alg_values_supported); it is written at credentials.${credential.name}.dpop in why401.yml.`;
  }
  return null;
}

function listed(value: Json | undefined): string[] | null {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : null;
}
