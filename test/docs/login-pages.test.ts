/** The examples of authorization-code.md and token.md, at servers that do what the pages say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { closeServers, json, serve } from '../credential/support.ts';
import { why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { keysInTables, keysOfSchema, outcome, pageOf, runExample } from './page.ts';

const login = 'https://login.staging.example.com';
const api = 'https://api.staging.example.com';
const secrets = { STAGING_WEB_SECRET: 'the-secret-of-web', ANN_PASSWORD: 'correct horse battery' };

describe('docs/credentials/authorization-code.md', () => {
  const page = pageOf('docs/credentials/authorization-code.md');
  const [project = {}] = page.projects;
  const [scenario = {}] = page.scenarios;
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  const pages: Readonly<Record<string, string>> = {
    login: '<form method=post action=/login><input name=username><input name=password type=password></form>',
    consent:
      '<title>Consent</title><form id=consent method=post action=/consent><button name=answer value=no>Deny</button><button name=answer value=yes>Allow</button></form>',
  };

  /** `asks`: the pages that it shows, one after the other. */
  async function start(asks: readonly string[], refuses = false): Promise<void> {
    let back = new URL(login);
    await origins.serve(login, ({ url, method, body }, response) => {
      const { pathname, searchParams } = new URL(url, login);
      const form = new URLSearchParams(body);
      const at = pathname.slice(1);
      if (pathname === '/authorize') {
        back = new URL(searchParams.get('redirect_uri') ?? '');
        back.searchParams.set('state', searchParams.get('state') ?? '');
        back.searchParams.set('code', 'a-code-of-ann');
      }
      if (at === 'authorize' || (method === 'POST' && at in pages)) {
        const sent = form.get(at === 'login' ? 'password' : 'answer');
        const right = at === 'authorize' || sent === (at === 'login' ? secrets.ANN_PASSWORD : 'yes');
        if (at === 'consent' && refuses) {
          back.searchParams.delete('code');
          back.searchParams.set('error', 'access_denied');
          back.searchParams.set('error_description', 'The resource owner denied the request');
        }
        const next = asks[asks.indexOf(at) + 1];
        response.writeHead(right ? 303 : 403, { location: next ? `/${next}` : back.href }).end();
        return;
      }
      const shown = pages[at];
      response.writeHead(200, { 'content-type': shown ? 'text/html' : 'application/json' });
      const metadata = {
        issuer: login,
        authorization_endpoint: `${login}/authorize`,
        token_endpoint: `${login}/token`,
      };
      const token = { access_token: 'the-access-token-of-ann', token_type: 'Bearer' };
      response.end(shown ?? JSON.stringify(at === 'token' ? token : metadata));
    });
    await origins.serve(api, ({ headers }, response) => {
      const taken = headers.some(([, value]) => value === 'Bearer the-access-token-of-ann');
      response.writeHead(taken ? 200 : 401).end();
    });
  }
  const run = (more: object = {}) => runExample({ project, scenario, origins, secrets, ...more });

  for (const asks of [['login', 'consent'], ['login'], ['consent'], []]) {
    it(`has an example that does what it says where the server asks for ${asks.join(' and ') || 'nothing'}`, async () => {
      await start(asks);
      expect(outcome(await run())).to.deep.equal([0]);
      expect(origins.received.filter(({ url }) => url.startsWith('/callback'))).to.deep.equal([]);
    });
  }

  it('shows what failures look like', async () => {
    await start(['login', 'consent'], true);
    const [, denied = ''] = outcome(await run());
    await origins.close();
    origins = await startOrigins();
    await start(['login', 'consent']);
    const text = stringify(project).replace(/\n +- name: agree[\s\S]*$/, '\n');
    const { parse } = await import('yaml');
    const [, stands = ''] = outcome(await run({ project: parse(text) }));
    const shown = page.text.replaceAll('\n', ' ');
    for (const message of [denied, stands]) expect(shown).to.include(message);
  });

  it('names keys of oauth2 only', () => {
    const known = keysOfSchema('oauth2');
    expect(keysInTables(page).filter((key) => !known.includes(key))).to.deep.equal([]);
  });
});

describe('docs/token.md', () => {
  const page = pageOf('docs/token.md');
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'why401-token-page-'));
  });
  afterEach(async () => {
    await closeServers();
    rmSync(home, { recursive: true, force: true });
  });

  it('has an example for which why401 login stores a refresh token, and why401 token starts from it', async () => {
    const answer = (token: string) => ({
      access_token: `access-${token}`,
      token_type: 'Bearer',
      refresh_token: `refresh-${token}`,
      expires_in: 3600,
    });
    const forms: (string | null)[][] = [];
    const server = await serve(({ url = '' }, response, body) => {
      const { origin } = server;
      if (url !== '/token') {
        json(response, 200, {
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
        });
        return;
      }
      const form = new URLSearchParams(body);
      forms.push([form.get('grant_type'), form.get('refresh_token')]);
      json(response, 200, answer(`number-${forms.length}`));
    });
    // The servers of the page, on this machine.
    const written = stringify(page.projects[0])
      .replaceAll(login, server.origin)
      .replaceAll(api, server.origin);
    let went = false;
    const heard = (text: string): void => {
      const url = /http:\S+response_type=\S+/.exec(text)?.[0];
      if (url === undefined || went) return;
      went = true;
      const asked = new URL(url).searchParams;
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code: 'a-code', state: asked.get('state') ?? '' }).toString();
      void fetch(back);
    };
    const given = {
      files: { 'why401.yml': written },
      env: { HOME: home, WHY401_VAULT_KEY: 'ef'.repeat(32) },
      heard,
    };
    const stored = await why401(['login', 'ann', '--env', 'staging'], given);
    expect([stored.code, stored.stderr]).to.deep.equal([0, '']);
    const shown = await why401(['token', 'ann', '--env', 'staging', '--show'], given);
    expect([shown.code, shown.stdout]).to.deep.equal([0, 'access-number-2\n']);
    expect(forms).to.deep.equal([
      ['authorization_code', null],
      ['refresh_token', 'refresh-number-1'],
    ]);
  });
});
