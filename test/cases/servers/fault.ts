/** From one fault in the configuration of a server to a case: doors, a project file, and the way back. */
import { existsSync, readFileSync } from 'node:fs';
import { type Authority, createAuthority, type Identity } from '../../support/certificates.ts';
import { type Door, openDoor } from '../../support/door.ts';
import type { Case, Received, Started } from '../case.ts';
import { issuer, type OrdersApp, startOrdersApp } from './orders-app.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Site {
  readonly app: OrdersApp;
  readonly authority: Authority;
  /** Good for every name below example.test that the cases use. */
  readonly identity: Identity;
}
/** A running server. */
export interface Front {
  /** Port on 127.0.0.1 by name of the origin. */
  readonly ports: Readonly<Record<string, number>>;
  /** Origins whose bytes only the server can read (its own TLS): its access log, one JSON of `method`, `path`, `authorization` a line. */
  readonly logs?: Readonly<Record<string, string>>;
  /** Origins to which the server redirects and which the project does not name, to a port on 127.0.0.1. */
  readonly further?: Readonly<Record<string, number>>;
  /** Of a forward proxy, on 127.0.0.1. */
  readonly proxy?: number;
  stop(): Promise<void>;
}
export type Credentials = Readonly<Record<string, Json>>;
export type Secrets = (site: Site, healed: boolean) => Promise<Readonly<Record<string, string>>>;
export interface Fault extends Pick<Case, 'id' | 'servers' | 'causes' | 'decisive' | 'needs'> {
  readonly beside?: Case['beside'];
  readonly hop?: number;
  readonly twin?: string;
  readonly written?: Case['written'];
  /** In production; the first is where steps go. Default: `https://api.example.test`. */
  readonly origins?: Readonly<Record<string, string>>;
  readonly steps: readonly Json[];
  /** Name or names of credentials; default: `reader`, a bearer token that is good. */
  readonly credential?: string | readonly string[];
  /** Beside production there is a staging without the fault. */
  readonly sibling?: boolean;
  /** Production is not protected. */
  readonly open?: boolean;
  readonly front: (site: Site, healed: boolean) => Promise<Front>;
  /** Further keys of the environment production. */
  readonly environment?: (site: Site, healed: boolean, front: Front) => Json;
  /** Credentials beside `reader`. */
  readonly credentials?: Credentials;
  /** Values of secrets beside or instead of READER_TOKEN. */
  readonly secrets?: Secrets;
  /** Further files of the project. */
  readonly files?: (site: Site) => Promise<Readonly<Record<string, string>>>;
  /** Fields, in lower case, beside the usual ones. */
  readonly fields?: readonly string[];
}

const usual = ['authorization', 'cookie', 'x-api-key', 'proxy-authorization'];
const names = ['api', 'entry', 'www', 'orders', 'login'];

export function define(fault: Fault): Case {
  const { id, servers, causes, decisive, needs, hop = null, twin = null, written = 'with the rules' } = fault;
  const beside = fault.beside ?? [];
  return { id, servers, causes, beside, decisive, needs, hop, twin, written, start: () => start(fault) };
}

async function start(fault: Fault): Promise<Started> {
  const authority = await createAuthority();
  const hosts = names.flatMap((name) => [`${name}.example.test`, `${name}.staging.example.test`]);
  const site = { app: await startOrdersApp(), authority, identity: await authority.issue(hosts) };
  const stops: (() => Promise<void>)[] = [() => site.app.close()];
  const close = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    return await build(fault, site, stops, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  fault: Fault,
  site: Site,
  stops: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Started> {
  const run = async (healed: boolean): Promise<Front> => {
    const front = await fault.front(site, healed);
    stops.push(() => front.stop());
    return front;
  };
  const login = await openDoor({ origin: issuer, identity: site.identity, credentials: usual });
  stops.push(() => login.close());
  login.lead(site.app.issuerPort);
  const faultyFront = await run(false);
  const production = await enter(fault, site, originsOf(fault, ''), stops, faultyFront);
  let healedFront = fault.sibling ? await run(true) : null;
  const staging = healedFront
    ? await enter(fault, site, originsOf(fault, 'staging.'), stops, healedFront)
    : null;
  const project = async (healed: boolean): Promise<Pick<Started, 'files' | 'env'>> => ({
    files: {
      'why401.yml': JSON.stringify({
        environments: {
          ...(staging && { staging: { protected: false, ...environmentOf(staging, login) } }),
          production: {
            protected: !fault.open,
            ...environmentOf(production, login),
            ...fault.environment?.(site, healed, (healed ? healedFront : null) ?? faultyFront),
          },
        },
        credentials: { reader: { type: 'bearer', token: '${secret.READER_TOKEN}' }, ...fault.credentials },
      }),
      'orders.yml': JSON.stringify({ credential: fault.credential ?? 'reader', steps: fault.steps }),
      'ca.pem': site.authority.ca,
      ...(await fault.files?.(site)),
    },
    env: { READER_TOKEN: await site.app.token(), ...(await fault.secrets?.(site, healed)) },
  });
  return {
    ...(await project(false)),
    async heal() {
      healedFront ??= await run(true);
      production.lead(healedFront);
      login.received.length = 0;
      staging?.clear();
      return project(true);
    },
    received: () => [...login.received, ...production.received(), ...(staging?.received() ?? [])],
    close,
  };
}

function originsOf(fault: Fault, label: string): Readonly<Record<string, string>> {
  const origins = fault.origins ?? { api: 'https://api.example.test' };
  const moved = Object.entries(origins).map(([name, origin]) => [
    name,
    origin.replace('example.test', `${label}example.test`),
  ]);
  return Object.fromEntries(moved);
}

/** The doors of one environment. */
interface Entrance {
  readonly origins: Readonly<Record<string, string>>;
  readonly connectTo: Readonly<Record<string, string>>;
  lead(front: Front): void;
  received(): readonly Received[];
  clear(): void;
}

async function enter(
  fault: Fault,
  site: Site,
  origins: Readonly<Record<string, string>>,
  stops: (() => Promise<void>)[],
  first: Front,
): Promise<Entrance> {
  const credentials = [...usual, ...(fault.fields ?? [])];
  const doors = new Map<string, Door>();
  const connectTo: Record<string, string> = {};
  const open = async (name: string, origin: string): Promise<Door> => {
    const ownTls = first.logs?.[name] !== undefined;
    const identity = origin.startsWith('https:') && !ownTls ? site.identity : null;
    const door = await openDoor({ origin, identity, credentials });
    stops.push(() => door.close());
    doors.set(name, door);
    connectTo[hostAndPort(origin)] = `127.0.0.1:${door.port}`;
    return door;
  };
  for (const [name, origin] of Object.entries(origins)) await open(name, origin);
  for (const [origin, port] of Object.entries(first.further ?? {})) (await open(origin, origin)).lead(port);
  let front = first;
  const logged: Record<string, number> = {};
  const clear = (): void => {
    for (const door of doors.values()) door.received.length = 0;
    for (const [name, file] of Object.entries(front.logs ?? {})) logged[name] = linesOf(file).length;
  };
  const lead = (next: Front): void => {
    front = next;
    for (const name of Object.keys(origins)) doors.get(name)?.lead(next.ports[name] ?? 0);
    clear();
  };
  lead(first);
  return {
    origins,
    connectTo,
    lead,
    clear,
    received: () =>
      [...doors].flatMap(([name, door]) => {
        const file = front.logs?.[name];
        if (file === undefined) return door.received;
        return linesOf(file)
          .slice(logged[name])
          .map((line) => readLine(line, origins[name] ?? ''));
      }),
  };
}

function environmentOf(entrance: Entrance, login: Door): Json {
  return {
    origins: entrance.origins,
    issuers: { main: issuer },
    connect_to: { ...entrance.connectTo, 'login.example.test:443': `127.0.0.1:${login.port}` },
    tls: { ca: 'ca.pem' },
  };
}

function hostAndPort(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

function linesOf(file: string): string[] {
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
}

function readLine(line: string, origin: string): Received {
  const { method, path, authorization } = JSON.parse(line) as Readonly<Record<string, string>>;
  return {
    origin,
    method: method ?? '',
    path: path ?? '',
    credentials: authorization ? ['authorization'] : [],
  };
}
