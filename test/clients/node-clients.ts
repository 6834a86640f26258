/** HTTP clients for Node, in this process: each is given an agent that finds the servers. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import { Agent, buildConnector, interceptors, fetch as undiciFetch, request as undiciRequest } from 'undici';
import { body, type Client, type Got, headersOf } from './agreement.ts';
import type { Chain } from './chains.ts';
import type { World } from './world.ts';

const require = createRequire(import.meta.url);
type Send = (chain: Chain) => Promise<number>;

/** A client of this process that sends one chain at a time. */
function client(profile: string, title: string, send: Send, more: Partial<Client> = {}): Client {
  return {
    profile,
    title,
    ...more,
    async run(chains) {
      const got = new Map<string, Got>();
      for (const chain of chains) {
        const outcome = send(chain).then(
          (status): Got => ({ status }),
          (failure: unknown): Got => ({ error: String(failure) }),
        );
        got.set(chain.name, await outcome);
      }
      return got;
    },
  };
}

export async function nodeClients(world: World): Promise<readonly Client[]> {
  const agents = nodeAgents(world);
  const node20 = Number(process.versions.node.split('.')[0]) < 22;
  return [
    ...fetchClients(world),
    await axiosClient('axios', 'axios', agents),
    await axiosClient('axios-auth', 'axios', agents),
    await axiosClient('axios-1.12', 'axios-1.7', agents),
    await axiosClient('axios-1.12-auth', 'axios-1.7', agents),
    await axiosClient('axios-0', 'axios-0', agents),
    // got 15 needs Node 22.
    ...(node20 ? [] : [await gotClient('got', 'got', agents)]),
    await gotClient('got-14', 'got-14', agents),
    await gotClient('got-11', 'got-11', agents),
    await nodeFetchClient(agents),
    postmanClient(agents),
  ];
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

function nodeAgents({ ports, ca }: World): Agents {
  const place = (options: object): object => {
    const { host, port, servername } = options as {
      host?: string;
      port?: number | string;
      servername?: string;
    };
    return { ...options, host: '127.0.0.1', port: ports[String(port)], servername: servername || host };
  };
  class Http extends HttpAgent {
    override createConnection(options: object, done: () => void): Duplex {
      return super.createConnection(
        place({ ...options, port: (options as { port?: number }).port ?? 80 }) as never,
        done,
      ) as Duplex;
    }
  }
  class Https extends HttpsAgent {
    override createConnection(options: object, done: () => void): Duplex {
      return super.createConnection(place(options) as never, done) as Duplex;
    }
  }
  return { http: new Http({ keepAlive: true }), https: new Https({ ca, keepAlive: true }) };
}

function fetchClients({ ports, ca }: World): readonly Client[] {
  const connect = buildConnector({ ca });
  const dispatcher = new Agent({
    connect: (options, done) => {
      const port = options.port || (options.protocol === 'https:' ? '443' : '80');
      const servername = options.servername ?? options.hostname;
      connect({ ...options, hostname: '127.0.0.1', port: String(ports[port]), servername }, done);
    },
  });
  const init = (chain: Chain) => ({
    method: chain.method,
    headers: { ...headersOf(chain) },
    ...(chain.hasBody ? { body } : {}),
    dispatcher,
  });
  const redirecting = dispatcher.compose(interceptors.redirect({ maxRedirections: 100 }));
  const { version } = require('undici/package.json') as { version: string };
  return [
    client('fetch', `Node ${process.version} fetch`, async (chain) => {
      return (await fetch(chain.url, init(chain) as unknown as RequestInit)).status;
    }),
    client('undici', `undici ${version} fetch`, async (chain) => {
      return (await undiciFetch(chain.url, init(chain))).status;
    }),
    client('undici-redirect', `undici ${version} redirect interceptor`, async (chain) => {
      const answer = await undiciRequest(chain.url, {
        ...init(chain),
        method: chain.method as 'GET',
        dispatcher: redirecting,
      });
      await answer.body.dump();
      return answer.statusCode;
    }),
  ];
}

async function axiosClient(profile: string, name: string, agents: Agents): Promise<Client> {
  const { default: axios } = (await import(name)) as { default: AxiosLike };
  const auth = profile.endsWith('-auth') ? { username: 'u', password: 'p' } : null;
  const title = `axios ${versionOf(name)}${auth ? ', option auth' : ''}`;
  const send: Send = async (chain) => {
    const { authorization, ...rest } = headersOf(chain);
    const answer = await axios.request({
      method: chain.method,
      url: chain.url,
      headers: auth ? rest : { ...rest, authorization },
      ...(auth ? { auth } : {}),
      ...(chain.hasBody ? { data: body } : {}),
      httpAgent: agents.http,
      httpsAgent: agents.https,
      proxy: false,
      validateStatus: () => true,
    });
    return answer.status;
  };
  return client(profile, title, send, auth ? { values: { authorization: 'Basic dTpw' } } : {});
}
interface AxiosLike {
  request(config: object): Promise<{ status: number }>;
}

async function gotClient(profile: string, name: string, agents: Agents): Promise<Client> {
  const { default: got } = (await import(name)) as {
    default: (url: string, options: object) => Promise<{ statusCode: number }>;
  };
  return client(profile, `got ${versionOf(name)}`, async (chain) => {
    const answer = await got(chain.url, {
      method: chain.method,
      headers: headersOf(chain),
      ...(chain.hasBody ? { body } : {}),
      agent: agents,
      retry: name === 'got-11' ? 0 : { limit: 0 },
      throwHttpErrors: false,
    });
    return answer.statusCode;
  });
}

async function nodeFetchClient(agents: Agents): Promise<Client> {
  const { default: nodeFetch } = await import('node-fetch');
  return client(
    'node-fetch',
    `node-fetch ${versionOf('node-fetch')}`,
    async (chain) => {
      const answer = await nodeFetch(chain.url, {
        method: chain.method,
        headers: { ...headersOf(chain) },
        ...(chain.hasBody ? { body } : {}),
        agent: (url) => (url.protocol === 'https:' ? agents.https : agents.http),
      });
      return answer.status;
      // Userinfo in a Location, and the second redirect of a request with a body, end the process with a TypeError.
    },
    { without: ['post-307-302', 'userinfo', 'userinfo-foreign'] },
  );
}

/** With the options that newman gives. */
function postmanClient(agents: Agents): Client {
  const send = require('postman-request') as (
    options: object,
    done: (failure: unknown, answer: { statusCode: number }) => void,
  ) => void;
  return client(
    'postman',
    `postman-request ${versionOf('postman-request')}`,
    (chain) =>
      new Promise((resolve, reject) => {
        const options = {
          method: chain.method,
          url: chain.url,
          headers: { ...headersOf(chain) },
          ...(chain.hasBody ? { body } : {}),
          agents,
          followRedirect: true,
          followAllRedirects: true,
        };
        send(options, (failure, answer) => (failure ? reject(failure) : resolve(answer.statusCode)));
      }),
  );
}

function versionOf(name: string): string {
  const path = require.resolve(name).replace(new RegExp(`(node_modules/${name})/.*$`), '$1/package.json');
  return (require(path) as { version: string }).version;
}
