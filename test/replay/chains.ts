/** Redirects played by real servers, or by a door that answers as it is told. */
import type { Send } from '../../src/doors.ts';
import type { RawField } from '../../src/model.ts';
import { type Followed, type FollowRequest, follow } from '../../src/replay/follow.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor } from '../../src/secret.ts';
import { type Origins, requestTo, startOrigins, systemClock } from '../support/origins.ts';

export interface Answer {
  readonly status: number;
  readonly headers: readonly RawField[];
}
export interface Chains {
  readonly origins: Origins;
  /** Path to `status location`, everything else 200. */
  serve(
    origin: string,
    redirects: Readonly<Record<string, string>>,
    cookies?: readonly string[],
  ): Promise<void>;
  /** Origins below example.test are bound. */
  go(url: string, changes?: Partial<FollowRequest>, sender?: Sender): Promise<Followed>;
  /** What arrived: method, URL, then the fields that are named. */
  arrived(...fields: string[]): string[];
  /** What is sent from http://a.test/ when the answers are these, then 200; every origin is bound. */
  played(
    changes: Partial<FollowRequest>,
    answers: readonly Answer[],
  ): Promise<
    {
      readonly url: URL;
      readonly method: string;
      readonly names: readonly string[];
      readonly hasBody: boolean;
    }[]
  >;
  close(): Promise<void>;
}

export async function startChains(): Promise<Chains> {
  const origins = await startOrigins();
  const own = createSend({ clock: systemClock, redactor: createRedactor() });
  const requestOf = (url: string, changes: Partial<FollowRequest>): FollowRequest => ({
    ...requestTo(url, origins.transport),
    sensitive: new Set(),
    redirect: { follow: true, max: 10 },
    bound: (origin) => /\.example\.test\.?(?::\d+)?$/.test(origin),
    jar: null,
    ...changes,
  });
  return {
    origins,
    async serve(origin, redirects, cookies = []) {
      await origins.serve(origin, (request, response) => {
        const [status, ...location] = (redirects[request.url] ?? '200').split(' ');
        const headers: RawField[] = location.map((value) => ['Location', value]);
        response.writeHead(
          Number(status),
          [...headers, ...cookies.map((value) => ['Set-Cookie', value])].flat(),
        );
        response.end();
      });
    },
    go: (url, changes = {}, sender = own) => follow(requestOf(url, changes), sender),
    arrived: (...fields) =>
      origins.received.map(({ origin, method, url, headers }) => {
        const kept = headers.filter(([name]) => fields.includes(name.toLowerCase()));
        return [`${method} ${origin}${url}`, ...kept.map(([name, value]) => `${name}: ${value}`)].join(' | ');
      }),
    async played(changes, answers) {
      const sends: { url: URL; method: string; names: string[]; hasBody: boolean }[] = [];
      const send: Send = async ({ method, url, headers, body: sent }) => {
        const { status, headers: received } = answers[sends.length] ?? { status: 200, headers: [] };
        sends.push({
          url,
          method,
          names: headers.map(([name]) => name.toLowerCase()),
          hasBody: sent !== null,
        });
        const body = { content: new Uint8Array(), bytes: 0, sha256: '', truncated: false, decodeError: null };
        return {
          request: { method, url: url.href, headers: [], body: null, httpVersion: '1.1' },
          response: { status, statusText: '', httpVersion: '1.1', headers: received, body },
          failure: null,
          tls: null,
          remote: null,
          timings: { connect: null, head: 0, total: 0 },
          clock: { sent: 0, received: 0 },
        };
      };
      await follow(requestOf('http://a.test/', { bound: () => true, ...changes }), { send });
      return sends;
    },
    async close() {
      await own.close();
      await origins.close();
    },
  };
}
