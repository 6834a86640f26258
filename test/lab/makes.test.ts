/** Staging on oidc-provider, production on a server that somebody else wrote: nothing is found between them. */
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import type { Make, Pair } from '../../fixtures/lab/drift/lab.ts';
import { pairOf } from '../../fixtures/lab/drift/pairs.ts';
import { type Change, changed, type Registered, type Service } from '../../fixtures/lab/drift/service.ts';
import { told, unanswered } from '../../fixtures/lab/drift/verdict.ts';
import { authlibNeeds, serveAuthlib } from '../support/authlib-server.ts';
import { forwardTo } from '../support/forward.ts';
import { lemonldapNeeds, startLemonldap } from '../support/lemonldap.ts';
import type { Stage } from '../support/stage.ts';
import { compare } from './compare.ts';

function registered({ server }: Service): Registered[] {
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

/** It publishes no metadata, and its tokens are opaque. */
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
  await serveAuthlib(stage as Stage, service.server.issuer, clients, service.server.scopes);
  if (!listener) throw new Error('Authlib was not served');
  return {
    listener,
    close: async () => {
      for (const end of ends) await end();
    },
  };
};

interface Product {
  readonly name: string;
  readonly needs: readonly string[];
  readonly make: Make;
  readonly change: (service: Service) => Change;
}

const products: readonly Product[] = [
  {
    name: 'lemonldap',
    needs: lemonldapNeeds,
    make: lemonldap,
    change: () => ({ server: { product: 'other', alg: 'RS256' } }),
  },
  {
    name: 'authlib',
    needs: authlibNeeds,
    make: authlib,
    change: ({ server: { issuer } }) => ({
      server: { product: 'other', opaque: true },
      file: {
        issuer: {
          discovery: 'none',
          metadata: {
            token_endpoint: `${issuer}/oauth/token`,
            authorization_endpoint: `${issuer}/oauth/authorize`,
          },
        },
      },
    }),
  },
];

describe('environments with servers of different make', () => {
  for (const { name, needs, make, change } of products) {
    it(`are healthy side by side: ${name}`, async function () {
      if (!needs.every((path) => existsSync(path))) this.skip();
      const pair = pairOf(name);
      const other: Pair = { ...pair, production: changed(pair.production, change(pair.production)) };
      const { code, report } = await compare([other], ['--scenarios'], { makes: { [name]: make } });
      expect([...told(report), ...unanswered(report)]).to.deep.equal([]);
      expect(code).to.equal(0);
    });
  }
});
