/** oidc-provider refuses at its authorization endpoint. */
import { callback, webClient } from '../../support/oidc-server.ts';
import { staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';
import { authorizationRequest, type FlowNames, oidcNames } from './flow.ts';
import { login, production, serveOidc, staging, stagingLogin } from './world.ts';

const servers = ['oidc-provider 9'];
const secret = 's3cret-of-production';
const env = { WEB_SECRET: secret };
const tryAll = `
steps:
  - authorize: {client: web, redirect_uri: all}
`;

/** The configured redirect URI differs from the registered one; healed by registering it. */
function drift(what: string, configured: string, isProtected: boolean): Case {
  return staged(
    {
      id: `oidc-provider/redirect-uri-${what}`,
      servers,
      causes: ['redirect-uri-mismatch'],
      decisive: [configured],
    },
    async (stage) => {
      const { change } = await serveOidc(stage, [webClient('web', secret)]);
      const client = { redirect_uris: [configured] };
      const parts = isProtected ? { client } : { client, protected: false };
      const environments = { production: production(stage, parts) };
      if (isProtected) {
        await serveOidc(stage, [webClient('web', secret)], { issuer: stagingLogin });
        Object.assign(environments, { staging: staging(stage) });
      }
      return {
        project: { environments },
        scenario: tryAll,
        env,
        heal: async () => void (await change([webClient('web', secret, { redirect_uris: [configured] })])),
      };
    },
  );
}

export const oidcAuthorizeCases: readonly Case[] = [
  drift('slash', `${callback}/`, true),
  drift('scheme', callback.replace('https:', 'http:'), false),
  drift('port', 'https://app.example.test:8443/callback', true),
  drift('case', 'https://app.example.test/Callback', false),
  staged(
    {
      id: 'oidc-provider/redirect-uri-of-staging',
      servers,
      causes: ['redirect-uri-mismatch', 'environment-mixup'],
      beside: ['redirect-uri-mismatch', 'environment-mixup'],
      decisive: ['https://app.staging.example.test/callback'],
    },
    async (stage) => {
      const stagingCallback = 'https://app.staging.example.test/callback';
      const redirect_uris = [stagingCallback];
      await serveOidc(stage, [webClient('web', secret)]);
      await serveOidc(stage, [webClient('web', secret, { redirect_uris })], { issuer: stagingLogin });
      const project = (uri: string): object => ({
        environments: {
          staging: staging(stage, { client: { redirect_uris } }),
          production: production(stage, { client: { redirect_uris: [uri] } }),
        },
      });
      return {
        project: project(stagingCallback),
        scenario: tryAll,
        env,
        heal: async () => ({ project: project(callback) }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/authorize-client-unknown',
      servers,
      causes: ['client-unknown', 'client-disabled'],
      // The text says "invalid_client": at this product that is one cause.
      beside: ['client-unknown'],
      decisive: ['web', login],
    },
    async (stage) => {
      const { change } = await serveOidc(stage, [webClient('other', secret)]);
      return {
        project: { environments: { production: production(stage) } },
        scenario: tryAll,
        env,
        heal: async () => void (await change([webClient('web', secret)])),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/authorize-response-type-not-registered',
      servers,
      causes: ['response-type-unsupported'],
      beside: ['grant-not-allowed'],
      decisive: ['response_type'],
    },
    async (stage) => {
      const implicit = { response_types: ['id_token'], grant_types: ['implicit'] };
      const { change } = await serveOidc(stage, [webClient('web', secret, implicit)], {
        configuration: { responseTypes: ['code', 'id_token'] },
      });
      return {
        project: { environments: { production: production(stage, { protected: false }) } },
        scenario: showsLogin(),
        env,
        heal: async () => void (await change([webClient('web', secret)])),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/pkce-missing',
      servers,
      causes: ['pkce-missing'],
      decisive: ['PKCE'],
    },
    async (stage) => {
      await serveOidc(stage, [webClient('web', secret)], {
        configuration: { pkce: { required: () => true } },
      });
      return {
        project: { environments: { production: production(stage) } },
        scenario: showsLogin({ ...oidcNames, pkce: false }),
        env,
        heal: async () => ({ scenario: showsLogin() }),
      };
    },
  ),
  staged(
    {
      id: 'oidc-provider/par-required',
      servers,
      causes: ['par-required'],
      decisive: ['Pushed Authorization Request'],
    },
    async (stage) => {
      const par = { require_pushed_authorization_requests: true };
      const { change } = await serveOidc(stage, [webClient('web', secret, par)], {
        configuration: { features: { pushedAuthorizationRequests: { enabled: true } } },
      });
      return {
        project: { environments: { production: production(stage, { protected: false }) } },
        scenario: showsLogin(),
        env,
        heal: async () => void (await change([webClient('web', secret)])),
      };
    },
  ),
];

/** The authorization request leads to the login page. */
function showsLogin(names: FlowNames = oidcNames): string {
  return `
steps:
${authorizationRequest(names)}    redirect: {follow: false}
    expect: {status: 303, headers: {location: {contains: /interaction/}}}
`;
}
