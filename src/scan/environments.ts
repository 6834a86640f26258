/** To which environment a credential belongs, and to which the place in which it lies. */
import type { JsonMap } from '../model.ts';
import type { Candidate } from './candidate.ts';
import { textsOf } from './jwt.ts';

/** What the project file says of an environment; no secrets. */
export interface KnownEnvironment {
  readonly name: string;
  /** Issuer identifiers. */
  readonly issuers: readonly string[];
  readonly origins: readonly string[];
  readonly clientIds: readonly string[];
}
export interface Known {
  readonly environments: readonly KnownEnvironment[];
  /** Values of secrets that are at hand, to their names and environments; compared in memory, never printed. */
  readonly secrets: ReadonlyMap<string, KnownSecret>;
  /** Files of the project: they say themselves what is whose. */
  readonly files: ReadonlySet<string>;
}
export interface KnownSecret {
  readonly name: string;
  readonly environments: readonly string[];
}

/** Whose something is: several where they share it. */
export interface Owner {
  readonly environments: ReadonlySet<string>;
  /** How that is known: `its iss is "https://login.example.com"`. */
  readonly by: string;
}

/** null: nothing says. */
export function ownerOf({ jwt, value }: Pick<Candidate, 'jwt' | 'value'>, known: Known): Owner | null {
  const secret = known.secrets.get(value);
  if (secret && secret.environments.length > 0)
    return { environments: new Set(secret.environments), by: `it is the value of \${secret.${secret.name}}` };
  return jwt?.claims ? ownerOfClaims(jwt.claims, known) : null;
}

function ownerOfClaims(claims: JsonMap, { environments }: Known): Owner | null {
  const checks: readonly (readonly [
    claim: string,
    of: (environment: KnownEnvironment) => readonly string[],
  ])[] = [
    ['iss', ({ issuers }) => issuers],
    ['aud', ({ origins, clientIds }) => [...origins, ...clientIds]],
    ['azp', ({ clientIds }) => clientIds],
    ['client_id', ({ clientIds }) => clientIds],
  ];
  for (const [claim, of] of checks) {
    for (const text of textsOf(claims[claim])) {
      const names = environments.filter((each) => of(each).some((own) => trimmed(own) === trimmed(text)));
      if (names.length > 0)
        return {
          environments: new Set(names.map(({ name }) => name)),
          by: `its ${claim} is "${short(text)}"`,
        };
    }
  }
  return null;
}

/** A claim is text of a file: no more of it than fits a line. */
export function short(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 97)}...`;
}

function trimmed(text: string): string {
  return text.replace(/\/$/, '');
}

/** false where no environment has the issuer of the token; null where nothing can be said. */
export function isIssuerKnown(claims: JsonMap | null, { environments }: Known): boolean | null {
  const issuer = claims?.['iss'];
  if (typeof issuer !== 'string' || environments.every(({ issuers }) => issuers.length === 0)) return null;
  return environments.some(({ issuers }) => issuers.some((each) => trimmed(each) === trimmed(issuer)));
}

/** The environment of a place: by the name beside the value, the name of the file, or the only hosts near it. */
export function placeOwner(name: string | null, file: string, near: string, known: Known): Owner | null {
  if (name !== null) {
    const named = namedIn(name, known);
    if (named) return { environments: named, by: `the name is "${short(name)}"` };
  }
  const called = namedIn(file, known);
  if (called) return { environments: called, by: `the file is called "${file}"` };
  return hostsIn(near, known, 'stands beside it');
}

const aliases: Readonly<Record<string, readonly string[]>> = {
  production: ['prod', 'prd'],
  prod: ['production', 'prd'],
  staging: ['stage', 'stg'],
  stage: ['staging', 'stg'],
  development: ['dev'],
  dev: ['development'],
};

/** The one environment of which a name speaks. */
function namedIn(text: string, { environments }: Known): ReadonlySet<string> | null {
  const words = new Set(
    text
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^a-z0-9]+/),
  );
  const names = environments.map(({ name }) => name);
  const found = names.filter((name) => isNamedBy(name.toLowerCase(), words, names));
  return found.length === 1 ? new Set(found) : null;
}

function isNamedBy(name: string, words: ReadonlySet<string>, all: readonly string[]): boolean {
  const parts = name.split(/[^a-z0-9]+/).filter((part) => part !== '');
  if (name.length >= 3 && parts.every((part) => words.has(part))) return true;
  return (aliases[name] ?? []).some((alias) => words.has(alias) && !all.includes(alias));
}

/** Whose hosts a text holds, where all of them are of the same; `how` completes `api.example.com ...`. */
export function hostsIn(text: string, { environments }: Known, how: string): Owner | null {
  let common: ReadonlySet<string> | null = null;
  let host = '';
  for (const [each, names] of hostOwners(environments)) {
    if (!holdsHost(text, each)) continue;
    host ||= each;
    const before: readonly string[] = common === null ? [...names] : [...common];
    common = new Set(before.filter((name) => names.has(name)));
  }
  return common !== null && common.size > 0 ? { environments: common, by: `${host} ${how}` } : null;
}

const ownersOf = new WeakMap<readonly KnownEnvironment[], Map<string, Set<string>>>();

function hostOwners(environments: readonly KnownEnvironment[]): Map<string, Set<string>> {
  const made = ownersOf.get(environments);
  if (made) return made;
  const owners = new Map<string, Set<string>>();
  for (const { name, origins, issuers } of environments) {
    for (const url of [...origins, ...issuers]) {
      const host = /^[a-z]+:\/\/([^/?#]+)/i.exec(url)?.[1]?.toLowerCase();
      if (host !== undefined) owners.set(host, (owners.get(host) ?? new Set()).add(name));
    }
  }
  ownersOf.set(environments, owners);
  return owners;
}

/** Not as a part of a longer name. */
function holdsHost(text: string, host: string): boolean {
  for (let at = text.indexOf(host); at >= 0; at = text.indexOf(host, at + 1)) {
    const [before, behind] = [text.charAt(at - 1), text.slice(at + host.length, at + host.length + 2)];
    if (!/[\w.-]/.test(before) && !/^(?:[\w-]|\.\w|:\d)/.test(behind)) return true;
  }
  return false;
}

/** A client_id in the place of another environment: no secret, and wrong all the same. */
export interface ForeignId {
  readonly clientId: string;
  readonly offset: number;
}

/** Client ids that belong to some environments only, as whole words; each of them once a line. */
export function clientIdsIn(text: string, { environments }: Known): ForeignId[] {
  const ids = new Set(environments.flatMap(({ clientIds }) => clientIds));
  const found: ForeignId[] = [];
  for (const clientId of ids) {
    const owners = environments.filter((each) => each.clientIds.includes(clientId));
    if (clientId.length < 5 || owners.length === environments.length) continue;
    for (
      let at = text.indexOf(clientId);
      at >= 0 && found.length < 1000;
      at = text.indexOf(clientId, at + 1)
    ) {
      const [before, behind] = [text.charAt(at - 1), text.charAt(at + clientId.length)];
      if (!/[\w.-]/.test(before) && !/[\w.-]/.test(behind)) found.push({ clientId, offset: at });
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}
