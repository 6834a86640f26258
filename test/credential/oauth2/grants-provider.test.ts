import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { importPKCS8, jwtVerify, SignJWT } from 'jose';
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from 'oauth4webapi';
import { type ClientMetadata, errors } from 'oidc-provider';
import type { Authorize } from '../../../src/credential/oauth2/acquiring.ts';
import type { Clock } from '../../../src/doors.ts';
import type { OAuth2Credential } from '../../../src/model.ts';
import { Secret } from '../../../src/secret.ts';
import { ann, callback, createOidc, type OidcServer, webClient } from '../../support/oidc-server.ts';
import { createBrowser } from '../browser.ts';
import {
  asksOf,
  bench,
  clientOf,
  closeServers,
  environmentOf,
  failureOf,
  issuerOf,
  oauth2Of,
  serveRaw,
  source,
  wireOf,
} from '../support.ts';

const staging = environmentOf('staging');
const api = 'https://api.example.test';
const types = 'urn:ietf:params:oauth:token-type';
const grantTypes = 'urn:ietf:params:oauth:grant-type';
const secret = 'staging-secret';

interface Started {
  readonly issuer: string;
  readonly seen: string[];
  readonly oidc: OidcServer;
  /** A credential of the client "web". */
  credential(parts: Partial<OAuth2Credential>): OAuth2Credential;
}

async function start(metadata: ClientMetadata | object = {}, lifetime = 3600): Promise<Started> {
  let oidc: OidcServer | null = null;
  const { origin, seen } = await serveRaw(() => (request, response) => oidc?.listener(request, response));
  oidc = await createOidc({
    issuer: origin,
    clients: [webClient('web', secret, metadata)],
    resources: [api],
    configuration: {
      features: { deviceFlow: { enabled: true } },
      async loadExistingGrant({ oidc: { client, provider, session } }) {
        const grant = new provider.Grant({
          accountId: session?.accountId ?? '',
          clientId: client?.clientId ?? '',
        });
        grant.addOIDCScope('openid offline_access orders:read');
        grant.addResourceScope(api, 'orders:read');
        await grant.save();
        return grant;
      },
      ttl: { AccessToken: lifetime, ClientCredentials: lifetime, DeviceCode: 600 },
    },
  });
  const client = clientOf(issuerOf(origin), {
    client_id: 'web',
    client_secret: Secret.named('WEB_SECRET', secret),
  });
  return { issuer: origin, seen, oidc, credential: (parts) => oauth2Of(client, parts) };
}

/** Logs in at the authorization endpoint, as a person would. */
function loggingIn(
  issuer: string,
  change: { readonly verifier?: string; readonly nonce?: string } = {},
): Authorize {
  return async (credential) => {
    const verifier = generateRandomCodeVerifier();
    const asked = new URLSearchParams({
      client_id: credential.client.client_id,
      response_type: 'code',
      redirect_uri: callback,
      scope: credential.scope ?? '',
      nonce: 'n-0S6_WzA2Mj',
      state: 'af0ifjsldkj',
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      prompt: 'consent',
    });
    for (const one of credential.resource) asked.append('resource', one);
    const browser = createBrowser();
    asked.delete('prompt');
    const page = await browser.open(`${issuer}/auth?${asked}`, callback);
    const back = await browser.submit(page, { login: ann.name, password: ann.password }, callback);
    const code = new URL(back.url).searchParams.get('code') ?? '';
    return {
      exchanges: [],
      authorization: {
        code: Secret.named('code', code),
        redirect_uri: callback,
        code_verifier: Secret.named('verifier', change.verifier ?? verifier),
        nonce: change.nonce ?? 'n-0S6_WzA2Mj',
      },
    };
  };
}

describe('grants at an authorization server', () => {
  afterEach(closeServers);

  it('redeems an authorization code, checks its ID token, and renews by refresh tokens that rotate', async () => {
    const { issuer, seen, credential } = await start({}, 100);
    const tested = bench({ authorize: loggingIn(issuer) });
    const reader = credential({
      grant_type: 'authorization_code',
      scope: 'openid offline_access orders:read',
      resource: [api],
      asks: asksOf({}),
    });
    const first = await tested.store.present(reader, staging);
    expect(failureOf(first)).to.equal(null);
    expect(first.exchanges.map(({ role }) => role)).to.deep.equal(['metadata', 'token', 'metadata']);
    expect(first.use?.token?.claims).to.deep.include({
      iss: issuer,
      aud: api,
      sub: 'ann',
      scope: 'orders:read',
    });
    seen.length = 0;
    const tokens = new Set([wireOf(first)['Authorization']]);
    for (let time = 0; time < 2; time += 1) {
      tested.shift += 100_000;
      const next = await tested.store.present(reader, staging);
      expect(failureOf(next)).to.equal(null);
      expect(next.use?.token?.claims?.['aud']).to.equal(api);
      tokens.add(wireOf(next)['Authorization']);
    }
    expect(tokens.size).to.equal(3);
    expect(seen).to.deep.equal(['POST /token', 'POST /token']);
  });

  it('presents the ID token of a login', async () => {
    const { issuer, credential } = await start();
    const reader = credential({
      grant_type: 'authorization_code',
      scope: 'openid',
      asks: asksOf({ present: 'id_token' }),
    });
    const { use } = await bench({ authorize: loggingIn(issuer) }).store.present(reader, staging);
    expect(use?.token?.claims).to.deep.include({ iss: issuer, aud: 'web', nonce: 'n-0S6_WzA2Mj' });
  });

  it('tells a nonce and a code_verifier that are not those of the authorization request', async () => {
    const { issuer, credential } = await start();
    const reader = credential({ grant_type: 'authorization_code', scope: 'openid', asks: asksOf({}) });
    const failure = async (authorize: Authorize) =>
      failureOf(await bench({ authorize }).store.present(reader, staging));
    expect(await failure(loggingIn(issuer, { nonce: 'another' }))).to.deep.equal({
      error: null,
      message: `The token endpoint (${issuer}/token) answered 200 with an id_token whose nonce is not that of the authorization request (OpenID Connect Core 1.0 section 3.1.3.7).`,
      shared: false,
    });
    expect(await failure(loggingIn(issuer, { verifier: 'w'.repeat(43) }))).to.deep.equal({
      error: 'invalid_grant',
      message: `The token endpoint (${issuer}/token) answered 400 with the error invalid_grant: "grant request is invalid".`,
      shared: false,
    });
  });

  describe('device_code', () => {
    /** Each wait may do something; its milliseconds are kept. */
    function waiting(during: (wait: number) => Promise<void>) {
      const waits: number[] = [];
      let passed = 0;
      const clock: Clock = {
        now: () => Date.now(),
        monotonic: () => passed,
        async sleep(ms) {
          waits.push(ms);
          passed += ms;
          await during(waits.length);
        },
      };
      return { waits, clock };
    }
    const metadata = {
      grant_types: [`${grantTypes}:device_code`, 'refresh_token', 'authorization_code'],
    };

    async function approve(prompted: string, decision: 'yes' | 'no'): Promise<void> {
      const url = /\S+user_code=\S+/.exec(prompted)?.[0] ?? '';
      const browser = createBrowser();
      const form = await browser.open(url);
      const confirm = await browser.submit(form, {});
      if (decision === 'no') {
        await browser.submit(confirm, { abort: 'yes' });
        return;
      }
      const login = await browser.submit(confirm, { confirm: 'yes' });
      const done = await browser.submit(login, { login: ann.name, password: ann.password });
      expect(done.text).to.match(/Sign-in Success/);
    }

    it('waits for a person, and renews without one', async () => {
      const { issuer, credential } = await start(metadata, 100);
      const prompts: string[] = [];
      const { waits, clock } = waiting(async (wait) => {
        if (wait === 3) await approve(prompts[0] ?? '', 'yes');
      });
      let shift = 0;
      const tested = bench({
        clock: { ...clock, now: () => Date.now() + shift },
        prompt: (text) => prompts.push(text),
      });
      const reader = credential({
        grant_type: 'device_code',
        scope: 'openid offline_access orders:read',
        resource: [api],
        asks: asksOf({}),
      });
      const first = await tested.store.present(reader, staging);
      expect(failureOf(first)).to.equal(null);
      expect(first.use?.token?.claims).to.deep.include({ aud: api, sub: 'ann' });
      expect(waits).to.deep.equal([5000, 5000, 5000]);
      expect(prompts.map((text) => text.replace(/[A-Z]{4}-[A-Z]{4}/g, 'CODE'))).to.deep.equal([
        `Credential "reader" (staging) needs a person. Open this address in any browser, and enter the code CODE:\n\n  ${issuer}/device\n\nor open this one, which has the code in it:\n\n  ${issuer}/device?user_code=CODE\n\nThe code is good for 10 min.`,
      ]);
      shift = 100_000;
      const second = await tested.store.present(reader, staging);
      expect(failureOf(second)).to.equal(null);
      expect(wireOf(second)['Authorization']).not.to.equal(wireOf(first)['Authorization']);
      expect(prompts.length).to.equal(1);
    });

    it('is refused as the person refused, and asks nobody twice', async () => {
      const { issuer, credential } = await start(metadata);
      const prompts: string[] = [];
      const { clock } = waiting(async () => approve(prompts[0] ?? '', 'no'));
      const { store } = bench({ clock, prompt: (text) => prompts.push(text) });
      const reader = credential({ grant_type: 'device_code', scope: 'openid', asks: asksOf({}) });
      const first = failureOf(await store.present(reader, staging));
      expect(first).to.deep.equal({
        error: 'access_denied',
        message: `The token endpoint (${issuer}/token) answered 400 with the error access_denied: "End-User aborted interaction".`,
        shared: false,
      });
      expect(failureOf(await store.present(reader, staging))).to.deep.equal({ ...first, shared: true });
      expect(prompts.length).to.equal(1);
    });
  });

  it('gets a token for a token, and for an assertion', async () => {
    const { issuer, oidc, credential } = await start({
      grant_types: ['client_credentials', `${grantTypes}:token-exchange`, `${grantTypes}:jwt-bearer`],
      redirect_uris: [],
      response_types: [],
    });
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    register(oidc, issuer, createPublicKey(pair.privateKey));
    const key = await importPKCS8(
      pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'ES256',
    );
    const assertion = (aud: string) =>
      new SignJWT({ iss: 'ci', sub: 'ci', aud })
        .setProtectedHeader({ alg: 'ES256' })
        .setExpirationTime('1h')
        .sign(key);
    const { store, performed } = bench();
    const inner = credential({ name: 'inner', scope: 'orders:read', resource: [api] });
    const exchanged = credential({
      name: 'exchanged',
      grant_type: 'token_exchange',
      asks: asksOf({ subject_token: { from: inner, type: `${types}:access_token` } }),
    });
    const asserted = async (aud: string) =>
      credential({
        name: `asserted for ${aud}`,
        grant_type: 'jwt_bearer',
        asks: asksOf({
          assertion: {
            from: {
              type: 'bearer',
              name: 'ci',
              token: Secret.named('CI', await assertion(aud)),
              source,
              sources: {},
            },
            type: `${types}:jwt`,
          },
        }),
      });
    expect(failureOf(await store.present(exchanged, staging))).to.equal(null);
    expect(performed.map(({ role }) => role)).to.deep.equal(['metadata', 'token', 'token']);
    expect(failureOf(await store.present(await asserted(issuer), staging))).to.equal(null);
    expect(
      failureOf(await store.present(await asserted('https://other.example.test'), staging)),
    ).to.deep.equal({
      error: 'invalid_grant',
      message: `The token endpoint (${issuer}/token) answered 400 with the error invalid_grant: "grant request is invalid".`,
      shared: false,
    });
  });
});

/** Grants that the provider does not have itself. */
function register({ provider }: OidcServer, issuer: string, key: ReturnType<typeof createPublicKey>): void {
  const issue = async (
    context: Parameters<Parameters<typeof provider.registerGrantType>[1]>[0],
    more: object,
  ) => {
    const { client } = context.oidc;
    if (!client) throw new errors.InvalidClient('no client');
    const token = new provider.ClientCredentials({ client, scope: 'orders:read' } as never);
    context.body = { access_token: await token.save(), token_type: 'Bearer', expires_in: 60, ...more };
  };
  provider.registerGrantType(
    `${grantTypes}:token-exchange`,
    async (context) => {
      const subject = String(context.oidc.params?.['subject_token'] ?? '');
      if (!subject.startsWith('eyJ')) throw new errors.InvalidGrant('not a token of ours');
      await issue(context, { issued_token_type: `${types}:access_token` });
    },
    ['subject_token', 'subject_token_type'],
  );
  provider.registerGrantType(
    `${grantTypes}:jwt-bearer`,
    async (context) => {
      const given = String(context.oidc.params?.['assertion'] ?? '');
      await jwtVerify(given, key, { audience: issuer }).catch(() => {
        throw new errors.InvalidGrant('the audience of the assertion is not this server');
      });
      await issue(context, {});
    },
    ['assertion'],
  );
}
