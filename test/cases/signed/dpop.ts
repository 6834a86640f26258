/** Tokens bound to a key (RFC 9449), at a resource server that checks the proofs. */
import type { RequestListener } from 'node:http';
import { SignJWT } from 'jose';
import { createOidc, webClient } from '../../support/oidc-server.ts';
import { type ProofRules, proofServer } from '../../support/secured.ts';
import { type Scene, staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';
import { api, minutes, type Truth } from './signed-case.ts';

const login = 'https://login.example.test';
const secret = 'a-secret-of-the-client-web';
const servers = ['oidc-provider 9', 'jose 6'];

interface Parts {
  readonly resource: RequestListener;
  readonly healed?: RequestListener;
  /** Instead of oidc-provider, until it is healed. */
  readonly issuer?: RequestListener;
}

function proofCase(fault: string, truth: Truth, parts: Parts): Case {
  return staged({ id: `signed/dpop-${fault}`, servers, ...truth }, async (stage): Promise<Scene> => {
    const oidc = await oidcServer();
    const issuer = await stage.serve(login, parts.issuer ?? oidc);
    const resource = await stage.serve(api, parts.resource);
    return {
      project: {
        environments: {
          production: {
            origins: { api },
            issuers: { main: login },
            clients: { web: { client_id: 'web', client_secret: '${secret.WEB}' } },
            protected: false,
            ...stage.reach(),
          },
        },
        credentials: {
          machine: {
            type: 'oauth2',
            grant_type: 'client_credentials',
            client: 'web',
            scope: 'orders:read',
            resource: [api],
            dpop: true,
          },
        },
      },
      scenario: JSON.stringify({ credential: 'machine', steps: [{ GET: '/orders' }] }),
      env: { WEB: secret },
      heal: async () => {
        issuer.use(oidc);
        resource.use(parts.healed ?? proofServer());
        return {};
      },
    };
  });
}

async function oidcServer(): Promise<RequestListener> {
  const { listener } = await createOidc({
    issuer: login,
    clients: [webClient('web', secret)],
    resources: [api],
    scopes: ['orders:read'],
    configuration: { features: { dPoP: { enabled: true } } } as object,
  });
  return listener;
}

/** A resource server whose clock is wrong, and tells its time. */
function atAnotherTime(ahead: number, rules: ProofRules, tolerance: number = minutes): RequestListener {
  const good = proofServer(rules);
  return (request, response) => {
    const proof = String(request.headers['dpop'] ?? '');
    const { iat } = JSON.parse(Buffer.from(proof.split('.')[1] ?? 'e30', 'base64url').toString() || '{}') as {
      iat?: number;
    };
    response.setHeader('date', new Date(Date.now() + ahead).toUTCString());
    if (proof === '') return always('DPoP algs="ES256"')(request, response);
    if (Math.abs((iat ?? 0) * 1000 - Date.now() - ahead) <= tolerance) return good(request, response);
    const description = rules.silent
      ? ''
      : ', error_description="Invalid DPoP proof: iat is not recent enough"';
    response.writeHead(401, {
      'content-type': 'application/json',
      'www-authenticate': `DPoP error="invalid_dpop_proof"${description}, algs="ES256"`,
    });
    response.end('{}');
  };
}

/** Refuses every proof in the same words. */
function always(challenge: string, headers: Record<string, string> = {}): RequestListener {
  return (request, response) => {
    const told = { 'www-authenticate': challenge, ...headers };
    response.writeHead(401, request.headers['dpop'] ? told : { 'www-authenticate': 'DPoP algs="ES256"' });
    response.end();
  };
}

/** An authorization server that binds the token to a key that nobody has. */
function otherKeyIssuer(): RequestListener {
  const metadata = {
    issuer: login,
    token_endpoint: `${login}/token`,
    jwks_uri: `${login}/jwks`,
    dpop_signing_alg_values_supported: ['ES256'],
  };
  return async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url?.startsWith('/.well-known/')) return void response.end(JSON.stringify(metadata));
    if (request.url !== '/token') return void response.end('{"keys":[]}');
    const token = await new SignJWT({ cnf: { jkt: 'a'.repeat(43) }, scope: 'orders:read' })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setIssuer(login)
      .setAudience(api)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(new Uint8Array(32));
    response.end(JSON.stringify({ access_token: token, token_type: 'DPoP', expires_in: 300 }));
  };
}

export const proofCases: readonly Case[] = [
  proofCase(
    'htu-behind-proxy',
    { causes: ['dpop-proof-invalid'], decisive: [`${api}/orders`], onlyTold: true },
    {
      resource: proofServer({ host: 'orders.internal' }),
    },
  ),
  proofCase(
    'htu-behind-proxy-silent',
    { causes: ['dpop-proof-invalid'], decisive: [`${api}/orders`], onlyTold: true },
    { resource: proofServer({ host: 'orders.internal', silent: true }) },
  ),
  proofCase(
    'clock',
    { causes: ['clock-skew'], decisive: ['10 min ahead'] },
    {
      resource: atAnotherTime(10 * minutes, {}),
    },
  ),
  proofCase(
    'clock-silent',
    {
      causes: ['clock-skew', 'dpop-proof-invalid'],
      decisive: ['10 min ahead'],
      twin: 'signed/dpop-htu-at-another-time-silent',
    },
    { resource: atAnotherTime(10 * minutes, { silent: true }) },
  ),
  proofCase(
    'htu-at-another-time-silent',
    {
      causes: ['dpop-proof-invalid', 'clock-skew'],
      decisive: ['10 min ahead'],
      twin: 'signed/dpop-clock-silent',
    },
    { resource: atAnotherTime(10 * minutes, { silent: true, host: 'orders.internal' }, 20 * minutes) },
  ),
  proofCase(
    'nonce-withheld',
    { causes: ['dpop-nonce-required'], decisive: ['DPoP-Nonce'] },
    {
      resource: always('DPoP error="use_dpop_nonce"'),
    },
  ),
  proofCase(
    'nonce-loop',
    { causes: ['dpop-nonce-required'], decisive: ['with the nonce'] },
    { resource: always('DPoP error="use_dpop_nonce"', { 'dpop-nonce': 'nonce-of-the-server' }) },
  ),
  proofCase(
    'other-key',
    { causes: ['token-binding-mismatch'], decisive: ['aaaaaaa'] },
    {
      resource: proofServer(),
      issuer: otherKeyIssuer(),
    },
  ),
  proofCase(
    'other-key-silent',
    { causes: ['token-binding-mismatch'], decisive: ['aaaaaaa'] },
    { resource: always('DPoP error="invalid_token"'), healed: proofServer(), issuer: otherKeyIssuer() },
  ),
];
