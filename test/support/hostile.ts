/** Servers that give back, in every encoding, all that was sent to them, and know what of it was secret. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a server writes what it was sent. */
export const encodings: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  json: (text) => JSON.stringify(text),
  'json with escaped slashes': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'json with escaped markup': (text) =>
    JSON.stringify(text).replace(
      /[<>&'+=]/g,
      (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  'json with escapes in capitals': (text) =>
    JSON.stringify(text).replace(
      /[<>&'+]/g,
      (each) => `\\u${each.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
    ),
  html: (text) => escapeHtml(text, { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }),
  'html by numbers': (text) =>
    escapeHtml(text, { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;', '+': '&#43;' }),
  'html by hexadecimal numbers': (text) =>
    escapeHtml(text, {
      '&': '&amp;',
      '<': '&lt;',
      '>': '&gt;',
      '"': '&quot;',
      "'": '&#x27;',
      '/': '&#x2F;',
      '=': '&#x3D;',
    }),
  'a component of a URL': (text) => encodeURIComponent(text),
  'a component of a URL, slashes kept': (text) =>
    encodeURIComponent(text)
      .replaceAll('%2F', '/')
      .replace(/[!'()*]/g, hexadecimal),
  'a component of a URL within one': (text) => encodeURIComponent(encodeURIComponent(text)),
  'a URL': (text) => encodeURI(text),
  'a form': (text) => new URLSearchParams([['', text]]).toString().slice(1),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64, one byte on': (text) => Buffer.from(`x${text}`).toString('base64'),
  'base64, two bytes on': (text) => Buffer.from(`xy${text}`).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex in capitals': (text) => Buffer.from(text).toString('hex').toUpperCase(),
};

function escapeHtml(text: string, entities: Readonly<Record<string, string>>): string {
  return [...text].map((each) => entities[each] ?? each).join('');
}

function hexadecimal(text: string): string {
  return `%${text.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Every form of a secret that a report must not hold. */
export function formsOf(secret: string): Map<string, string> {
  const forms = new Map<string, string>();
  for (const [name, encode] of Object.entries(encodings)) {
    const whole = encode(secret).replace(/^"|"$/g, '').replace(/=+$/, '');
    // What stands beside it in base64 text has a part in the first and the last characters.
    const inner = name.startsWith('base64') ? whole.slice(4, -4) : whole;
    if (inner.length >= 6) forms.set(name, inner);
  }
  return forms;
}

export type Mood = 'takes' | 'refuses' | 'redirects';

export interface Hostile {
  readonly api: string;
  readonly login: string;
  /** What was secret in requests and answers so far. */
  readonly secrets: Set<string>;
  mood: Mood;
  /** `state` of the request that was pushed last. */
  pushed: string;
  /** What came by a redirect of the authorization server. */
  readonly stolen: string[];
  encode: (text: string) => string;
  close(): Promise<void>;
}

/** A value with all that encodings change; header fields can carry it. */
export function secretText(): string {
  return `k/+=&<>'"%~*(${randomBytes(18).toString('base64')})`;
}

const word = (): string => `${randomBytes(15).toString('base64')}/+`;

export async function startHostile(): Promise<Hostile> {
  const running: Server[] = [];
  const start = async (
    handler: (request: IncomingMessage, body: string, response: ServerResponse) => void,
  ) => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => handler(request, Buffer.concat(chunks).toString('utf8'), response));
    });
    running.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const secrets = new Set<string>();
  const hostile: Hostile = {
    api: '',
    login: '',
    secrets,
    mood: 'takes',
    pushed: '',
    stolen: [],
    encode: (text) => text,
    async close() {
      for (const server of running) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
  const api = await start((request, body, response) => answerApi(request, body, response, hostile));
  const login = await start((request, body, response) => answerLogin(request, body, response, hostile));
  return Object.assign(hostile, { api, login });
}

/** Lines with all that a request may hide. */
function echoOf(request: IncomingMessage, body: string): string {
  const lines = Object.entries(request.headers)
    .filter(
      ([name]) => !['host', 'referer', 'connection', 'accept', 'user-agent', 'content-length'].includes(name),
    )
    .map(([name, value]) => `${name}: ${String(value)}`);
  const address = request.url?.startsWith('/landing') ? '' : request.url;
  return [body, address, ...lines].join(' ').replace(/back=[^;\s]*/g, '');
}

/** Notes what of a request is secret. */
function note(request: IncomingMessage, body: string, { secrets }: Hostile): void {
  const { headers } = request;
  const add = (value: string | null | undefined): void => {
    // What the tool sends without a credential is no secret, nor is our own echo.
    if (value && value.length >= 8 && !value.startsWith('why401-')) secrets.add(value);
  };
  const [, scheme = '', rest = ''] = /^(\S+) (.*)$/.exec(headers.authorization ?? '') ?? [];
  if (/^(?:bearer|dpop|basic)$/i.test(scheme)) add(rest);
  add(/ response="(\w+)"/.exec(rest)?.[1]);
  add(/Signature=(\w+)/.exec(rest)?.[1]);
  add(/:(.+):/.exec(String(headers['signature'] ?? ''))?.[1]);
  add(/v1=(.+)$/.exec(String(headers['x-signature'] ?? ''))?.[1]);
  add(String(headers['dpop'] ?? '').split('.')[2]);
  for (const pair of (headers.cookie ?? '').split('; '))
    if (!pair.startsWith('back=')) add(pair.slice(pair.indexOf('=') + 1));
  const form = new URLSearchParams(body);
  for (const name of ['client_secret', 'code', 'code_verifier', 'refresh_token', 'password', 'subject_token'])
    add(form.get(name));
  for (const name of ['client_assertion', 'assertion']) add(form.get(name)?.split('.')[2]);
}

function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string,
): undefined {
  response.writeHead(status, headers);
  // Borders of chunks fall into secrets.
  for (let at = 0; at < body.length; at += 97) response.write(body.slice(at, at + 97));
  response.end();
  return undefined;
}

/** The text as a quoted-string of a field (RFC 9110 section 5.6.4), or nothing where it has escapes of its own. */
function field(text: string): string {
  return /[\\\r\n]/.test(text) ? '' : text.replaceAll('"', '\\"').slice(0, 1500);
}

function answerApi(
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
  hostile: Hostile,
): undefined {
  note(request, body, hostile);
  const { mood, encode, secrets } = hostile;
  const echo = encode(echoOf(request, body));
  const url = new URL(request.url ?? '/', 'http://x');
  if (url.pathname === '/stolen') hostile.stolen.push(`${request.method} ${body}`);
  if (url.pathname === '/form' && request.method === 'GET') {
    const csrf = word();
    secrets.add(csrf);
    const page = `<form method=post action=/form><input name=csrf_token type=hidden value="${csrf}"><input name=username><input name=password type=password></form>`;
    return send(response, 200, { 'content-type': 'text/html' }, page);
  }
  const seen = { 'x-echo': field(echo), 'content-type': 'application/json' };
  if (url.pathname === '/form') {
    const sid = randomBytes(16).toString('base64url');
    secrets.add(sid);
    if (mood === 'refuses') return send(response, 401, { 'content-type': 'text/html' }, `<p>${echo}</p>`);
    return send(response, 302, { ...seen, location: '/home', 'set-cookie': `sid=${sid}; HttpOnly` }, '');
  }
  const digest = url.pathname.startsWith('/digest');
  if (digest && !request.headers.authorization) {
    const challenge = 'Digest realm="api", nonce="abcdefghijklmnop", qop="auth", algorithm=SHA-256';
    return send(response, 401, { 'www-authenticate': challenge }, '');
  }
  if (mood === 'redirects' && url.pathname !== '/landing') {
    return send(
      response,
      302,
      { ...seen, location: `/landing?back=${encodeURIComponent(echoOf(request, body).slice(0, 1500))}` },
      echo,
    );
  }
  if (mood === 'takes')
    return send(response, 200, { ...seen, 'set-cookie': `back=${field(echo).replace(/[;,\s]/g, '')}` }, echo);
  const challenge = `Bearer realm="api", error="invalid_token", error_description="${field(echo)}"`;
  return send(
    response,
    401,
    { ...seen, 'www-authenticate': digest ? 'Digest realm="api", nonce="zyxwvutsrqponmlk"' : challenge },
    echo,
  );
}

function answerLogin(
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
  hostile: Hostile,
): undefined {
  note(request, body, hostile);
  const { mood, encode, secrets } = hostile;
  const url = new URL(request.url ?? '/', hostile.login);
  const echo = encode(echoOf(request, body));
  const made = (value: string): string => {
    secrets.add(value);
    return value;
  };
  const json = (status: number, value: object, headers: Record<string, string> = {}): undefined =>
    send(
      response,
      status,
      { 'content-type': 'application/json', 'x-echo': field(echo), ...headers },
      JSON.stringify(value),
    );
  if (url.pathname === '/authorize') {
    const page = `<form method=post action="/login${url.search.replaceAll('&', '&amp;')}"><input name=csrf_token type=hidden value="${made(word())}"><input name=username><input name=password type=password></form>`;
    return send(response, 200, { 'content-type': 'text/html' }, page);
  }
  if (url.pathname === '/login') {
    if (mood === 'refuses') return send(response, 401, { 'content-type': 'text/html' }, `<p>${echo}</p>`);
    const back = new URL(`${hostile.login}/back`);
    back.searchParams.set('code', made(word()));
    back.searchParams.set('state', url.searchParams.get('state') ?? hostile.pushed);
    const cookie = `login=${made(randomBytes(16).toString('base64url'))}`;
    return send(response, 302, { location: back.href, 'set-cookie': cookie, 'x-echo': field(echo) }, echo);
  }
  if (url.pathname === '/par' && mood === 'takes') {
    hostile.pushed = new URLSearchParams(body).get('state') ?? '';
    return json(201, { request_uri: 'urn:x:1', expires_in: 60, echo });
  }
  if (mood === 'redirects' && url.pathname !== '/ci') {
    const location = `${hostile.api}/stolen?back=${encodeURIComponent(echoOf(request, body).slice(0, 1500))}`;
    return send(response, 307, { location, 'content-type': 'text/plain' }, echo);
  }
  if (mood === 'refuses') {
    const challenge = `Bearer error="invalid_client", error_description="${field(echo)}"`;
    return json(
      401,
      { error: 'invalid_client', error_description: echo, message: echo },
      { 'www-authenticate': challenge },
    );
  }
  if (url.pathname === '/ci') return json(200, { echo, value: made(word().replaceAll('=', '')) });
  const bound = request.headers['dpop'] !== undefined;
  const opaque = {
    access_token: made(word()),
    refresh_token: made(word()),
    token_type: bound ? 'DPoP' : 'Bearer',
  };
  return json(200, {
    echo,
    ...opaque,
    expires_in: 300,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
}
