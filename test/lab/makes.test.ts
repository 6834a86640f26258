/** Servers that somebody else wrote, in either environment: nothing is found between them. */
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import type { Make, Pair } from '../../fixtures/lab/drift/lab.ts';
import { pairOf } from '../../fixtures/lab/drift/pairs.ts';
import { type Change, changed, type Service } from '../../fixtures/lab/drift/service.ts';
import { told, unanswered } from '../../fixtures/lab/drift/verdict.ts';
import { expressOauth2JwtBearer } from '../cases/jwt/middlewares/express-oauth2-jwt-bearer.ts';
import { simpleJwt } from '../cases/jwt/middlewares/python.ts';
import { fastapiTutorial } from '../cases/jwt-after/middlewares/python.ts';
import { compare } from './compare.ts';
import { guardedBy, modOauth2, modOauth2Needs, ownApi } from './makes/apis.ts';
import { apache, caddy, fronted, haproxy, nginx, varnish } from './makes/fronts.ts';
import { type Product, products } from './makes/logins.ts';

interface Api {
  readonly name: string;
  readonly needs: readonly string[];
  readonly make: Make;
  readonly change?: Change;
}
const python = ['/usr/bin/python3'];
const packages = '/usr/lib/python3/dist-packages';
const apis = {
  express: { name: 'express-oauth2-jwt-bearer', needs: [], make: guardedBy(expressOauth2JwtBearer) },
  modOauth2: { name: 'mod_oauth2', needs: modOauth2Needs, make: modOauth2 },
  simpleJwt: {
    name: 'djangorestframework-simplejwt',
    needs: [...python, `${packages}/rest_framework_simplejwt`],
    make: guardedBy(simpleJwt),
    change: { token: { claims: { token_type: 'access' } } },
  },
  fastapi: {
    name: 'FastAPI',
    needs: [...python, `${packages}/fastapi`, `${packages}/uvicorn`, `${packages}/jose`],
    make: guardedBy(fastapiTutorial),
  },
  proxied: {
    name: 'jose behind nginx and caddy',
    needs: ['/usr/sbin/nginx', '/usr/bin/caddy'],
    make: fronted(fronted(ownApi, nginx()), caddy()),
  },
  cached: {
    name: 'jose behind Apache, haproxy and varnish',
    needs: ['/usr/sbin/apache2', '/usr/sbin/haproxy', '/usr/sbin/varnishd'],
    make: fronted(fronted(fronted(ownApi, apache()), haproxy()), varnish('sub vcl_recv { return (pass); }')),
  },
} satisfies Record<string, Api>;

interface Side {
  readonly login: Product;
  readonly api?: Api;
}
const { oidcProvider, nodeOauth, lemonldap, authlib, django, glewlwyd } = products;
const { express, modOauth2: apacheApi, simpleJwt: drf, fastapi, proxied, cached } = apis;

const pairs: readonly (readonly [staging: Side, production: Side])[] = [
  [
    { login: oidcProvider, api: express },
    { login: nodeOauth, api: apacheApi },
  ],
  [
    { login: oidcProvider, api: proxied },
    { login: nodeOauth, api: cached },
  ],
  [{ login: authlib }, { login: django }],
  [{ login: oidcProvider, api: drf }, { login: authlib }],
  [{ login: oidcProvider, api: fastapi }, { login: lemonldap }],
  [{ login: glewlwyd, api: fastapi }, { login: oidcProvider }],
];

const nameOf = ({ login, api }: Side): string => [login.name, api?.name ?? 'jose'].join(' with ');

describe('environments with servers of different make', () => {
  for (const [staging, production] of pairs)
    it(`are healthy: ${nameOf(staging)} beside ${nameOf(production)}`, async function () {
      const needs = [staging, production].flatMap(({ login, api }) => [
        ...login.needs,
        ...(api?.needs ?? []),
      ]);
      if (!needs.every((path) => existsSync(path))) this.skip();
      const sides = { staging, production };
      const usual = pairOf('orders');
      const pair: Pair = {
        staging: placed(usual.staging, staging),
        production: placed(usual.production, production),
      };
      const { code, report } = await compare([pair], ['--scenarios'], {
        makes: { orders: (service, key) => started(sides[service.environment].login.login, service, key) },
        apis: { orders: (service, key) => started(sides[service.environment].api?.make, service, key) },
      });
      expect([...told(report), ...unanswered(report)]).to.deep.equal([]);
      expect(code).to.equal(0);
    });
});

function placed(service: Service, { login, api }: Side): Service {
  const own = changed(service, login.change(service));
  return api ? changed(changed(own, { api: { product: 'other' } }), api.change ?? {}) : own;
}

function started(make: Make | undefined, ...given: Parameters<Make>): ReturnType<Make> {
  if (!make) throw new Error('nothing to start');
  return make(...given);
}
