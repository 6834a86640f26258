/** Requests that are signed, at servers that verify them: what a case of them is made of. */
import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Received } from '../../support/origins.ts';
import { staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';

export const api = 'https://api.example.test';
const staging = 'https://api.staging.example.test';

export type Truth = Pick<Case, 'causes' | 'decisive'> &
  Partial<Pick<Case, 'twin' | 'beside' | 'onlyTold' | 'written'>>;

export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}
/** null: the request is let in. */
export type Verify = (request: Received) => Promise<Refusal | null> | Refusal | null;

export interface Signed {
  readonly verify: Verify;
  /** Default: `verify` with another credential or other variables. */
  readonly healedVerify?: Verify;
  readonly credential: object;
  readonly healedCredential?: object;
  readonly env: Readonly<Record<string, string>>;
  readonly healedEnv?: Readonly<Record<string, string>>;
  /** Milliseconds by which the clock of the failing server is ahead; its Date tells. */
  readonly ahead?: number;
  /** Another environment, which takes the credential with these keys changed. */
  readonly staging?: { readonly credential: object; readonly verify: Verify };
  readonly steps?: readonly object[];
}

export function signedCase(id: string, told: Truth & Pick<Case, 'servers'>, parts: Signed): Case {
  return staged({ id: `signed/${id}`, ...told }, async (stage) => {
    const fields = ['signature', 'signature-input', 'x-signature', 'stripe-signature', 'webhook-signature'];
    const door = await stage.serve(api, listener(parts.verify, parts.ahead ?? 0), { fields });
    const project = (credential: object): object => ({
      environments: {
        production: { origins: { api }, protected: false, ...stage.reach() },
        ...(parts.staging
          ? {
              staging: {
                origins: { api: staging },
                protected: false,
                ...stage.reach(),
                credentials: { signer: parts.staging.credential },
              },
            }
          : {}),
      },
      credentials: { signer: credential },
    });
    const steps = parts.steps ?? [{ GET: '/orders?page=2' }];
    if (parts.staging) await stage.serve(staging, listener(parts.staging.verify, 0), { fields });
    return {
      project: project(parts.credential),
      scenario: JSON.stringify({ credential: 'signer', steps }),
      env: parts.env,
      heal: async () => {
        door.use(listener(parts.healedVerify ?? parts.verify, 0));
        return {
          project: project(parts.healedCredential ?? parts.credential),
          env: { ...parts.env, ...parts.healedEnv },
        };
      },
    };
  });
}

/** `ahead`: of a clock that is wrong, in milliseconds. */
function listener(verify: Verify, ahead: number): RequestListener {
  return async (request, response) => {
    const headers = request.rawHeaders.flatMap((name, index): [string, string][] =>
      index % 2 === 0 ? [[name, request.rawHeaders[index + 1] ?? '']] : [],
    );
    const received = { origin: api, method: request.method ?? '', url: request.url ?? '', headers };
    const refusal = await verify({ ...received, body: await text(request) });
    const { status, headers: own = {}, body = '' } = refusal ?? { status: 200, body: { orders: [] } };
    const type = typeof body === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(status, {
      date: new Date(Date.now() + ahead).toUTCString(),
      'content-type': type,
      ...own,
    });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

export const minutes = 60_000;
