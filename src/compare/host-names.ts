/** The hosts, origins and issuers of environments as entries of one pattern: whose is what stands in a text. */
import { isIP } from 'node:net';
import { isUrl } from '../http/url.ts';
import type { Environment } from '../model.ts';
import { bordered, type Form } from './host-pattern.ts';

export interface Entry {
  /** What is found, as it is written in the file; a domain without its first labels. */
  readonly literal: string;
  readonly form: Form;
  /** `origin.api`, `issuer.main.host`, `domain`, `issuer.main.tenant`. */
  readonly name: string;
  /** Environments whose it is; empty: the one that is looked at. */
  readonly of: readonly string[];
}

/**
 * Of the environment, and of those `others` that it does not share; the longest first, own ones before those of others.
 * What both have is its own.
 */
export function entriesOf(environment: Environment, others: readonly Environment[]): readonly Entry[] {
  const own = [...namesOf(environment), ...domainOf(environment), ...tenantsOf(environment, others)];
  const taken = new Set(own.map(({ literal }) => literal));
  const foreign = new Map<string, Entry>();
  for (const other of others.filter(({ name }) => name !== environment.name)) {
    for (const entry of [...namesOf(other), ...domainOf(other)]) {
      if (taken.has(entry.literal) || own.some((each) => isWithin(each, entry))) continue;
      const of = [...(foreign.get(entry.literal)?.of ?? []), other.name];
      foreign.set(entry.literal, { ...(foreign.get(entry.literal) ?? entry), of: [...new Set(of)] });
    }
  }
  return [...own, ...foreign.values()].toSorted((a, b) => b.literal.length - a.literal.length);
}

/** Whether a host or a domain of ours lies in that domain: then what else lies in it is nobody's. */
function isWithin(own: Entry, { form, literal }: Entry): boolean {
  return form === 'domain' && own.form !== 'url' && own.literal.endsWith(`.${literal}`);
}

/** Issuers before origins, both before bare hosts: the first name that a literal gets is the one that it keeps. */
function namesOf({ origins, issuers }: Environment): Entry[] {
  const urls = [
    ...[...issuers.values()].map(({ name, issuer }) => [issuer, `issuer.${name}`] as const),
    ...[...origins].map(([name, origin]) => [origin, `origin.${name}`] as const),
  ].filter(([url]) => isUrl(url));
  const entries = new Map<string, Entry>();
  const add = (literal: string, form: Form, name: string): void => {
    if (literal !== '' && !entries.has(literal)) entries.set(literal, { literal, form, name, of: [] });
  };
  for (const [url, name] of urls) {
    if (name.startsWith('issuer.')) add(url.replace(/\/$/, ''), 'url', name);
  }
  for (const [url, name] of urls)
    add(new URL(url).origin, 'url', name.startsWith('issuer.') ? `${name}.origin` : name);
  for (const [url, name] of urls) add(new URL(url).host, 'host', `${name}.host`);
  for (const [url, name] of urls) add(new URL(url).hostname, 'host', `${name}.host`);
  return [...entries.values()];
}

/** The part of all its host names, or of those of its origins, that is the environment's: `staging.example.com`. */
function domainOf(environment: Environment): Entry[] {
  const origins = [...environment.origins.values()];
  const issuers = [...environment.issuers.values()].map(({ issuer }) => issuer);
  const literal = commonDomain(hostnames([...origins, ...issuers])) ?? commonDomain(hostnames(origins));
  return literal === null ? [] : [{ literal, form: 'domain', name: 'domain', of: [] }];
}

function hostnames(urls: readonly string[]): string[] {
  return [...new Set(urls.filter((url) => isUrl(url)).map((url) => new URL(url).hostname))];
}

function commonDomain(hosts: readonly string[]): string | null {
  const [first = '', ...rest] = hosts;
  if (hosts.some((host) => isIP(host.replace(/^\[|\]$/g, '')) > 0 || !host.includes('.'))) return null;
  if (first === '') return null;
  const labels = first.split('.');
  const suffixes = labels.map((_, index) => labels.slice(index).join('.'));
  // Of a single host the first label is the service; of several, what they share.
  const candidates = rest.length === 0 ? [...suffixes.slice(1), first] : suffixes;
  return (
    candidates.find(
      (suffix) => isOwnable(suffix) && hosts.every((host) => host === suffix || host.endsWith(`.${suffix}`)),
    ) ?? null
  );
}

/** Not `com`, and not what looks like `co.uk`. */
function isOwnable(domain: string): boolean {
  return domain.includes('.') && !/^[a-z]{1,3}\.[a-z]{2}$/i.test(domain);
}

/**
 * The segments of an issuer's path that are this environment's alone: ids, and what the other environments have
 * otherwise at the same place. Endpoints carry them elsewhere in their paths (`/ID/oauth2/token`).
 */
function tenantsOf(environment: Environment, others: readonly Environment[]): Entry[] {
  return [...environment.issuers.values()].flatMap(({ name, issuer }) => {
    const segments = segmentsOf(issuer);
    const beside = others.flatMap((other) => {
      const found = other.issuers.get(name);
      const theirs = found && other.name !== environment.name ? segmentsOf(found.issuer) : [];
      return theirs.length === segments.length ? [theirs] : [];
    });
    return segments.flatMap((literal, index): Entry[] => {
      const differs = literal.length > 3 && beside.some((theirs) => theirs[index] !== literal);
      if (!differs && !isId(literal)) return [];
      return [{ literal, form: 'word', name: `issuer.${name}.tenant`, of: [] }];
    });
  });
}

function segmentsOf(issuer: string): string[] {
  return isUrl(issuer) ? new URL(issuer).pathname.split('/').filter((segment) => segment !== '') : [];
}

/** A UUID, or a long word with digits in it. */
function isId(segment: string): boolean {
  return /^[\w-]{12,64}$/.test(segment) && /\d{2}|\d.*\d.*\d/.test(segment);
}

/** One pattern of all entries; group N is entry N. */
export function patternOf(entries: readonly Entry[]): RegExp {
  const runs: { readonly form: Form; readonly literals: string[] }[] = [];
  for (const { literal, form } of entries) {
    const last = runs.at(-1);
    if (last?.form === form) last.literals.push(literal);
    else runs.push({ form, literals: [literal] });
  }
  const alternatives = runs.map(({ form, literals }) => bordered(literals, form));
  return new RegExp(alternatives.length === 0 ? '(?!)' : alternatives.join('|'), 'gu');
}
