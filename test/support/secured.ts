/** https servers on loopback that ask for a client certificate: oidc-provider, and a resource server that checks proofs. */
import { createHash, randomBytes, type X509Certificate } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { calculateJwkThumbprint, decodeJwt, EmbeddedJWK, jwtVerify } from 'jose';
import type { ClientMetadata } from 'oidc-provider';
import type { Transport } from '../../src/model.ts';
import { createOidc, type OidcServer, type OidcSettings } from './oidc-server.ts';
import { type Origins, startOrigins } from './origins.ts';

export const login = 'https://login.example.test';
export const mtls = 'https://mtls.example.test';
export const api = 'https://api.example.test';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | null;
  readonly dpop: string | null;
  /** Common name of the client certificate. */
  readonly certificate: string | null;
}
export interface Secured {
  /** For `replay`, whose runs go by these settings. */
  readonly origins: Origins;
  readonly seen: SeenRequest[];
  /** Why the authorization server refused, in its own words. */
  readonly refusals: string[];
  /** Settings of the way to the servers. */
  use(transport: Partial<Transport>): void;
  serve(origin: string, listener: RequestListener): Promise<void>;
  oidc(clients: readonly ClientMetadata[], settings?: Partial<OidcSettings>): Promise<OidcServer>;
  close(): Promise<void>;
}

export async function startSecured(): Promise<Secured> {
  const started = await startOrigins();
  let changes: Partial<Transport> = {};
  const origins: Origins = {
    ...started,
    transportWith: (more) => started.transportWith({ ...changes, ...more }),
  };
  const servers: Server[] = [];
  const sockets = new Set<Duplex>();
  const seen: SeenRequest[] = [];
  const refusals: string[] = [];
  const serve = async (origin: string, listener: RequestListener): Promise<void> => {
    const identity = await started.authority.issue([new URL(origin).hostname]);
    const tls = { ...identity, ca: started.authority.ca, requestCert: true, rejectUnauthorized: false };
    const server = createServer(tls, (request, response) => {
      seen.push(seenOf(origin, request));
      listener(request, response);
    });
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    started.map(origin, `127.0.0.1:${(server.address() as AddressInfo).port}`);
  };
  return {
    origins,
    seen,
    refusals,
    use: (transport) => {
      changes = transport;
    },
    serve,
    async oidc(clients, settings = {}) {
      const server = await createOidc({ issuer: login, clients, ...settings });
      server.provider.on('grant.error', (_context, error) => {
        refusals.push(error.error_detail ?? error.message);
      });
      await serve(login, server.listener);
      return server;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) await new Promise((resolve) => server.close(resolve));
      await started.close();
    },
  };
}

function seenOf(origin: string, request: IncomingMessage): SeenRequest {
  const { method = '', url = '', headers } = request;
  return {
    method,
    url: `${origin}${url}`,
    authorization: headers.authorization ?? null,
    dpop: headerOf(request, 'dpop'),
    certificate: certificateOf(request)?.subject.replace(/^CN=/, '') ?? null,
  };
}

export function certificateOf(request: IncomingMessage): X509Certificate | undefined {
  return (request.socket as TLSSocket).getPeerX509Certificate();
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

/** mTLS of oidc-provider, by the certificate of the connection. */
export const mtlsFeature: Readonly<Record<string, unknown>> = {
  enabled: true,
  tlsClientAuth: true,
  selfSignedTlsClientAuth: true,
  certificateBoundAccessTokens: true,
  getCertificate: ({ req }: { req: IncomingMessage }) => certificateOf(req),
  certificateAuthorized: ({ req }: { req: IncomingMessage }) => (req.socket as TLSSocket).authorized,
  certificateSubjectMatches: ({ req }: { req: IncomingMessage }, _property: string, expected: string) =>
    certificateOf(req)?.subject === expected,
};

export interface ProofRules {
  /** The nonce that proofs must hold; null: none. */
  nonce?: string | null;
  /** What proofs are held against; default: the Host field. */
  readonly host?: string;
  /** Whether a refusal says why. */
  readonly silent?: boolean;
  /** Given with each good answer. */
  nextNonce?: string | null;
}

/** A resource server of bound tokens (RFC 9449 section 7); it answers with 401 and says why. */
export function proofServer(rules: ProofRules = {}): RequestListener {
  const used = new Set<string>();
  return (request, response) => {
    void check(request, rules, used).then(
      () => {
        if (rules.nextNonce) rules.nonce = rules.nextNonce;
        answer(response, 200, rules.nextNonce ? { 'dpop-nonce': rules.nextNonce } : {});
      },
      (error: Error) => {
        const code = codes[error.message] ?? 'invalid_dpop_proof';
        const isPlain = code === 'use_dpop_nonce' || rules.silent;
        const description = isPlain ? '' : `, error_description="Invalid DPoP proof: ${error.message}"`;
        answer(response, 401, {
          'www-authenticate': `DPoP error="${code}"${description}, algs="ES256"`,
          ...(rules.nonce ? { 'dpop-nonce': rules.nonce } : {}),
        });
      },
    );
  };
}

const codes: Readonly<Record<string, string>> = {
  nonce: 'use_dpop_nonce',
  'the scheme is not DPoP': 'invalid_token',
  'the key is not that of cnf.jkt': 'invalid_token',
};

async function check(request: IncomingMessage, rules: ProofRules, used: Set<string>): Promise<void> {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== 'DPoP') throw new Error('the scheme is not DPoP');
  const proof = await jwtVerify(headerOf(request, 'dpop') ?? '', EmbeddedJWK, { typ: 'dpop+jwt' });
  const { htm, htu, ath, jti, nonce, iat } = proof.payload;
  if (htm !== request.method) throw new Error('htm');
  if (htu !== `https://${rules.host ?? request.headers.host}${(request.url ?? '').replace(/\?.*/, '')}`)
    throw new Error('htu');
  if (ath !== createHash('sha256').update(token).digest('base64url')) throw new Error('ath');
  if (Math.abs((iat ?? 0) - Date.now() / 1000) > 60) throw new Error('iat');
  const { jwk } = proof.protectedHeader;
  const { cnf } = decodeJwt(token) as { cnf?: { jkt?: string } };
  if (!jwk || (await calculateJwkThumbprint(jwk)) !== cnf?.jkt)
    throw new Error('the key is not that of cnf.jkt');
  if (used.has(String(jti))) throw new Error('jti');
  used.add(String(jti));
  if (rules.nonce && nonce !== rules.nonce) throw new Error('nonce');
}

/** A resource server of tokens that are bound to a certificate (RFC 8705 section 3). */
export const certificateServer: RequestListener = (request, response) => {
  const [, token = ''] = (request.headers.authorization ?? '').split(' ');
  const { cnf } = decodeJwt(token) as { cnf?: { 'x5t#S256'?: string } };
  const certificate = certificateOf(request);
  const own = certificate && createHash('sha256').update(certificate.raw).digest('base64url');
  const fits = own !== undefined && own === cnf?.['x5t#S256'];
  answer(response, fits ? 200 : 401, fits ? {} : { 'www-authenticate': 'Bearer error="invalid_token"' });
};

function answer(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  response.end('{}');
}

export const nonceSecret: Buffer = randomBytes(32);
