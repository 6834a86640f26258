/** An application in a program or in this process, alone or behind a proxy that ends TLS. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Given, type Program, runs } from '../mixed-after/program.ts';
import type { Fault, Front, Site } from '../servers/fault.ts';
import { type NginxFront, nginxFront } from '../servers/nginx-front.ts';

export type FrontOf = Fault['front'];

/** `faulty` while it fails, then `healed`; both are part of what the program is given. */
export function app(program: Program, faulty: Given, healed: Given = {}): FrontOf {
  return runs(program, (_site, whole) => ({ token: opaque, ...(whole ? healed : faulty) }));
}

/** The application stands where the orders are else. */
export function behind(proxy: FrontOf, application: FrontOf): FrontOf {
  return async (site, healed) => {
    const inner = await application(site, healed);
    const port = inner.ports['api'] ?? 0;
    const outer = await proxy({ ...site, app: { ...site.app, port } }, healed);
    return {
      ...outer,
      stop: async () => {
        await outer.stop();
        await inner.stop();
      },
    };
  };
}

const entry = 'return 301 https://$host$request_uri;';
/** nginx that ends TLS (the door does) and, once healed, says so; plain http at port 80 is sent to https. */
export function nginxAsDoor(faulty: NginxFront = {}, healed: NginxFront = told): FrontOf {
  return async (site, whole) => {
    const front = await nginxFront(site, { entry, ...(whole ? healed : faulty) });
    return { ...front, further: { 'http://api.example.test': front.ports['entry'] ?? 0 } };
  };
}
/** The scheme reaches the application. */
export const told: NginxFront = {
  gate: 'proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto https;',
};

/** Port 80 of the same name leads to the application itself. */
export function openPlain(front: FrontOf): FrontOf {
  return async (site, healed) => {
    const started = await front(site, healed);
    return { ...started, further: { 'http://api.example.test': started.ports['api'] ?? 0 } };
  };
}

/** An application of this process. */
export function served(make: (site: Site, healed: boolean) => RequestListener): FrontOf {
  return async (site, healed): Promise<Front> => {
    const server = createServer(make(site, healed));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      ports: { api: port, www: port, login: port },
      stop: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  };
}

export const opaque = 'b3BhcXVlIGFjY2VzcyB0b2tlbg';
export const withToken: Pick<Fault, 'secrets'> = { secrets: async () => ({ READER_TOKEN: opaque }) };
/** Of the right form, and of somebody else. */
export const wrongToken: Pick<Fault, 'secrets'> = {
  secrets: async (_site, healed) => ({ READER_TOKEN: healed ? opaque : 'b3BhcXVlIHRva2VuIG9mIHN0YWdpbmc' }),
};
/** What a refusal without a reason leaves open, of a token that cannot be read. */
export const opaqueRefused = [
  'token-unknown',
  'token-revoked',
  'token-expired',
  'token-invalid-unspecified',
  'credentials-stripped-by-proxy',
] as const;

export const orders: Fault['steps'] = [{ GET: '/orders' }];
export const strict: Fault['steps'] = [
  { GET: '/orders', expect: { status: 200, json: { '$.orders[0].id': 7 } } },
];
export const order: Fault['steps'] = [
  { POST: '/orders', body: { json: { item: 'ink' } }, writes: true, expect: { status: 201 } },
];

export const password = 'correct horse battery';
const form = { username: 'ann', password: '${secret.ANN_PASSWORD}' };
export const logIn: Fault['steps'][number] = {
  name: 'log in',
  POST: '/login',
  writes: true,
  body: { form: form },
  redirect: { follow: false },
  expect: { status: [200, 204, 302, 303] },
};
/** A login by form, then the orders with the session. */
export const session: Pick<Fault, 'steps' | 'credential' | 'secrets'> = {
  credential: 'none',
  steps: [logIn, { name: 'read', GET: '/orders', expect: { status: 200, json: { '$.orders[0].id': 7 } } }],
  secrets: async () => ({ ANN_PASSWORD: password }),
};
/** The same with another password. */
export const wrongPassword: Pick<Fault, 'secrets'> = {
  secrets: async (_site, healed) => ({ ANN_PASSWORD: healed ? password : 'correct horse of last year' }),
};
export const plain: Readonly<Record<string, string>> = { api: 'http://api.example.test' };
export const www: Readonly<Record<string, string>> = {
  api: 'https://api.example.test',
  www: 'https://www.example.test',
};
export const written = 'after the rules';
