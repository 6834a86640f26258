import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { JsonMap } from '../../src/model.ts';
import { root } from '../architecture/source-files.ts';
import { startOrigins } from '../support/origins.ts';
import { replay } from '../support/replay.ts';

const api = 'https://api.example.com';
const login = 'https://login.example.com';
const text = readFileSync(new URL('docs/credentials/oauth2.md', root), 'utf8');
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => parse(block) as JsonMap);
const projects = blocks.filter((block) => 'environments' in block);
const [scenario = {}] = blocks.filter((block) => 'steps' in block);
const secrets = {
  WEB_SECRET: 'the-secret-of-web',
  REFRESH_TOKEN: 'the-refresh-token',
  ANN_PASSWORD: 'correct horse battery',
  ASSERTION: 'the.signed.assertion',
};
const grants = 'urn:ietf:params:oauth:grant-type';

describe('docs/credentials/oauth2.md', () => {
  it('has examples that do what they say', async () => {
    const sent: string[][] = [];
    for (const project of projects) {
      const origins = await startOrigins();
      await origins.serve(login, (request, response) => {
        const { pathname, searchParams } = new URL(request.url, login);
        if (pathname === '/authorize') {
          const back = new URL(searchParams.get('redirect_uri') ?? '');
          back.search = new URLSearchParams({
            code: 'a-code',
            state: searchParams.get('state') ?? '',
          }).toString();
          response.writeHead(200, { 'content-type': 'text/html' });
          response.end(
            `<form method="post" action="/login"><input name="username"><input name="password" type="password">` +
              `<input type="hidden" name="back" value="${back.href.replaceAll('&', '&amp;')}"></form>`,
          );
          return;
        }
        if (pathname === '/login') {
          const form = new URLSearchParams(request.body);
          const right = form.get('username') === 'ann' && form.get('password') === secrets.ANN_PASSWORD;
          response.writeHead(right ? 303 : 403, right ? { location: form.get('back') ?? '' } : {});
          response.end();
          return;
        }
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify(
            pathname.startsWith('/.well-known')
              ? {
                  issuer: login,
                  authorization_endpoint: `${login}/authorize`,
                  token_endpoint: `${login}/token`,
                }
              : { access_token: 'an-access-token', token_type: 'Bearer' },
          ),
        );
      });
      await origins.serve(api, (request, response) => {
        const right = request.headers.some(([, value]) => value === 'Bearer an-access-token');
        response.writeHead(right ? 200 : 401);
        response.end();
      });
      const replayed = await replay({ origins, project, secrets, scenarios: { 'a.yml': scenario } });
      const forms = origins.received.flatMap(({ method, body }) =>
        method === 'POST' ? [new URLSearchParams(body).get('grant_type') ?? ''] : [],
      );
      sent.push([...forms, String(replayed.finished.exitCode)]);
      await origins.close();
    }
    expect(sent).to.deep.equal([
      ['client_credentials', '0'],
      ['refresh_token', '0'],
      ['password', '0'],
      // The form of the login has no grant_type.
      ['', 'authorization_code', '0'],
      // This one needs a person.
      ['3'],
      ['client_credentials', `${grants}:token-exchange`, '0'],
      [`${grants}:jwt-bearer`, '0'],
    ]);
  });

  it('has a row for each key', () => {
    const schema = JSON.parse(readFileSync(new URL('src/schemas/project.schema.json', root), 'utf8'));
    const keys = Object.keys(schema.$defs.oauth2.properties).filter((key) => key !== 'type');
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, key]) => key),
    );
    expect(named.sort()).to.deep.equal(keys.sort());
  });
});
