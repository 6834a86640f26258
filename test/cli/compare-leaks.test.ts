/** `compare` against servers that know every secret of both environments and say them wherever a text is read. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import type { Clock } from '../../src/doors.ts';
import { type Ended, why401 } from '../support/command.ts';
import { formsOf, secretText } from '../support/hostile.ts';
import { systemClock } from '../support/origins.ts';

const clock: Clock = { ...systemClock, sleep: async () => {} };
const plain = (): string => randomBytes(15).toString('base64url');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const names = ['staging', 'production'] as const;
type Name = (typeof names)[number];

interface Sent {
  readonly method: string;
  readonly url: string;
  /** Everything but the method. */
  readonly whole: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
interface Site {
  readonly name: Name;
  readonly origin: string;
  /** What belongs to this environment alone, by what it is. */
  readonly own: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly sent: Sent[];
}
interface Stage {
  readonly sites: readonly Site[];
  /** What was asked of a host that only documents name. */
  readonly strangers: Sent[];
  readonly stranger: string;
  mood: 'refuses' | 'redirects' | 'takes';
  close(): Promise<void>;
}

async function startStage(): Promise<Stage> {
  const running: Server[] = [];
  const start = async (answer: (sent: Sent, response: ServerResponse) => void): Promise<string> => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', rawHeaders, headers } = request;
        const body = Buffer.concat(chunks).toString('utf8');
        answer({ method, url, headers, body, whole: [url, ...rawHeaders, body].join('\n') }, response);
      });
    });
    running.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const sites: Site[] = [];
  const strangers: Sent[] = [];
  const stage: Stage = {
    sites,
    strangers,
    stranger: (
      await start((sent, response) => {
        strangers.push(sent);
        response.end('{}');
      })
    ).replace('127.0.0.1', 'localhost'),
    mood: 'refuses',
    async close() {
      for (const server of running) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
  for (const name of names) {
    const origin = await start((sent, response) => {
      const site = sites.find((each) => each.name === name);
      if (!site) return;
      site.sent.push(sent);
      void answer(site, stage, sent, response);
    });
    sites.push({ name, origin, ...belongings(name), sent: [] });
  }
  return stage;
}

function belongings(name: Name): Pick<Site, 'own' | 'secrets'> {
  const own = {
    client_id: `client-${name}-${plain()}`,
    redirect_uri: `https://ann:${plain()}@app.${name}.example.test/${plain()}`,
    header: `header-${name}-${plain()}`,
    variable: `variable-${name}-${plain()}`,
    cookie: `cookie-${name}-${plain()}`,
  };
  const secrets = {
    CLIENT: secretText(),
    BEARER: `${plain()}/+=`,
    PASSWORD: secretText(),
    KEY: secretText(),
    REFRESH: secretText(),
    HEADER: plain(),
    VARIABLE: plain(),
    JWK: JSON.stringify(privateKey.export({ format: 'jwk' })),
  };
  return { own, secrets };
}

/** Secrets of the file, and the password in the redirect_uri. */
function planted({ own, secrets }: Site): string[] {
  const { JWK: _, ...texts } = secrets;
  return [...Object.values(texts), new URL(own['redirect_uri'] ?? '').password];
}

async function answer(site: Site, stage: Stage, sent: Sent, response: ServerResponse): Promise<void> {
  const { origin } = site;
  const url = new URL(sent.url, origin);
  // Each in texts of its own: what is long is cut.
  const texts = [...planted(site), sent.headers.authorization ?? ''];
  const all = texts.join(' ');
  const inField = (text: string): string => text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&');
  const address = (text: string): string => encodeURIComponent(text);
  const fields = {
    server: inField(all).slice(0, 2000),
    'x-echo': inField(all).slice(0, 2000),
    'set-cookie': texts.map((text, at) => `c${at}=${text.replace(/[^\w/+=%-]/g, '')}; Path=/`),
    'www-authenticate': `Bearer realm="${inField(all)}", scope="${inField(all)}", error_description="${inField(all)}"`,
  };
  const json = (value: object, status = 200): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...fields }).end(JSON.stringify(value));
  };
  if (url.pathname.startsWith('/.well-known/o') && url.pathname.includes('protected-resource')) {
    json({
      resource: `${origin}/?${address(all)}`,
      authorization_servers: [stage.stranger, ...texts],
      jwks_uri: `${stage.stranger}/jwks`,
      scopes_supported: texts,
      x: all,
    });
  } else if (url.pathname.startsWith('/.well-known/')) {
    json({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/jwks`,
      pushed_authorization_request_endpoint: `${origin}/par`,
      introspection_endpoint: `${stage.stranger}/introspect`,
      userinfo_endpoint: `${stage.stranger}/${address(all)}`,
      mtls_endpoint_aliases: { token_endpoint: `${stage.stranger}/token` },
      service_documentation: `${origin}/?secret=${address(all)}`,
      scopes_supported: texts,
      grant_types_supported: texts,
      [all]: texts,
      claims_supported: texts,
    });
  } else if (url.pathname === '/jwks') {
    const { kty, crv, x, y } = privateKey.export({ format: 'jwk' });
    json({ keys: texts.map((kid) => ({ kid, alg: kid, use: kid, kty, crv, x, y })) });
  } else if (url.pathname === '/authorize') {
    const back = `${url.searchParams.get('redirect_uri')}?error=login_required&error_description=${address(all)}&state=${url.searchParams.get('state')}&code=${address(texts[0] ?? '')}`;
    if (stage.mood === 'refuses')
      response
        .writeHead(400, { 'content-type': 'text/html', ...fields })
        .end(`<p>invalid redirect_uri: ${all}</p>`);
    else if (stage.mood === 'redirects')
      response
        .writeHead(302, { location: `${stage.stranger}/error?message=${address(all)}`, ...fields })
        .end();
    else if (url.searchParams.get('redirect_uri')?.includes('invalid'))
      response.writeHead(400, fields).end(all);
    else response.writeHead(302, { location: back, ...fields }).end();
  } else if (url.pathname === '/token') {
    if (stage.mood === 'refuses')
      json({ error: 'invalid_client', error_description: all, error_uri: all }, 401);
    else {
      const claims = { iss: origin, aud: texts, scope: all, sub: all, roles: texts };
      const access_token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: all })
        .setExpirationTime('5m')
        .sign(privateKey);
      json({ access_token, token_type: 'Bearer', expires_in: 300, scope: all });
    }
  } else if (stage.mood === 'redirects') {
    response.writeHead(302, { location: `${stage.stranger}/landing`, ...fields }).end();
  } else if (stage.mood === 'takes') json({ all });
  else json({ error: all, message: all }, 401);
}

const credentials = (name: string): string => `
      machine: {type: oauth2, grant_type: client_credentials, client: web, scope: "orders:read"}
      code: {type: oauth2, grant_type: authorization_code, client: web, login: [{submit: {fields: {username: ann, password: "\${secret.${name}_PASSWORD}"}}}]}
      renewed: {type: oauth2, grant_type: refresh_token, client: web, refresh_token: "\${secret.${name}_REFRESH}"}
      person: {type: oauth2, grant_type: password, client: web, username: ann, password: "\${secret.${name}_PASSWORD}"}
      bearer: {type: bearer, token: "\${secret.${name}_BEARER}"}
      basic: {type: basic, username: ann, password: "\${secret.${name}_PASSWORD}"}
      digest: {type: digest, username: ann, password: "\${secret.${name}_PASSWORD}"}
      header: {type: api_key, in: header, name: x-key, value: "\${secret.${name}_KEY}"}
      query: {type: api_key, in: query, name: key, value: "\${secret.${name}_KEY}"}
      cookie: {type: api_key, in: cookie, name: key, value: "\${secret.${name}_BEARER}"}
      hmac: {type: hmac, key: "\${secret.${name}_KEY}", over: "\${timestamp}.\${path}", header: X-Signature, encoding: base64, value: "t=\${timestamp},v1=\${signature}"}
      jwt: {type: self_signed_jwt, alg: ES256, key: "\${secret.${name}_JWK}", claims: {iss: ci}}
      aws: {type: aws_sigv4, access_key_id: AKID, secret_access_key: "\${secret.${name}_KEY}", region: eu-central-1, service: execute-api}
      signed: {type: http_signature, key_id: ci, key: "\${secret.${name}_JWK}"}
      session: {type: session, login: [{GET: "/form"}, {submit: {fields: {username: ann, password: "\${secret.${name}_PASSWORD}"}}}]}`;
const types = [...credentials('').matchAll(/^ {6}(\w+):/gm)].map(([, name = '']) => name);

function filesOf({ sites }: Stage): Record<string, string> {
  const environments = sites.map(
    ({ name, origin, own }) => `
  ${name}:
    origins: {api: "${origin}"}
    issuers: {main: {issuer: "${origin}"}}
    headers: {x-env: "${own['header']}", x-plain-secret: "\${secret.${name}_HEADER}"}
    variables: {own: "${own['variable']}", hidden: "\${secret.${name}_VARIABLE}"}
    clients:
      web: {client_id: "${own['client_id']}", client_secret: "\${secret.${name}_CLIENT}", redirect_uris: ["${own['redirect_uri']}"]}
    credentials:${credentials(name)}
`,
  );
  const steps = (name: string): string =>
    `credential: ${name}\nsteps:\n  - {GET: "/${name}/\${own}", query: {hidden: "\${hidden}"}, cookies: {own: "\${own}"}}\n  - {GET: "/${name}/open"}\n  - {POST: /${name}, body: {form: {a: "\${hidden}"}}, writes: true}\n`;
  return {
    'specs/why401.yml': `environments:${environments.join('')}`,
    ...Object.fromEntries(types.map((name) => [`specs/${name}.yml`, steps(name)])),
  };
}

function envOf({ sites }: Stage): Record<string, string> {
  return Object.fromEntries(
    sites.flatMap(({ name, secrets }) =>
      Object.entries(secrets).map(([key, value]) => [`${name}_${key}`, value]),
    ),
  );
}

const reports = ['json', 'jsonl', 'junit', 'github', 'console'];

async function compare(stage: Stage, flags: readonly string[]): Promise<Ended> {
  const files = filesOf(stage);
  const writing = reports.flatMap((each) => ['--reporter', `${each}=${each}.txt`]);
  const env = { ...envOf(stage), GITHUB_STEP_SUMMARY: 'summary.txt' };
  const ended = await why401(['compare', ...flags, ...writing, '-v'], { files, env, clock });
  expect([0, 1, 3]).to.include(ended.code, ended.written['console.txt'] || ended.stderr);
  return ended;
}

function textsOf({ written, stdout, stderr }: Ended): Record<string, string> {
  return { ...written, stdout, stderr };
}

/** `place: form of a secret` for each that the texts hold. */
function leaks(texts: Readonly<Record<string, string>>, { sites }: Stage): string[] {
  const secrets = sites.flatMap((site) => planted(site));
  const found: string[] = [];
  for (const secret of secrets)
    for (const [form, text] of [
      ...formsOf(secret),
      ['beginning', secret.slice(0, secret.startsWith('k/') ? 24 : 10)] as const,
    ])
      for (const [place, content] of Object.entries(texts)) {
        const at = content.indexOf(text);
        if (at >= 0)
          found.push(`${place}: ${form} of ${secret}: ${content.slice(Math.max(0, at - 200), at + 40)}`);
      }
  return found;
}

/** What of an environment was sent to another one, or to nobody's. */
function strays({ sites, strangers }: Stage): string[] {
  const of = (site: Site, place: string, sent: readonly Sent[]): string[] =>
    [...Object.entries(site.own), ...Object.entries(site.secrets)].flatMap(([what, value]) =>
      [...formsOf(value).values(), value].some((form) => sent.some(({ whole }) => whole.includes(form)))
        ? [`${what} of ${site.name} went to ${place}`]
        : [],
    );
  return sites.flatMap((site) => [
    // A plain field of the user's own goes on where a scenario is redirected, as clients do it.
    ...of(site, 'a stranger', strangers).filter((each) => !/^header /.test(each)),
    ...sites.filter((other) => other !== site).flatMap((other) => of(site, other.name, other.sent)),
  ]);
}

/** Texts of the environment's own secrets among what it was sent. */
function received({ sent, secrets }: Site): string[] {
  return Object.entries(secrets).flatMap(([what, value]) =>
    sent.some(({ whole }) => [...formsOf(value).values()].some((form) => whole.includes(form))) ? [what] : [],
  );
}

describe('what compare sends and shows', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await startStage();
  });
  afterEach(() => stage.close());

  const moods = ['refuses', 'redirects', 'takes'] as const;
  for (const mood of moods) {
    it(`unasked, where servers say what they know and the authorization endpoint ${mood}`, async () => {
      stage.mood = mood;
      const ended = await compare(stage, []);
      expect(leaks(textsOf(ended), stage).slice(0, 3)).to.deep.equal([]);
      expect(strays(stage)).to.deep.equal([]);
      expect(stage.strangers).to.deep.equal([]);
      expect(stage.sites.map(received)).to.deep.equal([[], []]);
      const all = stage.sites.flatMap(({ sent }) => sent);
      expect(all.filter(({ method }) => !/^(?:GET|HEAD)$/.test(method))).to.deep.equal([]);
      const { headers: carried } = { headers: all.flatMap(({ headers }) => Object.keys(headers)) };
      expect(
        carried.filter((name) => /^(?:authorization|cookie|x-key|x-plain-secret|x-signature)$/.test(name)),
      ).to.deep.equal([]);
      expect(all.some(({ url }) => url.startsWith('/authorize?'))).to.equal(true);
    });
  }

  it('with --no-experiments', async () => {
    const ended = await compare(stage, ['--no-experiments']);
    expect(leaks(textsOf(ended), stage).slice(0, 3)).to.deep.equal([]);
    const paths = stage.sites.flatMap(({ sent }) => sent.map(({ method, url }) => `${method} ${url}`));
    expect([...new Set(paths)].sort()).to.deep.equal([
      'GET /.well-known/oauth-authorization-server',
      'GET /.well-known/oauth-protected-resource',
      'GET /.well-known/openid-configuration',
      'GET /jwks',
    ]);
  });

  it('with --scenarios where servers refuse', async () => {
    const ended = await compare(stage, ['--scenarios']);
    expect(leaks(textsOf(ended), stage).slice(0, 3)).to.deep.equal([]);
    expect(strays(stage)).to.deep.equal([]);
    expect(stage.strangers).to.deep.equal([]);
  });
});
