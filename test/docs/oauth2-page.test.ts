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
        const asked = request.url.startsWith('/.well-known');
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify(
            asked
              ? { issuer: login, token_endpoint: `${login}/token` }
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
      // These need a browser, or a person.
      ['3'],
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
