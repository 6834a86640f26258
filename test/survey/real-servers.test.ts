/** Authorization servers as they are, asked about a client and a redirect_uri that they have, and about ones that they have not. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { authlibNeeds, serveAuthlibFlows } from '../support/authlib-flows.ts';
import { djangoNeeds, serveDjangoServer } from '../support/django-server.ts';
import { originTo } from '../support/forward.ts';
import { createNodeOAuth, nodeClient } from '../support/node-oauth-server.ts';
import { createOidc, webClient } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireFiles } from '../support/require.ts';
import { type Asking, askServed, login } from './asking.ts';

const secret = 'a-secret-of-web-with-32-bytes-at-least';
const secrets = { WEB_SECRET: secret };

interface Real {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly path: string;
  readonly callback: string;
  serve(origins: Origins): Promise<() => Promise<void> | void>;
  /** Checks and findings of the client `web` with this id and redirect_uri. */
  readonly told: Readonly<Record<'right' | 'slash' | 'unknown', readonly string[]>>;
}

async function listen(origins: Origins, listener: RequestListener): Promise<() => void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await origins.serve(login, originTo((server.address() as AddressInfo).port));
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

/** Everybody is sent to the login page: nothing can be told without one. */
function toLogin(said: string): Real['told'] {
  const undecided = (uri: string): string[] => [
    `redirect_uri ${uri} of client web: a random redirect_uri is answered in the same way: ${said}`,
    `whether client web is known: the server answers a random client in the same way: ${said}`,
  ];
  const uri = 'https://web.example.test/callback';
  return { right: undecided(uri), slash: undecided(`${uri}/`), unknown: undecided(uri) };
}

const reals: readonly Real[] = [
  {
    name: 'oidc-provider',
    path: '/auth',
    callback: 'https://app.example.test/callback',
    async serve(origins) {
      const { listener } = await createOidc({
        issuer: login,
        clients: [webClient('web', secret)],
        proxied: true,
      });
      return listen(origins, listener);
    },
    told: {
      right: ['redirect_uri https://app.example.test/callback: accepted', 'client web: known'],
      slash: [
        "redirect_uri https://app.example.test/callback/: refused: 400 invalid_redirect_uri: redirect_uri did not match any of the client's registered redirect_uris",
        'client web: known',
        'redirect-uri-mismatch certain error',
      ],
      unknown: ['client webb: unknown: 400 invalid_client: client is invalid', 'client-unknown likely error'],
    },
  },
  {
    name: '@node-oauth/oauth2-server',
    path: '/authorize',
    callback: 'https://app.example.test/callback',
    serve: (origins) => listen(origins, createNodeOAuth([nodeClient('web', secret)]).listener),
    told: {
      right: ['redirect_uri https://app.example.test/callback: accepted', 'client web: known'],
      slash: [
        'redirect_uri https://app.example.test/callback/: refused: 400 invalid_client: Invalid client: `redirect_uri` does not match client value',
        'client web: known',
        'redirect-uri-mismatch certain error',
      ],
      unknown: [
        'client webb: unknown: 400 invalid_client: Invalid client: client credentials are invalid',
        'client-unknown likely error',
      ],
    },
  },
  {
    name: 'authlib',
    needs: authlibNeeds,
    path: '/oauth/authorize',
    callback: 'https://web.example.test/callback',
    async serve(origins) {
      const method = { token_endpoint_auth_method: 'client_secret_basic' };
      const daemon = await serveAuthlibFlows(origins, login, [
        { client_id: 'web', client_secret: secret, ...method },
      ]);
      return () => daemon.stop();
    },
    // It asks for a login before it looks at anything.
    told: toLogin('302 Redirecting'),
  },
  {
    name: 'django-oauth-toolkit',
    needs: djangoNeeds,
    path: '/o/authorize/',
    callback: 'https://web.example.test/callback',
    async serve(origins) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const OIDC_RSA_PRIVATE_KEY = privateKey.export({ format: 'pem', type: 'pkcs8' });
      const client = { client_secret: secret, client_type: 'confidential' } as const;
      const daemon = await serveDjangoServer(origins, login, {
        clients: [
          {
            ...client,
            client_id: 'web',
            authorization_grant_type: 'authorization-code',
            redirect_uris: 'https://web.example.test/callback',
          },
        ],
        oauth2: { OIDC_ENABLED: true, OIDC_RSA_PRIVATE_KEY, PKCE_REQUIRED: true },
      });
      return () => daemon.stop();
    },
    told: toLogin('302'),
  },
];

for (const { name, needs = [], path, callback, serve, told } of reals) {
  describe(`clients at ${name}`, () => {
    let origins: Origins;
    let stop: () => Promise<void> | void;

    before(async function () {
      requireFiles(this, needs);
      origins = await startOrigins();
      stop = await serve(origins);
    });
    after(async () => {
      await stop?.();
      await origins?.close();
    });
    beforeEach(() => {
      if (origins) origins.received.length = 0;
    });

    const one = async (web: JsonMap, more: Asking = {}): Promise<string[]> => {
      const metadata = { authorization_endpoint: `${login}${path}` };
      const { checks, findings, left } = await askServed(origins, {
        clients: { web },
        metadata,
        secrets,
        ...more,
      });
      const undecided = left.filter((each) => !/^near variants|is unknown$/.test(each));
      return [...checks, ...findings, ...undecided];
    };

    it('knows both', async () => {
      expect(await one({ client_id: 'web', redirect_uris: [callback] })).to.deep.equal(told.right);
    });
    it('has no redirect_uri with a slash', async () => {
      expect(await one({ client_id: 'web', redirect_uris: [`${callback}/`] })).to.deep.equal(told.slash);
    });
    it('has no such client', async () => {
      expect(await one({ client_id: 'webb', redirect_uris: [callback] })).to.deep.equal(told.unknown);
    });
  });
}
