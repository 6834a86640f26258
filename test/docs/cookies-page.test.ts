import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { root } from '../architecture/source-files.ts';
import { why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';

const app = 'https://app.example.test';

describe('docs/cookies.md', () => {
  let origins: Origins;
  /** Method, path, and names of the cookies of each request. */
  let asked: string[];
  beforeEach(async () => {
    origins = await startOrigins();
    asked = [];
    await origins.serve(app, ({ method, url, headers, body }, response) => {
      const cookie = headers.find(([name]) => name.toLowerCase() === 'cookie')?.[1] ?? '';
      asked.push(`${method} ${url} ${cookie === '' ? '-' : cookie}`);
      if (url === '/orders') response.statusCode = cookie.includes('sid=') ? 200 : 401;
      if (url === '/login') {
        const user = new URLSearchParams(body).get('username') ?? 'nobody';
        response.setHeader('Set-Cookie', [
          `sid=${user}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600`,
          'lang=en; Max-Age=86400',
          'state=1; Path=/callback; SameSite=None; Secure',
        ]);
      }
      if (method === 'POST') response.writeHead(302, { Location: '/home' });
      response.end();
    });
  });
  afterEach(() => origins.close());

  it('has examples that pass, and send what the page says', async () => {
    const page = readFileSync(new URL('docs/cookies.md', root), 'utf8');
    const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
    const codes: number[] = [];
    const seen: string[][] = [];
    for (const block of blocks) {
      asked = [];
      const { code, stdout } = await why401(['run'], {
        files: {
          'why401.yml': JSON.stringify({
            environments: {
              test: {
                origins: { app },
                connect_to: Object.fromEntries(origins.transport.connectTo),
                tls: { ca: 'ca.pem' },
              },
            },
          }),
          'a.yml': block,
          'ca.pem': origins.authority.ca,
        },
      });
      if (code !== 0) seen.push([stdout]);
      codes.push(code);
      seen.push(asked.filter((line) => !line.includes('/home')));
    }
    expect([codes, seen]).to.deep.equal([
      [0, 0, 0],
      [
        ['GET /login -', 'POST /callback state=1; lang=en'],
        ['POST /login -'],
        ['POST /login -', 'POST /login -', 'GET /orders sid=ann; lang=en', 'GET /orders -'],
      ],
    ]);
  });
});
