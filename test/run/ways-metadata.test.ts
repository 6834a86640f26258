/** Discovery documents and answers of an authorization server that lead elsewhere: nothing of a client goes there. */
import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { secretText } from '../support/hostile.ts';
import { type Origins, type Received, startOrigins, systemClock } from '../support/origins.ts';
import { compare, type Replayed, replay } from '../support/replay.ts';
import { type Stranger, startStranger } from '../support/stranger.ts';

const api = 'https://api.example.test';
const login = 'https://login.example.test';
const evil = 'https://evil.test';
const secrets = { CLIENT: secretText(), REFRESH: secretText(), PASSWORD: secretText() };
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const given = {
  // Its keys are looked for.
  access: `${part({ alg: 'RS256', kid: 'a', typ: 'at+jwt' })}.${part({ sub: 'ann', scope: 'openid' })}.c2lnbmF0dXJl`,
  code: 'code-0123456789-0123456789',
  refresh: 'refresh-0123456789-0123456789',
};
const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'userinfo_endpoint',
  'introspection_endpoint',
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
  'revocation_endpoint',
  'registration_endpoint',
  'end_session_endpoint',
];
/** What a document says besides what is true, by the name of its issuer. */
const lies: Readonly<Record<string, JsonMap>> = {
  ...Object.fromEntries(endpoints.slice(0, 7).map((name) => [name, { [name]: `${evil}/${name}` }])),
  every: Object.fromEntries(endpoints.map((name) => [name, `${evil}/${name}`])),
  clear: Object.fromEntries(endpoints.map((name) => [name, `http://login.example.test/${name}`])),
  port: Object.fromEntries(endpoints.map((name) => [name, `https://login.example.test:8443/${name}`])),
  userinfo: Object.fromEntries(
    endpoints.map((name) => [name, `https://login.example.test@evil.test/${name}`]),
  ),
  slashes: Object.fromEntries(endpoints.map((name) => [name, `//evil.test/${name}`])),
  backslashes: Object.fromEntries(endpoints.map((name) => [name, `https:\\\\evil.test\\${name}`])),
  dot: Object.fromEntries(endpoints.map((name) => [name, `https://login.example.test./${name}`])),
  inner: Object.fromEntries(endpoints.map((name) => [name, 'http://169.254.169.254/latest/meta-data'])),
  file: Object.fromEntries(endpoints.map((name) => [name, 'file:///etc/passwd'])),
  aliases: { mtls_endpoint_aliases: Object.fromEntries(endpoints.map((name) => [name, `${evil}/${name}`])) },
  issuer: { issuer: evil, token_endpoint: `${evil}/token` },
  par: { require_pushed_authorization_requests: true, pushed_authorization_request_endpoint: `${evil}/par` },
};
/** Where the server itself redirects to a stranger instead of answering. */
const redirects = [
  'token',
  'authorize',
  'par',
  'device',
  'introspect',
  'userinfo',
  'jwks',
  'discovery',
  'page',
  'form',
  'refresh',
  'script',
];
/** Whose refused tokens are asked about. */
const asks = /every|introspect|userinfo_|userinfo$|jwks/;
const enough = { expect: { status: 401 } };
const some = ['refresh_token', 'password', 'device_code'];
const grantsOf = (at: number): string[] => ['client_credentials', 'authorization_code', some[at % 3] ?? ''];

function documentOf(issuer: string, name: string): JsonMap {
  const own = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    userinfo_endpoint: `${issuer}/userinfo`,
    introspection_endpoint: `${issuer}/introspect`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    device_authorization_endpoint: `${issuer}/device`,
    require_pushed_authorization_requests: name === 'r-par',
    registration_endpoint: `${issuer}/register`,
  };
  return { ...own, ...lies[name] };
}

function answer({ url, body, headers }: Received, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, login);
  const name = /\/(?:x|r)-([\w-]+)/.exec(pathname)?.[0].slice(1) ?? '';
  const key = name.startsWith('x-') ? name.slice(2) : name;
  const what = pathname.includes('/.well-known/') ? 'discovery' : (pathname.split('/')[2] ?? '');
  const json = (value: object, status = 200): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  const page = (html: string): void => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(html);
  };
  if (key === `r-${what}`) {
    // 307 and 308 would take a body along.
    const status = [301, 302, 303, 307, 308][body.length % 5] ?? 307;
    response.writeHead(status, { location: `${evil}/${what}?${searchParams}` }).end();
  } else if (what === 'discovery') json(documentOf(`${login}/${name}`, key));
  else if (what === 'authorize') {
    const action = key === 'r-form' ? `${evil}/form` : 'page';
    const head =
      key === 'r-refresh'
        ? `<meta http-equiv=refresh content="0;url=${evil}/meta">`
        : key === 'r-script'
          ? `<base href="${evil}/">`
          : '';
    page(`${head}<form method=post action="${action}"><input name=u><input name=p type=password></form>`);
  } else if (what === 'page') {
    const back = `http://127.0.0.1/back?code=${given.code}&state=x`;
    response.writeHead(302, { location: back }).end();
  } else if (what === 'par') json({ request_uri: 'urn:x:1', expires_in: 60 }, 201);
  else if (what === 'device')
    json({
      device_code: given.code,
      user_code: 'A',
      verification_uri: `${evil}/device`,
      verification_uri_complete: `${evil}/device?a`,
      expires_in: 1,
      interval: 1,
    });
  else if (what === 'token')
    json({ access_token: given.access, refresh_token: given.refresh, token_type: 'Bearer', expires_in: 60 });
  else if (what === 'introspect') json({ active: true });
  else if (what === 'jwks') json({ keys: [] });
  else json(headers.length > 0 ? { sub: 'ann' } : {});
}

describe('ways out of the metadata', () => {
  let origins: Origins;
  let stranger: Stranger;
  before(async () => {
    origins = await startOrigins();
    await origins.serve(login, answer);
    await origins.serve(api, ({ url }, response) => {
      const challenge = `Bearer error="invalid_token", resource_metadata="${evil}/.well-known/oauth-protected-resource"`;
      const body = JSON.stringify({ resource: api, authorization_servers: [evil], jwks_uri: `${evil}/jwks` });
      response
        .writeHead(url.startsWith('/.well-known/') ? 200 : 401, {
          'www-authenticate': challenge,
          'content-type': 'application/json',
        })
        .end(body);
    });
    stranger = await startStranger(origins);
  });
  after(async () => {
    await stranger.close();
    await origins.close();
  });
  beforeEach(() => {
    stranger.requests.length = 0;
    stranger.connections = 0;
  });

  const issuerNames = [
    ...Object.keys(lies).map((name) => `x-${name}`),
    ...redirects.map((name) => `r-${name}`),
  ];
  const projectOf = (issuers: readonly string[]): JsonMap => ({
    environments: {
      staging: {
        protected: false,
        origins: { api },
        experiments: { allow: ['A', 'B', 'C'], budget: 30 },
        issuers: Object.fromEntries(issuers.map((name) => [name, `${login}/${name}`])),
        clients: Object.fromEntries(
          issuers.map((name) => [
            name,
            {
              issuer: name,
              client_id: name,
              client_secret: '${secret.CLIENT}',
              token_endpoint_auth_method:
                name.length % 2 === 0 ? 'client_secret_post' : 'client_secret_basic',
              redirect_uris: ['http://127.0.0.1/back'],
            },
          ]),
        ),
      },
    },
    credentials: Object.fromEntries(
      issuers.flatMap((name) =>
        grantsOf(issuerNames.indexOf(name)).map((grant_type) => [
          `${name}-${grant_type}`,
          {
            type: 'oauth2',
            client: name,
            grant_type,
            ...(grant_type === 'refresh_token' ? { refresh_token: '${secret.REFRESH}' } : {}),
            ...(grant_type === 'password' ? { username: 'ann', password: '${secret.PASSWORD}' } : {}),
            ...(grant_type === 'authorization_code'
              ? {
                  redirect_uri: 'http://127.0.0.1/back',
                  login: [{ submit: { fields: { u: 'ann', p: '${secret.PASSWORD}' } } }],
                }
              : {}),
          },
        ]),
      ),
    ),
  });

  const base = () => ({
    origins,
    secrets,
    transport: stranger.reach(),
    project: projectOf(issuerNames),
    prompt: () => {},
  });
  const play = (
    scenarios: Record<string, JsonMap>,
    more: Partial<Parameters<typeof replay>[0]> = {},
  ): Promise<Replayed> => replay({ ...base(), scenarios, ...more });

  it('are taken by no grant, and by nothing that is tried to find out why', async () => {
    const scenarios = Object.fromEntries(
      issuerNames.flatMap((name, at) =>
        grantsOf(at).map((grant) => [
          `${name}-${grant}.yml`,
          {
            steps: [
              {
                GET: `/orders/${name}`,
                credential: `${name}-${grant}`,
                ...(grant === 'client_credentials' && asks.test(name) ? {} : enough),
              },
            ],
          },
        ]),
      ),
    );
    // Nobody waits for the person of the device flow.
    const clock = { ...systemClock, sleep: async () => {} };
    const { jobs } = await play(scenarios, { clock });
    expect([jobs.length, stranger.connections, stranger.requests]).to.deep.equal([
      issuerNames.length * 3,
      0,
      [],
    ]);
    // The same parts of the server were asked as far as it was the server.
    const asked = origins.received
      .filter(({ origin }) => origin === login)
      .map(({ url }) => new URL(url, login).pathname.split('/').at(-1));
    expect([...new Set(asked)].toSorted()).to.deep.equal([
      ...[
        'authorize',
        'device',
        'introspect',
        'jwks',
        'openid-configuration',
        'page',
        'par',
        'token',
        'userinfo',
      ],
    ]);
  });

  it('are taken by no comparison', async () => {
    const some = ['x-every', 'x-inner', 'x-jwks_uri', 'r-jwks'];
    const scenarios = Object.fromEntries(
      some.map((name) => [
        `${name}.yml`,
        { steps: [{ GET: '/orders', credential: `${name}-client_credentials` }] },
      ]),
    );
    await compare({ ...base(), project: projectOf(some), scenarios });
    expect([stranger.connections, stranger.requests]).to.deep.equal([0, []]);
  });

  it('are no targets of a step', async () => {
    const scenarios = {
      'a.yml': {
        steps: [
          {
            GET: '${issuer.x-every.userinfo_endpoint}',
            credential: 'x-aliases-client_credentials',
          },
        ],
      },
    };
    const { jobs } = await play(scenarios);
    expect([jobs[0]?.steps[0]?.checks[0]?.actual, stranger.connections]).to.deep.equal([
      `The metadata of issuer "x-every" names userinfo_endpoint at ${evil}, which is neither an origin of environment "staging" nor that of one of its issuers: nothing was sent there; if it is right, name it under environments.staging.origins.`,
      0,
    ]);
  });
});
