/** Authlib: an answer holds an error code, and mostly nothing more. */
import { type AuthlibClient, authlibNeeds, serveAuthlib } from '../../support/authlib-server.ts';
import { callback } from '../../support/oidc-server.ts';
import { staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';
import { getToken, login, production, reader } from './world.ts';

const servers = ['Authlib 1', 'Flask 2'];
const secret = 's3cret-of-production';
const env = { WEB_SECRET: secret };
const web: AuthlibClient = { client_id: 'web', client_secret: secret };
const secretSide = [
  'client-secret-wrong',
  'client-secret-expired',
  'client-auth-method-wrong',
  'client-type-wrong',
];
const issuers = {
  main: {
    issuer: login,
    discovery: 'none',
    metadata: { token_endpoint: `${login}/oauth/token`, authorization_endpoint: `${login}/oauth/authorize` },
  },
};

function authlibCase(
  fault: string,
  told: Pick<Case, 'causes' | 'decisive'> & Partial<Pick<Case, 'twin' | 'beside'>>,
  parts: {
    readonly clients: readonly AuthlibClient[];
    readonly scopes?: readonly string[];
    readonly scenario?: string;
    readonly sent?: string;
    readonly isProtected?: boolean;
  },
): Case {
  return staged({ id: `authlib/${fault}`, servers, needs: authlibNeeds, ...told }, async (stage) => {
    const { register } = await serveAuthlib(stage, login, parts.clients, parts.scopes);
    return {
      project: {
        environments: {
          production: production(stage, { issuers, ...(parts.isProtected ? {} : { protected: false }) }),
        },
        credentials: reader,
      },
      scenario: parts.scenario ?? getToken,
      env: { WEB_SECRET: parts.sent ?? secret },
      heal: async () => {
        register([web], ['orders:read']);
        return { env };
      },
    };
  });
}

const tryAll = '\nsteps:\n  - authorize: {client: web, redirect_uri: all}\n';

export const authlibCases: readonly Case[] = [
  authlibCase(
    'client-unknown',
    { causes: ['client-unknown', 'client-disabled'], decisive: ['web'], twin: 'authlib/client-secret-wrong' },
    { clients: [{ ...web, client_id: 'other' }], isProtected: true },
  ),
  authlibCase(
    'client-secret-wrong',
    { causes: secretSide, decisive: ['web'], twin: 'authlib/client-unknown' },
    { clients: [web], sent: 's3cret-of-last-year' },
  ),
  authlibCase(
    'client-auth-method-wrong',
    {
      causes: [
        'client-auth-method-wrong',
        ...secretSide.filter((cause) => cause !== 'client-auth-method-wrong'),
      ],
      decisive: ['web'],
      twin: 'authlib/client-secret-wrong',
    },
    { clients: [{ ...web, token_endpoint_auth_method: 'client_secret_post' }] },
  ),
  authlibCase(
    'grant-not-allowed',
    { causes: ['grant-not-allowed'], decisive: ['unauthorized_client', 'client_credentials'] },
    { clients: [{ ...web, grant_types: ['authorization_code'] }], isProtected: true },
  ),
  authlibCase(
    'scope-unknown',
    { causes: ['scope-unknown', 'scope-not-allowed'], decisive: ['orders:read'] },
    { clients: [web], scopes: ['orders:write'] },
  ),
  authlibCase(
    'redirect-uri-mismatch',
    { causes: ['redirect-uri-mismatch'], decisive: [callback] },
    { clients: [{ ...web, redirect_uris: [`${callback}/`] }], scenario: tryAll, isProtected: true },
  ),
  authlibCase(
    'authorize-client-unknown',
    {
      causes: ['client-unknown', 'client-disabled'],
      beside: ['client-unknown'],
      decisive: ['web'],
    },
    { clients: [{ ...web, client_id: 'other' }], scenario: tryAll },
  ),
];
