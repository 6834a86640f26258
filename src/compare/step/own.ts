/** What belongs to an environment by design taken out of a text, and what is another one in each request. */
import type { Environment } from '../../model.ts';
import { abstractedId } from '../hosts.ts';

/** Where a step ran, and the environments whose hosts are not its own. */
export interface Place {
  /** As its scenario has it, with the credentials of its steps. */
  readonly environment: Environment;
  /** Its hosts. */
  readonly hosts: Hosts;
}
/** An environment as all of its scenarios have it. */
export interface Hosts {
  readonly environment: Environment;
  readonly others: readonly Environment[];
  /** What came of texts that were met before: most are met in each step. */
  readonly texts: Map<string, string>;
}

/** Texts that are remembered. */
const mostTexts = 2000;

/** `known`: all environments of the project file. */
export function hostsOf(environment: Environment, known: readonly Environment[]): Hosts {
  return { environment, others: known.filter(({ name }) => name !== environment.name), texts: new Map() };
}

/** Characters of an id that is not a word of other texts as well. */
const shortest = 4;
/** Characters that are looked at. */
const longest = 2000;

/** The ids and redirect_uris of its clients, the audiences that its credentials ask for, its hosts, its name. */
export function withoutOwn(text: string, { environment, hosts }: Place): string {
  let result = text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
  for (const [own, name] of ownTexts(environment))
    if (result.includes(own)) result = replaceWhole(result, own, name);
  const before = hosts.texts.get(result);
  if (before !== undefined) return before;
  const after = abstractedId(result, hosts.environment, hosts.others);
  if (hosts.texts.size < mostTexts) hosts.texts.set(result, after);
  return after;
}

/** Its hosts only: what its ids and redirect_uris are like is compared. */
export function withoutHosts(text: string, { hosts }: Place): string {
  return abstractedId(text.slice(0, longest), hosts.environment, hosts.others);
}

const known = new WeakMap<Environment, readonly (readonly [own: string, name: string])[]>();

/** Longer ones first, so that none is cut in two. */
function ownTexts(environment: Environment): readonly (readonly [string, string])[] {
  const before = known.get(environment);
  if (before) return before;
  const clients = [...environment.clients.values()].flatMap((client) => [
    [client.client_id, `\${client.${client.name}}`] as const,
    ...client.redirect_uris.map((uri, at) => [uri, `\${client.${client.name}.redirect_uri.${at}}`] as const),
  ]);
  const audiences = [...environment.credentials.values()].flatMap((credential) => {
    if (credential.type !== 'oauth2') return [];
    const asked = [...credential.resource, ...(credential.audience === null ? [] : [credential.audience])];
    return asked.map((text, at) => [text, `\${audience.${credential.name}.${at}}`] as const);
  });
  // What is an origin is called by the name of the origin, whoever asks for it.
  const own = new Set([...environment.origins.values(), ...audiencesOfIssuers(environment)]);
  const all = [...clients, ...audiences]
    .filter(([text]) => text.length >= shortest && !own.has(text))
    .toSorted((a, b) => b[0].length - a[0].length);
  known.set(environment, all);
  return all;
}

function audiencesOfIssuers({ issuers }: Environment): string[] {
  return [...issuers.values()].map(({ issuer }) => issuer);
}

/** `own` where it is not a part of a longer word. */
function replaceWhole(text: string, own: string, name: string): string {
  if (own === '') return text;
  let result = '';
  let from = 0;
  for (let at = text.indexOf(own); at >= 0; at = text.indexOf(own, at + own.length)) {
    const whole = !isWord(text[at - 1]) && !isWord(text[at + own.length]);
    if (!whole) continue;
    result += `${text.slice(from, at)}${name}`;
    from = at + own.length;
  }
  return result + text.slice(from);
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9]/.test(character);
}

/** Instants, ids, digests and secrets shown by name: that there is one is compared, not which. */
export function steady(text: string): string {
  return text
    .replace(/\[secret:[^\]]*\]/g, '[secret]')
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, '#')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?/g, '#')
    .replace(/(?<![A-Za-z0-9])(?=[A-Za-z_+-]{0,200}\d)[A-Za-z0-9_+-]{20,200}(?![A-Za-z0-9])/g, '#')
    .replace(/(?<![A-Za-z0-9.])\d+(?![A-Za-z0-9.])/g, '#');
}
