/** What a project file permits: origins that may see credentials, experiments that may be sent. Read without the program. */
import { parse } from 'yaml';

export interface Policy {
  /** Origins at which credentials of the project may be seen, whatever the environment. */
  readonly bound: ReadonlySet<string>;
  /** Environment to the classes and names of experiments that it allows. */
  readonly allowed: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Project {
  readonly environments: Readonly<Record<string, ProjectEnvironment>>;
}
interface ProjectEnvironment {
  readonly extends?: string;
  readonly protected?: boolean;
  readonly origins?: Readonly<Record<string, string>>;
  readonly issuers?: Readonly<Record<string, string | ProjectIssuer>>;
  readonly experiments?: { readonly allow?: readonly string[] };
}
interface ProjectIssuer {
  readonly issuer: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** `text`: `why401.yml`. */
export function readPolicy(text: string): Policy {
  const { environments } = parse(text) as Project;
  const bound = new Set<string>();
  const allowed = new Map<string, ReadonlySet<string>>();
  for (const name of Object.keys(environments)) {
    const environment = resolve(environments, name);
    for (const origin of Object.values(environment.origins ?? {})) bound.add(new URL(origin).origin);
    for (const issuer of Object.values(environment.issuers ?? {}))
      for (const url of issuerUrls(issuer)) bound.add(new URL(url).origin);
    const usual = environment.protected === false ? ['A0', 'A', 'B'] : ['A0'];
    allowed.set(name, new Set(environment.experiments?.allow ?? usual));
  }
  return { bound, allowed };
}

/** A class allows what does less. */
export function allows(policy: Policy, environment: string, kind: string, id: string): boolean {
  const words = policy.allowed.get(environment);
  return words !== undefined && (words.has(kind) || words.has(id) || (kind === 'A0' && words.has('A')));
}

function resolve(environments: Project['environments'], name: string): ProjectEnvironment {
  const own = environments[name] ?? {};
  return own.extends === undefined ? own : { ...resolve(environments, own.extends), ...own };
}

function issuerUrls(issuer: string | ProjectIssuer): readonly string[] {
  if (typeof issuer === 'string') return [issuer];
  const endpoints = Object.values(issuer.metadata ?? {}).filter((value) => typeof value === 'string');
  return [issuer.issuer, ...endpoints].filter((value) => URL.canParse(value));
}
