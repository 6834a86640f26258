/** Tokens that oidc-provider issues, at a resource that jwcrypto guards: what is asked for is not what is wanted. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webClient } from '../../support/oidc-server.ts';
import { type Scene, type Stage, staged } from '../../support/stage.ts';
import { api, login, production, reader, serveOidc } from '../authorization/world.ts';
import type { Case } from '../case.ts';
import { oneAnswer } from '../jwt/groups.ts';
import { type Given, listens } from './program.ts';
import { jwcrypto, jwcryptoNeeds } from './python-apps.ts';

const secret = 's3cret-of-production-4711';
const env = { WEB_SECRET: secret };
const billing = 'https://billing.example.test';
const scopes = ['orders:read', 'orders:write'];

interface Plan extends Pick<Case, 'causes' | 'decisive'>, Partial<Pick<Case, 'beside' | 'twin'>> {
  /** Keys of the credential at first, and what the resource is given at first. */
  readonly asked?: object;
  readonly guard?: Given;
  /** The resource has keys of before. */
  readonly oldKeys?: boolean;
}

function issued(fault: string, { asked, guard = {}, oldKeys = false, ...told }: Plan): Case {
  const one = staged(
    {
      id: `oidc-jwcrypto/${fault}`,
      servers: ['oidc-provider 9', 'aiohttp 3.8', 'jwcrypto 1.1.0'],
      needs: jwcryptoNeeds,
      ...told,
    },
    async (stage): Promise<Scene> => {
      const settings = { resources: [api, billing], scopes };
      const { server } = await serveOidc(stage, [webClient('web', secret)], settings);
      const jwks = await keysOf(stage, server.listener);
      const given = { jwks, issuer: login, audience: api, tells: true };
      const old = jwks.replace(/"kid":"[^"]*"/, '"kid":"signing-of-october"');
      const [first, then] = await Promise.all([
        listens(stage, jwcrypto, { ...given, ...guard, ...(oldKeys ? { jwks: old } : {}) }),
        listens(stage, jwcrypto, { ...given, ...(asked ? guard : {}) }),
      ]);
      const door = await stage.serve(api, first);
      const project = (more: object): object => ({
        environments: { production: production(stage, { protected: false }) },
        credentials: {
          reader: { ...reader.reader, resource: api, scope: scopes.join(' '), ...more },
        },
      });
      return {
        project: project(asked ?? {}),
        scenario: '\ncredential: reader\nsteps:\n  - GET: /orders\n',
        env,
        heal: async () => {
          door.use(then);
          return { project: project({}) };
        },
      };
    },
  );
  return { ...one, written: 'after the rules' };
}

/** Of the issuer, read without TLS. */
async function keysOf(stage: Stage, listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.onClose(() => {
    server.closeAllConnections();
    server.close();
  });
  return (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`)).text();
}

export const issuedCases: readonly Case[] = [
  issued('resource-of-billing', {
    causes: ['audience-mismatch'],
    decisive: [billing],
    asked: { resource: billing },
  }),
  issued('resource-of-billing-untold', {
    causes: oneAnswer('audience-mismatch').filter((cause) => cause !== 'credentials-stripped-by-proxy'),
    beside: ['audience-mismatch'],
    decisive: [billing],
    asked: { resource: billing },
    guard: { tells: false },
  }),
  issued('scope-not-asked-for', {
    causes: ['scope-missing'],
    decisive: ['orders:write'],
    asked: { scope: 'orders:read' },
    guard: { scope: 'orders:write' },
  }),
  issued('keys-of-before', {
    causes: ['key-unknown'],
    beside: ['jwks-unavailable'],
    decisive: ['signing-login.example.test'],
    oldKeys: true,
  }),
];
