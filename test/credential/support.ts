/** Servers on loopback, and a Perform over node:http that records as replay does: redacted, redirects not followed. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { noAsks } from '../../src/credential/oauth2/asks.ts';
import type { Browser, CredentialStore, Perform, Presentation } from '../../src/credential/presentation.ts';
import { type CredentialDoors, createCredentialStore } from '../../src/credential/store.ts';
import type { Clock, Random } from '../../src/doors.ts';
import type {
  Client,
  Environment,
  Exchange,
  Hop,
  Issuer,
  OAuth2Asks,
  OAuth2Credential,
  RawField,
  Source,
} from '../../src/model.ts';
import { createBrowser } from '../../src/replay/browse.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor, type Redactor, Secret, type Value } from '../../src/secret.ts';

export const source: Source = { file: 'why401.yml', line: 1, column: 1 };

export function environmentOf(name: string, parts: Partial<Environment> = {}): Environment {
  return {
    name,
    source,
    protected: true,
    default: true,
    origins: new Map(),
    originSources: {},
    issuers: new Map(),
    clients: new Map(),
    credentials: new Map(),
    headers: [],
    transport: {
      environment: name,
      connectTo: new Map(),
      ca: null,
      clientCertificate: null,
      insecure: false,
      proxy: null,
      http2: false,
    },
    experiments: { allow: new Set(), budget: 6, origins: new Set() },
    ...parts,
  };
}

export function issuerOf(issuer: string, parts: Partial<Issuer> = {}): Issuer {
  return { name: 'main', issuer, discovery: 'oidc', metadata: {}, source, ...parts };
}

export function clientOf(issuer: Issuer, parts: Partial<Client> = {}): Client {
  return {
    name: 'web',
    issuer,
    client_id: 'web-staging',
    client_secret: Secret.named('WEB_SECRET', 'web secret: 100% +/~'),
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [],
    source,
    sources: {},
    ...parts,
  };
}

export function oauth2Of(client: Client, parts: Partial<OAuth2Credential> = {}): OAuth2Credential {
  return {
    type: 'oauth2',
    name: 'reader',
    grant_type: 'client_credentials',
    client,
    scope: null,
    resource: [],
    audience: null,
    refresh_token: null,
    source,
    sources: {},
    ...parts,
  };
}

/** All that only some grants ask for, empty. */
export function asksOf(parts: Partial<OAuth2Asks>): OAuth2Asks {
  return { ...noAsks, login: [], ...parts };
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
export interface TestServer {
  readonly origin: string;
  readonly seen: SeenRequest[];
  handler: (request: IncomingMessage, response: ServerResponse, body: string) => void;
}
const servers: Server[] = [];

/** Counts requests; what it answers may be set later. `raw` servers do not read the body. */
export async function serve(handler: TestServer['handler'] = () => {}): Promise<TestServer> {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { method = '', url: path = '', headers } = incoming;
    running.seen.push({ method, path, headers, body });
    running.handler(incoming, response, body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const running: TestServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    handler,
  };
  return running;
}

/** A server whose handler reads the request itself; paths are counted. */
export async function serveRaw(
  handlerOf: (origin: string) => (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly origin: string; readonly seen: string[] }> {
  let handler: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  const seen: string[] = [];
  const server = createServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    handler?.(incoming, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  handler = handlerOf(origin);
  return { origin, seen };
}

export async function closeServers(): Promise<void> {
  for (const sender of senders.splice(0)) await sender.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export function json(response: ServerResponse, status: number, value: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

export interface Bench {
  readonly store: CredentialStore;
  readonly redactor: Redactor;
  readonly performed: Exchange[];
  /** Milliseconds by which the clock is moved. */
  shift: number;
}

/** `more`: doors beside the usual ones, or in their place. */
export function bench(more: Partial<CredentialDoors> = {}): Bench {
  const redactor = createRedactor();
  const performed: Exchange[] = [];
  const made: Bench = { store: null as unknown as CredentialStore, redactor, performed, shift: 0 };
  const clock: Clock = {
    now: () => Date.now() + made.shift,
    monotonic: () => performance.now(),
    sleep: async () => {},
  };
  const random: Random = { uuid: randomUUID, token: (bytes) => 'k'.repeat(bytes) };
  const perform: Perform = async (asked) => {
    const hop = await send(asked, clock, redactor);
    const exchange: Exchange = {
      role: asked.role,
      attempt: 1,
      environment: asked.environment.name,
      hops: [hop],
      credentials: asked.credentials ?? [],
      stopped: null,
    };
    performed.push(exchange);
    return exchange;
  };
  const browser = browserOf(clock, redactor);
  return Object.assign(made, {
    store: createCredentialStore({ perform, clock, random, redactor, browser, ...more }),
  });
}

const senders: Sender[] = [];

/** Opens pages as a run does. */
export function browserOf(clock: Clock, redactor: Redactor): Browser {
  const sender = createSend({ clock, redactor });
  senders.push(sender);
  const context = { send: sender.send, bodyLimit: 1_000_000, userAgent: 'why401/0.0.0' };
  return createBrowser(context, redactor, 10_000, null, () => clock.now());
}

const reveal = (value: Value): string => (value instanceof Secret ? value.reveal() : value);

async function send(asked: Parameters<Perform>[0], clock: Clock, redactor: Redactor): Promise<Hop> {
  const sent = clock.now();
  const answer = await new Promise<Pick<Hop, 'response' | 'failure'>>((resolve) => {
    const fails = (error: NodeJS.ErrnoException, phase: 'connect' | 'head'): void => {
      const { code = 'UNKNOWN', message } = error;
      resolve({ response: null, failure: { phase, code, cause: 'unreachable', message } });
    };
    const outgoing = request(
      asked.url,
      {
        method: asked.method,
        headers: Object.fromEntries(asked.headers.map(([name, value]) => [name, reveal(value)])),
        agent: false,
      },
      async (incoming) => {
        const chunks: Buffer[] = [];
        try {
          for await (const chunk of incoming) chunks.push(chunk as Buffer);
        } catch (error) {
          const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException;
          const failure = { phase: 'body', code, cause: 'unreachable', message } as const;
          resolve({ response: responseOf(incoming, Buffer.concat(chunks)), failure });
          return;
        }
        const content = Buffer.concat(chunks);
        resolve({ failure: null, response: responseOf(incoming, content) });
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      fails(error, error.code === 'ECONNREFUSED' ? 'connect' : 'head'),
    );
    outgoing.end(asked.body === null ? undefined : reveal(asked.body));
  });
  const body = asked.body === null ? null : String(asked.body);
  return {
    index: 1,
    request: {
      method: asked.method,
      url: redactor.redact(asked.url),
      headers: asked.headers.map(([name, value]): RawField => [name, redactor.redact(String(value))]),
      body: body === null ? null : { bytes: body.length, sha256: '', excerpt: redactor.redact(body) },
      httpVersion: '1.1',
    },
    ...answer,
    dropped: [],
    cookies: { sent: [], set: [], refused: [] },
    tls: null,
    remote: null,
    timings: { connect: null, head: null, total: 0 },
    clock: { sent, received: clock.now() },
  };
}

function responseOf(incoming: IncomingMessage, content: Buffer): NonNullable<Hop['response']> {
  const headers: RawField[] = [];
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    headers.push([incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '']);
  }
  return {
    status: incoming.statusCode ?? 0,
    statusText: incoming.statusMessage ?? '',
    httpVersion: incoming.httpVersion,
    headers,
    body: {
      content,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      truncated: false,
      decodeError: null,
    },
  };
}

/** What a presentation puts on the wire. */
export function wireOf(presentation: Presentation): Record<string, string> {
  const { headers, query, cookies } = presentation;
  return Object.fromEntries([...headers, ...query, ...cookies].map(([name, value]) => [name, reveal(value)]));
}

/** What of a failure can be compared whole. */
export function failureOf(presentation: Presentation): object | null {
  const { failure } = presentation;
  return failure && { error: failure.error, message: failure.message, shared: failure.shared };
}
