/** What the files of `clients/` hold, and how the build makes profiles of them. Not needed at run time. */
import type { ClientProfile } from './client-profile.ts';

/** One file: a client, or a family of them. Keys beside `clients` hold rules that several of them share (YAML anchors). */
export interface ClientFile {
  readonly clients: readonly ClientSource[];
}

/** A profile with its examples; what it leaves out is that of the client `like` of the same file. */
export type ClientSource = Partial<ClientProfile> & {
  readonly id: string;
  readonly like?: string;
  /** Other names for it, in lower case. */
  readonly also?: readonly string[];
  readonly examples: readonly ClientExample[];
};

/** One chain, and how it ends for this client. */
export interface ClientExample {
  /** Method and URL; POST, PUT, PATCH and QUERY have a body. */
  readonly send: string;
  /** Status and Location, one a hop: `302 /b`, `302` without a Location. */
  readonly answers: readonly string[];
  /** Method of the last request; default: that of the first. */
  readonly then?: string;
  /** Whether the last request has a body; not looked at where left out. */
  readonly body?: boolean;
  /** All fields of the caller that the last request carries, of `sends`; without it nothing is sent after the first. */
  readonly carries?: readonly string[];
  /** Default: Authorization, Cookie, Proxy-Authorization and X-Api-Key. */
  readonly sends?: readonly string[];
  /** Why it stops, and what the caller gets. */
  readonly stops?: readonly [reason: string, gives: string];
}

/** The profiles of one file, with nothing left to look up. Throws an Error that names the client of which a part is missing. */
export function compileClients(file: ClientFile): ClientProfile[] {
  const made = new Map<string, ClientProfile>();
  for (const { like, also: _names, examples: _held, ...own } of file.clients) {
    const base = like === undefined ? {} : made.get(like);
    if (!base) throw new Error(`${own.id} is like ${like}, which does not stand before it in the same file.`);
    made.set(own.id, complete({ ...base, ...own }));
  }
  return [...made.values()];
}

/** Other names to ids. Throws an Error where one name would lead to two clients. */
export function otherNames(clients: readonly ClientSource[]): Readonly<Record<string, string>> {
  const taken = new Set(clients.map(({ id }) => id));
  const names = clients.flatMap(({ id, also = [] }) => also.map((name) => [name, id] as const));
  for (const [name, id] of names) {
    if (taken.has(name)) throw new Error(`The name ${name} of ${id} is that of another client.`);
    taken.add(name);
  }
  return Object.fromEntries(names);
}

const required = [
  'id',
  'title',
  'basis',
  'follows',
  'max',
  'byDefault',
  'fields',
  'methods',
  'refuses',
  'says',
] as const;

function complete(profile: Partial<ClientProfile>): ClientProfile {
  const missing = required.filter((key) => profile[key] === undefined);
  if (missing.length > 0) throw new Error(`Client ${profile.id}: ${missing.join(', ')} missing.`);
  return profile as ClientProfile;
}
