/** Redirect URIs of a client held beside those of the other environment: hosts may differ, paths hardly. */
import { isUrl } from '../../http/url.ts';
import { nearest } from '../../load/nearest.ts';
import type { Client, Source } from '../../model.ts';
import { joined } from '../words.ts';
import { type Drift, drift } from './drift.ts';
import { nameOf, type ProjectShape, pairsOf, type ShapeEnvironment } from './file.ts';

export function callbackDrift(shape: ProjectShape): Drift[] {
  // Where servers are asked, what they say of each is held beside it.
  if (!shape.offline) return [];
  return pairsOf(shape).flatMap(([a, b]) =>
    [...a.environment.clients.values()].flatMap((ours) => {
      const theirs = b.environment.clients.get(ours.name);
      if (!theirs) return [];
      return [...lackingCallbacks(a, ours, b, theirs), ...lackingCallbacks(b, theirs, a, ours)].slice(0, 1);
    }),
  );
}

/** What the client of `there` has and that of `here` has not. */
function lackingCallbacks(
  here: ShapeEnvironment,
  ours: Client,
  there: ShapeEnvironment,
  theirs: Client,
): Drift[] {
  const [own, other] = [callbacksOf(ours), callbacksOf(theirs)];
  const missing = [...other.keys()].filter((path) => !own.has(path));
  if (missing.length === 0 || own.size === 0) return [];
  const spare = [...own.keys()].filter((path) => !other.has(path));
  const [first = ''] = missing;
  const near = spare.find((path) => isNearly(path, first)) ?? nearest(first, spare);
  const [where, beside] = [nameOf(here), nameOf(there)];
  const hint = near === null ? '' : ` It has ${own.get(near)?.uri}, which is nearly the same.`;
  const said = [
    [beside, missing.map((path) => other.get(path)?.uri).join(' '), theirs.sources['redirect_uris']] as const,
    [
      where,
      near === null ? 'none at that path' : (own.get(near)?.uri ?? ''),
      ours.sources['redirect_uris'],
    ] as const,
  ];
  return [
    drift({
      kind: 'file.redirect_uris',
      of: ours.name,
      says: said.map(([name, seen, source]) => [name, seen, source ?? null]),
      certainty: near === null ? 'possible' : 'likely',
      // A test system may have more; what is nearly the same is a slip in either.
      ...(near === null && here.raw['protected'] === false && there.raw['protected'] !== false
        ? { severity: 'info' as const }
        : {}),
      where,
      summary: `The client ${ours.name} of ${where} has no redirect_uri at ${joined(missing)}, as it has in ${beside}.${hint}`,
      source: placeOf(ours),
    }),
  ];
}

function placeOf({ sources, source }: Client): Source {
  return sources['redirect_uris'] ?? source;
}

/** Path and query of those that lead to a server; apps and machines of one's own are not held beside others. */
function callbacksOf({ redirect_uris }: Client): Map<string, { readonly uri: string }> {
  const list = redirect_uris.flatMap((uri) => {
    if (!/^https?:/i.test(uri) || !isUrl(uri)) return [];
    const { hostname } = new URL(uri);
    if (/(?:^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname)) return [];
    // As it is written: the comparison of authorization servers is that of characters.
    const path = uri.replace(/^[^/]*\/\/[^/?#]*/, '');
    return [[path === '' ? 'the root' : path, { uri }] as const];
  });
  return new Map(list);
}

function isNearly(a: string, b: string): boolean {
  const folded = (path: string): string => path.toLowerCase().replace(/\/+$/, '');
  return folded(a) === folded(b);
}
