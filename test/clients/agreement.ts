/** What a client did beside what its profile predicts, cell by cell. */
import { clientRun } from '../../src/http/client-engine.ts';
import type { ClientProfile } from '../../src/http/client-profile.ts';
import type { Chain } from './chains.ts';
import type { Arrival } from './world.ts';

/** The fields that the caller sets, with their values. */
export const callerFields: Readonly<Record<string, string>> = {
  authorization: 'Bearer abc',
  cookie: 'c=1',
  'proxy-authorization': 'Basic cDpw',
  'x-api-key': 'k',
};
export const contentType = 'application/json';
export const body = '{"a":1}';

/** What the caller of a client got: the status of an answer, or an error. */
export type Got = { readonly status: number } | { readonly error: string };

export interface Client {
  /** Name of its profile. */
  readonly profile: string;
  /** With its version, as it says it itself. */
  readonly title: string;
  /** Fields that cannot be looked at here: the way to the servers is one that touches them. */
  readonly blind?: readonly string[];
  /** Chains that it cannot be asked for. */
  readonly without?: readonly string[];
  /** What the fields hold, where the client makes them itself. */
  readonly values?: Readonly<Record<string, string>>;
  run(chains: readonly Chain[]): Promise<ReadonlyMap<string, Got>>;
}
export interface Agreement {
  readonly cells: number;
  /** `chain, hop, what: predicted, but` */
  readonly differences: readonly string[];
}

type Cells = ReadonlyMap<string, string>;

export function compare(
  profile: ClientProfile,
  client: Client,
  chains: readonly Chain[],
  arrivals: ReadonlyMap<string, readonly Arrival[]>,
  got: ReadonlyMap<string, Got>,
): Agreement {
  let cells = 0;
  const differences: string[] = [];
  for (const chain of chains) {
    const predicted = prediction(profile, client, chain);
    const seen = sight(client, chain, arrivals.get(chain.name) ?? [], got.get(chain.name));
    for (const cell of new Set([...predicted.keys(), ...seen.keys()])) {
      cells += 1;
      const [mine, theirs] = [predicted.get(cell) ?? 'nothing', seen.get(cell) ?? 'nothing'];
      if (mine !== theirs) differences.push(`${chain.name}, ${cell}: ${mine}, but ${theirs}`);
    }
  }
  return { cells, differences };
}

function prediction(profile: ClientProfile, client: Client, chain: Chain): Cells {
  const answers = [...chain.answers, { status: 200, location: null }];
  const names = fieldsOf(client, chain);
  const request = {
    method: chain.method,
    url: new URL(chain.url),
    writtenPort: /^\w+:\/\/[^/:]*(?::(\d+))?/.exec(chain.url)?.[1] ?? '',
    fields: new Set(names),
    hasBody: chain.hasBody,
  };
  const { hops, stop } = clientRun(profile, request, answers);
  const cells = new Map<string, string>();
  hops.forEach(({ state }, index) => {
    if (index === 0) return;
    const at = `hop ${index + 1}`;
    cells.set(`${at}, target`, withoutFragment(state.url.href));
    cells.set(`${at}, method`, state.method);
    cells.set(`${at}, body`, String(state.hasBody));
    for (const name of names) cells.set(`${at}, ${name}`, state.fields.has(name) ? 'sent' : 'not sent');
  });
  const status = answers[hops.length - 1]?.status;
  cells.set('outcome', stop?.gives === 'error' ? 'error' : `status ${status}`);
  return cells;
}

function sight(client: Client, chain: Chain, arrivals: readonly Arrival[], got: Got | undefined): Cells {
  const cells = new Map<string, string>();
  const names = fieldsOf(client, chain);
  arrivals.forEach(({ method, url, hasBody, headers }, index) => {
    if (index === 0) return;
    const at = `hop ${index + 1}`;
    cells.set(`${at}, target`, url);
    cells.set(`${at}, method`, method);
    cells.set(`${at}, body`, String(hasBody));
    for (const name of names) {
      const value = client.values?.[name] ?? callerFields[name] ?? contentType;
      cells.set(`${at}, ${name}`, headers[name] === value ? 'sent' : 'not sent');
    }
  });
  const outcome = got && 'status' in got ? `status ${got.status}` : 'error';
  cells.set('outcome', got ? outcome : 'nothing');
  return cells;
}

function fieldsOf(client: Client, chain: Chain): readonly string[] {
  const names = [...Object.keys(callerFields), ...(chain.hasBody ? ['content-type'] : [])];
  return names.filter((name) => !client.blind?.includes(name));
}

function withoutFragment(href: string): string {
  return href.replace(/#.*$/, '');
}

/** The fields of a chain, as a client is to send them. */
export function headersOf(chain: Chain): Readonly<Record<string, string>> {
  return { ...callerFields, ...(chain.hasBody ? { 'content-type': contentType } : {}) };
}
