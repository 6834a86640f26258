import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { createBreaker } from '../../../src/credential/breaker.ts';
import { createLedger } from '../../../src/credential/ledger.ts';
import { type AuthorizationDoors, authorize } from '../../../src/credential/login/authorize.ts';
import { createIdentities } from '../../../src/credential/login/identity.ts';
import { createDiscovery } from '../../../src/credential/metadata.ts';
import type { Authorized } from '../../../src/credential/oauth2/acquiring.ts';
import { noAsks } from '../../../src/credential/oauth2/asks.ts';
import type { Environment, LoginStep, OAuth2Asks } from '../../../src/model.ts';
import { createPerform } from '../../../src/replay/exchange.ts';
import { createSend, type Sender } from '../../../src/replay/send.ts';
import { createRedactor, type Redactor, Secret } from '../../../src/secret.ts';
import { ann, callback, createOidc, webClient } from '../../support/oidc-server.ts';
import { systemClock } from '../../support/origins.ts';
import { systemRandom } from '../../support/replay.ts';
import {
  browserOf,
  clientOf,
  closeServers,
  environmentOf,
  issuerOf,
  json,
  oauth2Of,
  serve,
  serveRaw,
  source,
} from '../support.ts';

const clientSecret = 'web secret: 100% +/~';
const senders: Sender[] = [];

function doorsOf(redactor: Redactor): AuthorizationDoors {
  const sender = createSend({ clock: systemClock, redactor });
  senders.push(sender);
  const context = { send: sender.send, bodyLimit: 1_000_000, userAgent: 'why401/0.0.0' };
  const perform = createPerform(context, 10_000, null);
  const random = systemRandom;
  const ledger = createLedger(redactor, random);
  const browser = browserOf(systemClock, redactor);
  return {
    perform,
    browser,
    random,
    clock: systemClock,
    redactor,
    ledger,
    discovery: createDiscovery(perform, redactor),
    breaker: createBreaker(),
    identities: createIdentities(browser, ledger),
  };
}

const step = (parts: Partial<LoginStep>): LoginStep => ({
  name: 'log in',
  source,
  GET: null,
  submit: null,
  when: null,
  ...parts,
});
const logIn = (password = ann.password): LoginStep =>
  step({
    submit: {
      form: null,
      fields: { login: ann.name, password: Secret.named('CI_PASSWORD', password) },
      button: null,
    },
    when: 'input[name=login]',
  });
const consent = step({
  name: 'agree',
  submit: { form: null, fields: {}, button: null },
  when: 'input[name=prompt][value=consent]',
});

/** `METHOD path` of each hop, ids of interactions left out, with its status. */
const hopsOf = ({ exchanges }: Authorized): string[] =>
  exchanges
    .filter(({ role }) => role !== 'metadata')
    .flatMap(({ role, hops }) =>
      hops.map(({ request, response }) => {
        const path = new URL(request.url).pathname.replace(/\[secret:cookie%20_interaction\]/, 'ID');
        return `${role}: ${request.method} ${path} ${response?.status ?? 'no answer'}`;
      }),
    );
const failureIn = (result: Authorized): string | null =>
  'failure' in result ? result.failure.message : null;

describe('an authorization request with a login', () => {
  afterEach(async () => {
    for (const sender of senders.splice(0)) await sender.close();
    await closeServers();
  });

  /** oidc-provider with its own pages for login and consent. */
  async function provider(features: object = {}) {
    let listener: RequestListener = () => {};
    const server = await serveRaw(() => (request, response) => listener(request, response));
    const oidc = await createOidc({
      issuer: server.origin,
      clients: [webClient('web-staging', clientSecret, { grant_types: ['authorization_code'] })],
      configuration: {
        loadExistingGrant: async ({ oidc: { result, session, client, provider: own } }) => {
          const id = result?.['consent']?.grantId ?? session?.grantIdFor(client?.clientId ?? '');
          return id ? own.Grant.find(id) : undefined;
        },
        features: { devInteractions: { enabled: true }, ...features },
      },
    });
    listener = oidc.provider.callback();
    return {
      ...server,
      /** The provider's own login page lets everybody in; this one does not. */
      async login(strict: boolean) {
        const own = oidc.provider.callback();
        listener = (request, response) => {
          if (!strict || request.method !== 'POST' || !request.url?.startsWith('/interaction/')) {
            own(request, response);
            return;
          }
          response.writeHead(401, { 'content-type': 'text/html' });
          response.end(
            '<p role=alert>Unknown user or password</p><form><input name=login><input type=password name=password></form>',
          );
        };
      },
    };
  }

  const setUp = (origin: string, parts: Partial<OAuth2Asks> = {}, scope = 'openid orders:read') => {
    const redactor = createRedactor();
    const issuer = issuerOf(origin);
    const environment: Environment = environmentOf('staging', { issuers: new Map([['main', issuer]]) });
    const client = clientOf(issuer, { redirect_uris: [callback] });
    const credential = oauth2Of(client, {
      grant_type: 'authorization_code',
      scope,
      asks: { ...noAsks, login: [logIn(), consent], ...parts },
    });
    return { redactor, environment, credential, doors: doorsOf(redactor), issuer, client };
  };

  async function redeem(origin: string, result: Authorized): Promise<unknown> {
    if ('failure' in result) return result.failure.message;
    const { code, redirect_uri, code_verifier } = result.authorization;
    const form = {
      grant_type: 'authorization_code',
      code: code.reveal(),
      redirect_uri,
      code_verifier: code_verifier.reveal(),
    };
    const basic = `Basic ${btoa(`web-staging:${encodeURIComponent(clientSecret)}`)}`;
    const answer = await fetch(`${origin}/token`, {
      method: 'POST',
      headers: { authorization: basic },
      body: new URLSearchParams(form),
    });
    const { token_type, scope } = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, token_type, scope };
  }

  it('logs in and agrees; the code is good for a token, and never shown', async () => {
    const server = await provider();
    const { credential, environment, doors, redactor } = setUp(server.origin);
    const result = await authorize(credential, environment, doors);
    expect(await redeem(server.origin, result)).to.deep.equal({
      status: 200,
      token_type: 'Bearer',
      scope: 'openid orders:read',
    });
    expect(hopsOf(result)).to.deep.equal([
      'authorization: GET /auth 303',
      'authorization: GET /interaction/ID 200',
      'login: POST /interaction/ID 303',
      'login: GET /auth/ID 303',
      'login: GET /interaction/ID 200',
      'authorization: POST /interaction/ID 303',
      'authorization: GET /auth/ID 303',
    ]);
    if ('failure' in result) throw new Error(result.failure.message);
    const { code, code_verifier, nonce } = result.authorization;
    expect(nonce).to.match(/^[\w-]{22}$/);
    expect(code_verifier.length).to.equal(43);
    const text = redactor.redact(
      JSON.stringify(
        result.exchanges.map(({ hops }) => hops.map(({ request, response }) => [request, response?.headers])),
      ),
    );
    for (const secret of [code.reveal(), code_verifier.reveal(), ann.password, 'correct+horse']) {
      expect(text).to.not.include(secret);
    }
    expect(text).to.include('password=[secret:CI_PASSWORD]');
  });

  it('needs no login the second time', async () => {
    const server = await provider();
    const { credential, environment, doors } = setUp(server.origin);
    await authorize(credential, environment, doors);
    const again = await authorize({ ...credential, name: 'other' }, environment, doors);
    expect(hopsOf(again)).to.deep.equal(['authorization: GET /auth 303']);
    expect(await redeem(server.origin, again)).to.have.property('status', 200);
  });

  it('is pushed where the credential says so, or the server demands it', async () => {
    for (const demands of [false, true]) {
      const server = await provider({
        pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: demands },
      });
      const { credential, environment, doors } = setUp(server.origin, { par: !demands });
      const result = await authorize(credential, environment, doors);
      expect(hopsOf(result).slice(0, 2)).to.deep.equal([
        'authorization: POST /request 201',
        'authorization: GET /auth 303',
      ]);
      const asked = result.exchanges.find(({ hops }) => hops[0]?.request.url.includes('/auth?'));
      expect([...new URL(asked?.hops[0]?.request.url ?? '').searchParams.keys()]).to.deep.equal([
        'client_id',
        'request_uri',
      ]);
      expect(await redeem(server.origin, result)).to.have.property('status', 200);
    }
  });

  it('reads the answer of response_mode=form_post without posting it', async () => {
    const server = await provider();
    const { credential, environment, doors } = setUp(server.origin, {
      parameters: { response_mode: 'form_post' },
    });
    const result = await authorize(credential, environment, doors);
    expect(await redeem(server.origin, result)).to.have.property('status', 200);
    expect(hopsOf(result).at(-1)).to.equal('login: GET /auth/ID 200');
  });

  it('says which error the server answered with', async () => {
    const server = await provider();
    const { credential, environment, doors } = setUp(server.origin, { parameters: { prompt: 'none' } });
    const result = await authorize(credential, environment, doors);
    if (!('failure' in result)) throw new Error('no failure');
    expect([result.failure.error, result.failure.message]).to.deep.equal([
      'login_required',
      'The authorization server answered "login_required": "End-User authentication is required".',
    ]);
  });

  it('tells what the page offers where the login needs another step', async () => {
    const server = await provider();
    const { credential, environment, doors } = setUp(server.origin, { login: [logIn()] });
    const result = await authorize(credential, environment, doors);
    expect(failureIn(result)?.replaceAll('[secret:cookie _interaction]', 'ID')).to.equal(
      `The login did not reach the redirect_uri. It stands at ${server.origin}/interaction/ID (200, "Sign-in"): it offers to "/interaction/ID" (no inputs). Add a step that submits its form.`,
    );
  });

  it('never tries a refused password twice, for any credential of the user', async () => {
    const server = await provider();
    await server.login(true);
    const { credential, environment, doors } = setUp(server.origin, { login: [logIn('wrong password')] });
    const results = [
      await authorize(credential, environment, doors),
      await authorize(credential, environment, doors),
      await authorize({ ...credential, name: 'other' }, environment, doors),
    ];
    const message = `The login step "log in" was refused: ${server.origin}/interaction/ID answered 401 with the form again. It says "Unknown user or password".`;
    expect(
      results.map((each) => failureIn(each)?.replaceAll('[secret:cookie _interaction]', 'ID')),
    ).to.deep.equal([message, message, message]);
    expect(results.map(({ exchanges }) => exchanges.length)).to.deep.equal([3, 0, 0]);
    expect(server.seen.filter((each) => each.startsWith('POST'))).to.have.length(1);
  });

  it('does not hold the missing consent of one credential against another', async () => {
    const server = await provider();
    const { credential, environment, doors } = setUp(server.origin, { login: [logIn()] });
    const first = await authorize(credential, environment, doors);
    const again = await authorize(credential, environment, doors);
    const other = { ...credential, name: 'other' };
    const third = await authorize(other, environment, doors);
    expect([first, again, third].map(({ exchanges }) => exchanges.length)).to.deep.equal([3, 0, 1]);
    expect(failureIn(again)).to.equal(failureIn(first));
  });

  it('tells an error page of the authorization endpoint', async () => {
    const server = await provider();
    const { credential, environment, doors } = setUp(server.origin, {
      redirect_uri: 'https://app.example.test/other',
    });
    const result = await authorize(credential, environment, doors);
    expect(failureIn(result)).to.match(/^The authorization request was answered 400 with an error page\. /);
    expect(server.seen.filter((each) => each.startsWith('GET /auth'))).to.have.length(1);
  });
});

describe('the answer to an authorization request', () => {
  afterEach(async () => {
    for (const sender of senders.splice(0)) await sender.close();
    await closeServers();
  });

  /** A server that answers at once, with what `answer` makes of the request. */
  async function answered(
    answer: (asked: URLSearchParams, origin: string) => Record<string, string> | string,
    metadata: object = {},
  ): Promise<{ message: string | null; code: string | null; seen: string[] }> {
    const server = await serve((request, response) => {
      const url = new URL(request.url ?? '', server.origin);
      if (url.pathname.startsWith('/.well-known')) {
        return json(response, 200, {
          issuer: server.origin,
          authorization_endpoint: `${server.origin}/auth`,
          ...metadata,
        });
      }
      const made = answer(url.searchParams, server.origin);
      const location = typeof made === 'string' ? made : `${callback}?${new URLSearchParams(made)}`;
      response.writeHead(302, { location });
      response.end();
    });
    const redactor = createRedactor();
    const issuer = issuerOf(server.origin);
    const environment = environmentOf('staging', { issuers: new Map([['main', issuer]]) });
    const credential = oauth2Of(clientOf(issuer, { redirect_uris: [callback] }), {
      grant_type: 'authorization_code',
      asks: noAsks,
    });
    const result = await authorize(credential, environment, doorsOf(redactor));
    return {
      message: failureIn(result)?.replaceAll(server.origin, 'ISSUER') ?? null,
      code: 'authorization' in result ? result.authorization.code.reveal() : null,
      seen: server.seen.map(({ path }) => path.replace(/\?.*/s, '')),
    };
  }
  const state = (asked: URLSearchParams): string => asked.get('state') ?? '';
  const code = `code-${randomBytes(8).toString('hex')}`;

  it('is accepted with the state and the issuer', async () => {
    const result = await answered((asked, iss) => ({ code, state: state(asked), iss }));
    expect(result).to.deep.equal({
      message: null,
      code,
      seen: ['/.well-known/openid-configuration', '/auth'],
    });
  });

  const refused: readonly (readonly [string, Parameters<typeof answered>, string])[] = [
    [
      'has another state',
      [() => ({ code, state: 'of-another-flow' })],
      'The answer of the authorization server has another state than the request (RFC 6749 section 10.12).',
    ],
    [
      'has no state',
      [() => ({ error: 'server_error' })],
      'The answer of the authorization server has no state (RFC 6749 section 10.12). It says "server_error".',
    ],
    [
      'names another issuer',
      [(asked) => ({ code, state: state(asked), iss: 'https://evil.example.test' })],
      'The answer names the issuer "https://evil.example.test", not "ISSUER": it comes from another authorization server (RFC 9207 section 2.4).',
    ],
    [
      'lacks a promised issuer',
      [(asked) => ({ code, state: state(asked) }), { authorization_response_iss_parameter_supported: true }],
      'The answer has no iss, though the metadata of its issuer promise one (RFC 9207 section 2.4).',
    ],
    [
      'has two codes',
      [(asked) => `${callback}?code=a&code=b&state=${state(asked)}`],
      'The answer of the authorization server has "code" more than once.',
    ],
    [
      'has neither code nor error',
      [(asked) => ({ state: state(asked) })],
      'The answer of the authorization server has neither a code nor an error.',
    ],
    [
      'goes to another path of the application',
      [(asked) => `https://app.example.test/callback/other?code=x&state=${state(asked)}`],
      'The authorization request leads to https://app.example.test, which is neither an origin of environment "staging" nor that of one of its issuers: nothing was sent there.',
    ],
  ];
  for (const [name, given, message] of refused) {
    it(`is refused where it ${name}`, async () => {
      expect((await answered(...given)).message).to.equal(message);
    });
  }
});
