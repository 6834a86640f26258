/** Cases over authorization servers. */
import type { Case } from '../case.ts';
import { authlibCases } from './authlib.ts';
import { nodeOAuthCases } from './node-oauth.ts';
import { oidcAuthorizeCases } from './oidc-provider-authorize.ts';
import { oidcClientCases } from './oidc-provider-clients.ts';
import { oidcEndpointCases } from './oidc-provider-endpoints.ts';
import { oidcGrantCases } from './oidc-provider-grants.ts';
import { opaqueTokenCases } from './opaque-tokens.ts';

export const cases: readonly Case[] = [
  ...oidcClientCases,
  ...oidcAuthorizeCases,
  ...oidcEndpointCases,
  ...oidcGrantCases,
  ...opaqueTokenCases,
  ...nodeOAuthCases,
  ...authlibCases,
];
