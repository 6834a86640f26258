/** Verdicts on other clients folded into groups, and the groups in words. */
import type { ClientVerdict } from '../model.ts';

/** Clients of which the same is to be said. */
export interface ClientGroup extends Omit<ClientVerdict, 'client'> {
  /** The best known first. */
  readonly clients: readonly string[];
}

const order: readonly ClientVerdict['verdict'][] = ['leaked', 'lost', 'refused', 'method-changed', 'kept'];
/** Whom most readers look for; the others follow as they come. */
const wellKnown: readonly string[] = [
  'browser',
  'browsers',
  'fetch',
  'axios',
  'python-requests',
  'curl',
  'go',
  'java',
  'dotnet',
  'okhttp',
  'httpx',
  'got',
  'node-fetch',
  'postman',
];

/** By header, what is worst first. A header of which nothing is to be told (all keep it) is among them. */
export function groupVerdicts(verdicts: readonly ClientVerdict[]): ClientGroup[] {
  const groups = new Map<string, ClientGroup & { readonly clients: string[] }>();
  for (const { client, header, verdict, hop, rule } of verdicts) {
    const key = JSON.stringify([header, verdict, hop, rule]);
    const group = groups.get(key);
    if (group) group.clients.push(client);
    else groups.set(key, { header, verdict, hop, rule, clients: [client] });
  }
  const headers = [...new Set(verdicts.map(({ header }) => header))];
  return [...groups.values()]
    .map((group) => ({ ...group, clients: group.clients.toSorted((a, b) => rank(a) - rank(b)) }))
    .toSorted(
      (a, b) =>
        headers.indexOf(a.header) - headers.indexOf(b.header) ||
        order.indexOf(a.verdict) - order.indexOf(b.verdict) ||
        (a.hop ?? 0) - (b.hop ?? 0) ||
        b.clients.length - a.clients.length,
    );
}

function rank(client: string): number {
  const at = wellKnown.indexOf(client);
  return at < 0 ? wellKnown.length : at;
}

/** `fetch, axios, curl and 11 more clients`; all of them where there are few. */
export function someClients(clients: readonly string[], most = 4): string {
  const all = [...new Set(clients)].toSorted((a, b) => rank(a) - rank(b));
  if (all.length <= most + 1) return all.join(', ');
  return `${all.slice(0, most).join(', ')} and ${all.length - most} more clients`;
}

/** `authorization`, `query parameter key`; null is the method. */
export function carrierName(header: string | null): string {
  if (header === null) return 'the method';
  const [, kind, name] = /^(query|form):(.*)$/s.exec(header) ?? [];
  return kind ? `${kind} parameter ${name}` : header;
}

/** `lost at hop 2: the scheme changed`; `kept`. */
export function verdictWords({ verdict, hop, rule }: Omit<ClientVerdict, 'client' | 'header'>): string {
  const words = {
    kept: 'kept',
    lost: 'lost at',
    leaked: 'leaked at',
    refused: 'redirect not followed to',
    'method-changed': 'changed at',
  }[verdict];
  const what = hop === null ? words : `${words} hop ${hop}`;
  return rule === null ? what : `${what}: ${rule}`;
}

/** What becomes of one thing on the way, in a line: `lost by fetch, axios (the scheme changed); kept by go`. */
export function fateWords(groups: readonly ClientGroup[], header: string | null): string {
  const own = groups.filter((group) => group.header === header);
  const bad = own.filter(({ verdict }) => verdict !== 'kept');
  const told = order.flatMap((verdict) => {
    const members = (verdict === 'kept' ? own : bad).filter((group) => group.verdict === verdict);
    const clients = members.flatMap((group) => group.clients);
    return clients.length === 0 ? [] : [`${by[verdict]} by ${someClients(clients)}`];
  });
  return told.join('; ');
}

const by: Readonly<Record<ClientVerdict['verdict'], string>> = {
  kept: 'kept',
  lost: 'lost',
  leaked: 'leaked',
  refused: 'redirect not followed',
  'method-changed': 'changed',
};

/** What the verdicts mean for whoever owns the servers: the worst group of a kind, across headers. */
export function groupsOf(
  groups: readonly ClientGroup[],
  verdict: ClientVerdict['verdict'],
): readonly ClientGroup[] {
  return groups.filter((group) => group.verdict === verdict && group.header !== null);
}
