/**
 * Public providers, played by nock. nock reaches requests of node:https only, why401 sends with undici: so a TLS server
 * stands under the provider's real name and passes each request on to the real host, where nock answers. Nothing leaves
 * the machine: connections to any other host are refused.
 */
// The module object, whose `request` nock replaces; a named import would keep the real one.
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import type nock from 'nock';
import type { Stage } from './stage.ts';

export interface Asked {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parameters of a form body. */
  readonly form: URLSearchParams;
  /** By lower-case name; null where it was not sent. */
  header(name: string): string | null;
}
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | object;
}
/** What the provider answers; it may look at everything that was asked. */
export type Play = (asked: Asked) => Answer;

export interface ProviderFront {
  /** Answers from now on. */
  use(play: Play): void;
}

/** `fields`: credential fields of these providers besides the usual ones. */
export async function frontProviders(
  stage: Stage,
  origins: readonly string[],
  first: Play,
  fields: readonly string[] = [],
): Promise<ProviderFront> {
  const { default: intercept } = await import('nock');
  let play = first;
  if (!intercept.isActive()) intercept.activate();
  intercept.disableNetConnect();
  stage.onClose(() => {
    intercept.cleanAll();
    intercept.enableNetConnect();
    intercept.restore();
  });
  for (const origin of origins) {
    playAt(intercept(origin).persist(), origin, (asked) => play(asked));
    await stage.serve(origin, passOnTo(origin), { fields });
  }
  return {
    use: (next) => {
      play = next;
    },
  };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

function playAt(scope: nock.Scope, origin: string, play: Play): void {
  for (const method of methods)
    scope.intercept(/^/, method).reply(function (uri, body) {
      const { pathname, searchParams } = new URL(uri, origin);
      const { headers } = this.req;
      const {
        status,
        headers: sent = {},
        body: content = '',
      } = play({
        origin,
        method,
        path: pathname,
        query: searchParams,
        form: new URLSearchParams(typeof body === 'string' ? body : ''),
        header: (name) => [headers[name] ?? null].flat()[0] ?? null,
      });
      const type =
        typeof content === 'string' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      return [status, method === 'HEAD' ? '' : text, { 'content-type': type, ...sent }];
    });
}

/** Host, path, fields and body as they came. */
function passOnTo(origin: string): Parameters<Stage['serve']>[1] {
  return (request, response) => {
    const { hostname } = new URL(origin);
    // Whether a connection is kept is no matter of the next one.
    const { connection: _, ...headers } = request.headers;
    const onward = https.request(
      { host: hostname, port: 443, method: request.method, path: request.url, headers, agent: false },
      (answer) => {
        void buffer(answer).then((body) => {
          response.writeHead(answer.statusCode ?? 502, [
            ...answer.rawHeaders,
            'content-length',
            String(body.length),
          ]);
          response.end(body);
        });
      },
    );
    onward.on('error', (failure) => {
      response.writeHead(502, { 'content-type': 'text/plain' });
      response.end(String(failure));
    });
    request.pipe(onward);
  };
}
