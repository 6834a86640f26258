/** Headless Chromium for which every name is on loopback, and the server that it talks to: what it sends is the answer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { createAuthority } from './certificates.ts';

/** What the server answers at a URL. */
export interface Page {
  /** Values of Set-Cookie, byte for byte. */
  readonly set?: readonly string[];
  /** Redirects there, with 302 or this status. */
  readonly to?: string;
  readonly status?: number;
  readonly html?: string;
}
export interface Chromium {
  /** Pages by URL, scheme and host included. */
  readonly pages: Map<string, Page>;
  /** Opens `url` as if it were typed in, and resolves with the Cookie field of the next request to `read`, which has no answer of its own (204). */
  open(url: string, read: string): Promise<string>;
  close(): Promise<void>;
}

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Tabs, each in its turn: so many pages may be opened at a time. */
export const lanes = 6;

/** Null where there is none. */
export async function startChromium(): Promise<Chromium | null> {
  if (program === undefined) return null;
  const pages = new Map<string, Page>();
  const waiting = new Map<string, (cookie: string) => void>();
  const answer = (scheme: string) => (socket: Socket) => serve(socket, scheme, pages, waiting);
  const { cert, key } = await (await createAuthority()).issue(['example.test']);
  const servers = [createServer(answer('http')), createTlsServer({ cert, key }, answer('https'))];
  const [plain, tls] = await Promise.all(servers.map(listen));
  const folder = mkdtempSync(join(tmpdir(), 'why401-chromium-'));
  const child = spawn(
    program,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--ignore-certificate-errors',
      '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,IsolateOrigins,site-per-process',
      // A process for each site is what takes the time.
      '--disable-site-isolation-trials',
      '--renderer-process-limit=2',
      '--proxy-server=direct://',
      `--host-resolver-rules=MAP *:80 127.0.0.1:${plain},MAP *:443 127.0.0.1:${tls}`,
      `--user-data-dir=${folder}`,
      '--remote-debugging-pipe',
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const call = caller(child);
  const tabs = await Promise.all(Array.from({ length: lanes }, () => openTab(call)));
  let next = 0;
  return {
    pages,
    async open(url, read) {
      const cookie = new Promise<string>((resolve) => waiting.set(read, resolve));
      next += 1;
      const { errorText } = await call('Page.navigate', { url }, tabs[next % lanes]);
      // A redirect that goes on by itself ends the first navigation.
      if (errorText !== undefined && errorText !== 'net::ERR_ABORTED') throw new Error(String(errorText));
      return cookie;
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // By its own means: its processes write to the folder until they are gone.
      void call('Browser.close', {});
      await ended;
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

async function openTab(call: Call): Promise<string> {
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  return String(sessionId);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function serve(
  socket: Socket,
  scheme: string,
  pages: ReadonlyMap<string, Page>,
  waiting: Map<string, (cookie: string) => void>,
): void {
  let text = '';
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    text += chunk;
    if (!text.includes('\r\n\r\n')) return;
    const target = /^\w+ (\S+)/.exec(text)?.[1] ?? '/';
    const host = /^host: *(\S+)/im.exec(text)?.[1] ?? '';
    const cookie = /^cookie: *(.*?)\r?$/im.exec(text)?.[1] ?? '';
    const url = `${scheme}://${host}${target}`;
    const {
      set = [],
      to,
      html = '',
      status = to !== undefined ? 302 : html ? 200 : 204,
    } = pages.get(url) ?? {};
    const lines = [
      `HTTP/1.1 ${status} Status`,
      'Content-Type: text/html',
      'Connection: close',
      ...(to === undefined ? [] : [`Location: ${to}`]),
      ...set.map((line) => `Set-Cookie: ${line}`),
    ];
    socket.end(`${lines.join('\r\n')}\r\n\r\n${html}`, 'latin1');
    waiting.get(url)?.(cookie);
    waiting.delete(url);
  });
}

type Call = (method: string, params: object, sessionId?: string) => Promise<Record<string, unknown>>;

/** The DevTools protocol over pipes: JSON texts, each ended by NUL. */
function caller(child: ChildProcess): Call {
  const [, , , input, output] = child.stdio as unknown as [null, null, null, Writable, Readable];
  const open = new Map<number, (result: Record<string, unknown>) => void>();
  let id = 0;
  let text = '';
  output.setEncoding('utf8');
  output.on('data', (chunk) => {
    const parts = (text + chunk).split('\0');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const { id: of, result, error } = JSON.parse(part);
      if (of !== undefined) open.get(of)?.(result ?? { errorText: error?.message });
    }
  });
  return (method, params, sessionId) =>
    new Promise((resolve) => {
      id += 1;
      open.set(id, resolve);
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
}
