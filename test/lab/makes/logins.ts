/** Authorization servers of the lab for drift that somebody else wrote. */
import type { Make } from '../../../fixtures/lab/drift/lab.ts';
import type { Change, Registered, Service } from '../../../fixtures/lab/drift/service.ts';
import { authlibNeeds, serveAuthlib } from '../../support/authlib-server.ts';
import { djangoNeeds, djangoProgram } from '../../support/django-server.ts';
import { forwardTo } from '../../support/forward.ts';
import { glewlwydNeeds, startGlewlwyd } from '../../support/glewlwyd.ts';
import { lemonldapNeeds, startLemonldap } from '../../support/lemonldap.ts';
import { startProgram } from '../../support/program.ts';
import type { Stage } from '../../support/stage.ts';

export interface Product {
  readonly name: string;
  readonly needs: readonly string[];
  /** Absent: one that the lab has itself. */
  readonly login?: Make;
  /** Its API, where its tokens are good nowhere else. */
  readonly api?: Make;
  readonly change: (service: Service) => Change;
}

/** Those that exist. */
export function registered({ server }: Service): Registered[] {
  return Object.values(server.clients).filter((client) => client !== null);
}

const lemonldap: Make = async (service, key) => {
  const { server, token } = service;
  const daemon = await startLemonldap({
    issuer: server.issuer,
    clients: registered(service),
    scopes: server.scopes,
    audience: token.audience,
    lifetime: token.lifetime,
    key,
  });
  return { listener: forwardTo(daemon.port), close: daemon.stop };
};

const authlib: Make = async (service) => {
  const ends: (() => Promise<void> | void)[] = [];
  let listener: ReturnType<typeof forwardTo> | null = null;
  const stage: Pick<Stage, 'onClose' | 'serve'> = {
    onClose: (end) => void ends.push(end),
    serve: async (_origin, first) => {
      listener = first;
      return { use: () => {} };
    },
  };
  const clients = registered(service).map(({ client_id, client_secret, redirect_uris }) => ({
    client_id,
    client_secret,
    redirect_uris,
    scope: service.server.scopes.join(' '),
    grant_types: [redirect_uris.length > 0 ? 'authorization_code' : 'client_credentials'],
  }));
  await serveAuthlib(
    stage as Stage,
    service.server.issuer,
    clients,
    service.server.scopes,
    service.token.lifetime,
  );
  if (!listener) throw new Error('Authlib was not served');
  return {
    listener,
    close: async () => {
      for (const end of ends) await end();
    },
  };
};

const django: Make = async (service) => {
  const clients = registered(service).map(({ client_id, client_secret, redirect_uris }) => ({
    client_id,
    client_secret,
    client_type: 'confidential' as const,
    authorization_grant_type:
      redirect_uris.length > 0 ? ('authorization-code' as const) : ('client-credentials' as const),
    redirect_uris: redirect_uris.join(' '),
  }));
  const scopes = Object.fromEntries(service.server.scopes.map((scope) => [scope, scope]));
  const daemon = await startProgram(
    djangoProgram(service.server.issuer, {
      clients,
      oauth2: { SCOPES: scopes, ACCESS_TOKEN_EXPIRE_SECONDS: service.token.lifetime },
    }),
  );
  return { listener: forwardTo(daemon.port), close: daemon.stop };
};

const glewlwyd: Make = async (service, key) => {
  const { server, token } = service;
  const daemon = await startGlewlwyd({
    url: server.issuer.replace(/\/api\/oidc$/, ''),
    issuer: server.issuer,
    clients: registered(service),
    scopes: server.scopes,
    audience: token.audience,
    lifetime: token.lifetime,
    alg: server.alg,
    key,
  });
  return { listener: forwardTo(daemon.port), close: daemon.stop };
};

const opaqueAt =
  (token: string, authorization: string) =>
  ({ server: { issuer } }: Service): Change => ({
    server: { product: 'other', opaque: true },
    file: {
      issuer: {
        discovery: 'none',
        metadata: {
          token_endpoint: `${issuer}${token}`,
          authorization_endpoint: `${issuer}${authorization}`,
        },
      },
    },
  });

type Name = 'oidcProvider' | 'nodeOauth' | 'lemonldap' | 'authlib' | 'django' | 'glewlwyd';
export const products: Readonly<Record<Name, Product>> = {
  oidcProvider: { name: 'oidc-provider', needs: [], change: () => ({}) },
  nodeOauth: {
    name: '@node-oauth/oauth2-server',
    needs: [],
    change: ({ file }) => ({
      server: { product: 'oauth2-server' },
      file: { issuer: { ...file.issuer, discovery: 'oauth2' } },
    }),
  },
  lemonldap: {
    name: 'LemonLDAP::NG',
    needs: lemonldapNeeds,
    login: lemonldap,
    change: () => ({ server: { product: 'other', alg: 'RS256' } }),
  },
  /** It publishes no metadata, and its tokens are opaque. */
  authlib: {
    name: 'Authlib',
    needs: authlibNeeds,
    login: authlib,
    change: opaqueAt('/oauth/token', '/oauth/authorize'),
  },
  /** The same; and it sends everybody to its login. */
  django: {
    name: 'Django OAuth Toolkit',
    needs: djangoNeeds,
    login: django,
    change: opaqueAt('/o/token/', '/o/authorize/'),
  },
  glewlwyd: {
    name: 'Glewlwyd',
    needs: glewlwydNeeds,
    login: glewlwyd,
    change: ({ server }) => ({
      server: { product: 'other', issuer: `${server.issuer}/api/oidc` },
      file: { issuer: { issuer: `${server.issuer}/api/oidc` } },
      api: { metadata: { authorization_servers: [`${server.issuer}/api/oidc`] } },
    }),
  },
};
