/** What the pages of docs/credentials speak to: each server answers 200 only to the credential of its page. */
import { createHash, createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { jwtVerify, SignJWT } from 'jose';
import { parse } from 'yaml';
import type { JsonMap } from '../../src/model.ts';
import { root } from '../architecture/source-files.ts';
import type { Origins, Received } from '../support/origins.ts';
import { fieldOf, isMessageSigned, isSigV4Signed } from '../support/verifiers.ts';

export interface Page {
  /** Of docs/credentials, without `.md`. */
  readonly file: string;
  /** Its definition in the schema. */
  readonly schema: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** What a request without the right credential is answered. */
  readonly refusal: number;
  serve(origins: Origins): Promise<void>;
}

/** The text of the page. */
export function pageText({ file }: Page): string {
  return readFileSync(new URL(`docs/credentials/${file}.md`, root), 'utf8');
}

/** The project of the page, which reaches the servers of the test, and its scenario. */
export function reaching(page: Page, origins: Origins): { project: JsonMap; scenario: JsonMap } {
  const blocks = [...pageText(page).matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, block = '']) => parse(block) as JsonMap,
  );
  const project = blocks.find((block) => 'environments' in block) ?? {};
  const { staging = {} } = project['environments'] as Record<string, JsonMap>;
  const reached = {
    ...staging,
    tls: { ca: 'ca.pem' },
    connect_to: Object.fromEntries(origins.transport.connectTo),
  };
  return {
    project: { ...project, environments: { staging: reached } },
    scenario: blocks.find((block) => 'steps' in block) ?? {},
  };
}

export const api = 'https://api.staging.example.com';
const login = 'https://login.staging.example.com';
const secret = 'a secret-0123456789';
const pair = (): { key: KeyObject; pem: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { key: publicKey, pem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
};
const [own, partner, ci] = [pair(), pair(), pair()];

type Judge = (request: Received) => boolean | Promise<boolean>;

/** A server that judges each request, and answers what is right with `status`. */
async function judging(
  origins: Origins,
  origin: string,
  judge: Judge,
  status = 200,
  refusal: readonly [status: number, headers?: Record<string, string>] = [401],
): Promise<void> {
  await origins.serve(origin, async (request, response) => {
    const right = await judge(request);
    response.writeHead(right ? status : refusal[0], right ? {} : (refusal[1] ?? {}));
    response.end();
  });
}

const authorization =
  (wanted: string): Judge =>
  (request) =>
    fieldOf(request, 'authorization') === wanted;
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const digestJudge: Judge = (request) => {
  const field = fieldOf(request, 'authorization');
  if (field.split('Digest ').length !== 2) return false;
  const of = (name: string): string => new RegExp(`\\b${name}="?([^",]+)`).exec(field)?.[1] ?? '';
  const [first, second] = [digestOf(`ci:depot:${secret}`), digestOf(`${request.method}:${request.url}`)];
  const middle = ['nonce', 'nc', 'cnonce', 'qop'].map(of).join(':');
  return of('nonce') === 'n-1' && of('response') === digestOf(`${first}:${middle}:${second}`);
};

const hmacJudge: Judge = (request) => {
  const [, time = '', given = ''] = /^t=(\d+),v1=(\w+)$/.exec(fieldOf(request, 'x-signature')) ?? [];
  const right = createHmac('sha256', secret).update(`${time}.${request.body}`).digest('hex');
  return request.body === '{"event":"order.created","id":7}' && given === right;
};

const jwtJudge: Judge = async (request) => {
  const token = /^Bearer (\S+)$/.exec(fieldOf(request, 'authorization'))?.[1] ?? '';
  const wanted = { issuer: 'ci', subject: 'ci', audience: api, algorithms: ['ES256'], typ: 'JWT' };
  const verified = await jwtVerify(token, own.key, wanted).catch(() => null);
  const { iat = 0, exp = 0, jti } = verified?.payload ?? {};
  return verified?.protectedHeader.kid === 'ci-2026' && exp - iat === 300 && jti !== undefined;
};

const cloud = 'https://abc123.execute-api.eu-central-1.amazonaws.com';
const cloudJudge: Judge = (request) =>
  request.url === '/staging/orders' &&
  /Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\//.test(fieldOf(request, 'authorization')) &&
  fieldOf(request, 'x-amz-security-token') === 'the-session-token' &&
  isSigV4Signed(request, secret.replace(' ', ''));

const partnerJudge: Judge = async (request) => {
  const field = fieldOf(request, 'signature-input');
  const [, created = '', , expires = ''] =
    /^sig1=\("@method" "@target-uri" "content-type" "content-digest"\)(?=.*;created=(\d+))(?=.*;nonce="([^"]+)")(?=.*;expires=(\d+))(?=.*;keyid="ci-2026")/.exec(
      field,
    ) ?? [];
  if (Number(expires) - Number(created) !== 60) return false;
  const pem = String(partner.key.export({ type: 'spki', format: 'pem' }));
  return isMessageSigned(request, pem, 'ecdsa-p256-sha256').catch(() => false);
};

/** A login with a hidden token, terms that are accepted once, and pages behind them. */
async function serveApp(origins: Origins): Promise<void> {
  const page = (html: string): string => `<!DOCTYPE html><title>App</title>${html}`;
  const terms = new Set<string>();
  await origins.serve('https://app.staging.example.com', (request, response) => {
    const form = new URLSearchParams(request.body);
    const user = /\bsid=(\w+)/.exec(fieldOf(request, 'cookie'))?.[1] ?? '';
    const answer = (status: number, html: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'text/html', ...headers });
      response.end(page(html));
    };
    switch (`${request.method} ${request.url}`) {
      case 'GET /login':
        return answer(
          200,
          '<form id="login" method="post"><input type="hidden" name="csrf" value="c-1"><input name="username"><input type="password" name="password"></form>',
        );
      case 'POST /login': {
        const right =
          ['csrf', 'username', 'password'].map((name) => form.get(name)).join() === `c-1,ci,${secret}`;
        if (!right) return answer(403, 'no');
        return answer(303, '', { location: '/terms', 'set-cookie': 'sid=ci5151; Path=/; Secure; HttpOnly' });
      }
      case 'GET /terms':
        return answer(
          200,
          '<form id="terms" method="post"><button name="accept" value="1">Accept</button></form>',
        );
      case 'POST /terms':
        if (form.get('accept') === '1') terms.add(user);
        return answer(200, 'Welcome');
      default:
        return answer(terms.has(user) ? 200 : 401, '');
    }
  });
}

/** The identity service of a CI system, the authorization server that exchanges its tokens, and the API. */
async function serveCi(origins: Origins): Promise<void> {
  await origins.serve('https://pipelines.example.com', async (request, response) => {
    const audience = new URL(request.url, 'https://pipelines.example.com').searchParams.get('audience') ?? '';
    const token = await new SignJWT({ sub: 'repo:acme/orders' })
      .setProtectedHeader({ alg: 'ES256' })
      .setAudience(audience)
      .setExpirationTime('5m')
      .sign(await import('node:crypto').then(({ createPrivateKey }) => createPrivateKey(ci.pem)));
    const right = fieldOf(request, 'authorization') === 'Bearer the-request-token';
    response.writeHead(right ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ value: token }));
  });
  await origins.serve(login, async (request, response) => {
    const form = new URLSearchParams(request.body);
    const reply = (status: number, value: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (request.method === 'GET') return reply(200, { issuer: login, token_endpoint: `${login}/token` });
    const verified = await jwtVerify(form.get('subject_token') ?? '', ci.key, { audience: login }).catch(
      () => null,
    );
    const right = verified?.payload.sub === 'repo:acme/orders' && form.get('scope') === 'orders:read';
    if (!right || form.get('client_id') !== 'ci') return reply(400, { error: 'invalid_grant' });
    return reply(200, {
      access_token: 'the-exchanged-token',
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
  });
  await judging(origins, api, authorization('Bearer the-exchanged-token'));
}

const basic = `Basic ${Buffer.from(`ci:${secret}`).toString('base64')}`;
const challenge = {
  'www-authenticate': 'Digest realm="depot", nonce="n-1", algorithm=SHA-256, qop="auth", charset=UTF-8',
};
const program = `#!/bin/sh
[ "$1 $2" = "--audience ${api}" ] || exit 3
printf '{"access_token": "printed-%s", "expires_in": 600}\\n' "$HELPER_TOKEN"
`;

export const pages: readonly Page[] = [
  {
    file: 'bearer',
    schema: 'bearer',
    env: { READER_TOKEN: 'the-token-of-reader' },
    refusal: 401,
    serve: (origins) => judging(origins, api, authorization('Bearer the-token-of-reader')),
  },
  {
    file: 'basic',
    schema: 'basic',
    env: { LEGACY_PASSWORD: secret },
    refusal: 401,
    serve: (origins) => judging(origins, api, authorization(basic)),
  },
  {
    file: 'digest',
    schema: 'digest',
    env: { LEGACY_PASSWORD: secret },
    refusal: 401,
    serve: (origins) =>
      judging(origins, 'https://legacy.staging.example.com', digestJudge, 200, [401, challenge]),
  },
  {
    file: 'api-key',
    schema: 'apiKey',
    env: { GATEWAY_KEY: secret },
    refusal: 403,
    serve: (origins) =>
      judging(origins, api, (request) => fieldOf(request, 'x-gateway-key') === secret, 200, [403]),
  },
  {
    file: 'hmac',
    schema: 'hmac',
    env: { HOOK_KEY: secret },
    refusal: 401,
    serve: (origins) => judging(origins, 'https://hooks.staging.example.com', hmacJudge),
  },
  {
    file: 'self-signed-jwt',
    schema: 'selfSignedJwt',
    env: { SIGNING_KEY: own.pem },
    refusal: 401,
    serve: (origins) => judging(origins, api, jwtJudge),
  },
  {
    file: 'aws-sigv4',
    schema: 'awsSigv4',
    env: {
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: secret.replace(' ', ''),
      AWS_SESSION_TOKEN: 'the-session-token',
    },
    refusal: 403,
    serve: (origins) => judging(origins, cloud, cloudJudge, 200, [403]),
  },
  {
    file: 'http-signature',
    schema: 'httpSignature',
    env: { PARTNER_KEY: partner.pem },
    refusal: 401,
    serve: (origins) => judging(origins, api, partnerJudge, 201),
  },
  { file: 'session', schema: 'session', env: { CI_PASSWORD: secret }, refusal: 401, serve: serveApp },
  {
    file: 'ci-oidc',
    schema: 'ciOidc',
    env: {
      GITHUB_ACTIONS: 'true',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://pipelines.example.com/token?api-version=2',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-request-token',
    },
    refusal: 401,
    serve: serveCi,
  },
  {
    file: 'command',
    schema: 'command',
    env: { HELPER_TOKEN: 'helper-0123456789' },
    files: { 'tools/token.sh': program },
    refusal: 401,
    serve: (origins) => judging(origins, api, authorization('Bearer printed-helper-0123456789')),
  },
];

/** The API of ci-oidc.md where it takes the ID token itself. */
export async function serveIdToken(origins: Origins): Promise<void> {
  await serveCi(origins);
  await judging(origins, api, async (request) => {
    const token = /^Bearer (\S+)$/.exec(fieldOf(request, 'authorization'))?.[1] ?? '';
    return jwtVerify(token, ci.key, { audience: login }).then(
      () => true,
      () => false,
    );
  });
}
