import { expect } from 'chai';
import { startOrigins } from '../support/origins.ts';
import { keysInTables, keysOfSchema, pageOf, runExample } from './page.ts';

const api = 'https://api.example.com';
const login = 'https://login.example.com';
const page = pageOf('docs/credentials/oauth2.md');
const [scenario = {}] = page.scenarios;
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
    for (const project of page.projects) {
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
      const replayed = await runExample({ origins, project, secrets, scenario });
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
    expect(keysInTables(page)).to.deep.equal(keysOfSchema('oauth2'));
  });
});
