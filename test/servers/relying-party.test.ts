/** A session whose login lies at another host: mod_auth_openidc in front of the application, oidc-provider behind it. */
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { ann } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type RelyingPartyOptions, relyingPartyNeeds, serveRelyingParty } from '../support/relying-party.ts';
import { requireFiles, requireProgram } from '../support/require.ts';
import { play, type Told, told } from './outcome.ts';

const app = 'https://app.example.test';
const issuer = 'https://login.example.test';
const login: readonly JsonMap[] = [
  { GET: '/orders' },
  { submit: { fields: { login: ann.name, password: '${secret.PASSWORD}' } } },
];
const consent = { name: 'agree', submit: {}, when: '[name=prompt][value=consent]' };
const get = { GET: '/orders', expect: { status: 200, json: { '$.user': ann.name } } };

describe('mod_auth_openidc as relying party', () => {
  let program: string;
  let origins: Origins;
  let server: Awaited<ReturnType<typeof serveRelyingParty>> | undefined;

  before(function () {
    program = requireProgram(this, 'apache2');
    requireFiles(this, relyingPartyNeeds);
  });
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await origins.close();
  });

  interface Given extends Partial<RelyingPartyOptions> {
    readonly user?: JsonMap;
    readonly password?: string;
    readonly steps?: readonly JsonMap[];
  }
  async function log({
    user = {},
    password = ann.password,
    steps = [get],
    ...options
  }: Given): Promise<Told> {
    server = await serveRelyingParty(origins, { program, app, issuer, pages: 'ours', ...options });
    return told(
      await play({
        origins,
        project: {
          environments: { staging: { origins: { app }, issuers: { main: issuer } } },
          credentials: { user: { type: 'session', login: [...login], ...user } },
        },
        secrets: { PASSWORD: password },
        scenarios: { 'a.yml': { credential: 'user', steps: [...steps] } },
      }),
    );
  }
  const passed = { steps: ['passed'], actual: [], first: null };

  it('logs in across two hosts, and uses the cookie of the application', async () => {
    const again = { ...get, credential: { name: 'user', renew: true } };
    expect(await log({ steps: [get, again], user: { alive: { GET: '/orders' } } })).to.deep.equal({
      ...passed,
      steps: ['passed', 'passed'],
    });
  });

  it('agrees at a consent page', async () => {
    expect(await log({ pages: 'own', user: { login: [...login, consent] } })).to.deep.equal(passed);
  });

  it('says where the login stands when nobody agrees', async () => {
    const { actual, first } = await log({ pages: 'own' });
    expect(actual[0]).to.match(
      /^The login is not at its end\. It stands at https:\/\/login\.example\.test\/interaction\/.+ \(200, "[^"]+"\): it offers /,
    );
    expect(first).to.equal('unknown possible');
  });

  it('tells a wrong password from a wrong redirect_uri and a wrong secret of the application', async () => {
    expect((await log({ password: 'wrong password' })).first).to.equal('password-wrong likely');
    await server?.stop();
    await origins.close();
    origins = await startOrigins();
    expect((await log({ redirect_uri: `${app}/callback/other` })).first).to.equal(
      'redirect-uri-mismatch likely',
    );
    await server?.stop();
    await origins.close();
    origins = await startOrigins();
    const { actual, first } = await log({ secret: 'a-wrong-secret' });
    // Only the log of Apache tells more.
    expect([actual[0], first]).to.deep.equal([
      'The login of "user" left no cookie for an origin of environment "staging". It stands at https://app.example.test/callback (200, "Error"): it has no forms.',
      'unknown possible',
    ]);
  });
});
