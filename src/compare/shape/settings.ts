/** How environments are protected and reached, as far as the file says. */
import type { JsonMap } from '../../model.ts';
import { sourceOf } from '../../source.ts';
import { type Drift, drift } from './drift.ts';
import { mapIn, nameOf, type ProjectShape, pairsOf, type ShapeEnvironment } from './file.ts';
import { looksLikeProduction } from './words.ts';

export function settingDrift(shape: ProjectShape): Drift[] {
  return [
    ...shape.environments.flatMap((each) => [...unprotected(each, shape), ...insecure(each, shape)]),
    ...pairsOf(shape).flatMap(([a, b]) => connections(a, b)),
  ];
}

function unprotected(here: ShapeEnvironment, { environments }: ProjectShape): Drift[] {
  if (here.raw['protected'] !== false || !looksLikeProduction(nameOf(here))) return [];
  const source = sourceOf(here.raw, 'protected');
  return [
    drift({
      kind: 'file.protected',
      of: nameOf(here),
      says: environments.map((each) => [
        nameOf(each),
        `protected: ${each.raw['protected'] !== false}`,
        sourceOf(each.raw, 'protected'),
      ]),
      where: nameOf(here),
      summary: `${nameOf(here)} says "protected: false": scenarios and experiments may change things there.`,
      source: source ?? here.environment.source,
    }),
  ];
}

/** Accepted where customers are, or where another environment is checked and this one is protected. */
function insecure(here: ShapeEnvironment, { environments }: ProjectShape): Drift[] {
  const isInsecure = ({ raw }: ShapeEnvironment): boolean => mapIn(raw, 'tls')['insecure'] === true;
  if (!isInsecure(here) || !looksLikeProduction(nameOf(here))) return [];
  return [
    drift({
      kind: 'file.insecure',
      of: nameOf(here),
      says: environments.map((each) => [
        nameOf(each),
        `certificates are ${isInsecure(each) ? 'not checked' : 'checked'}`,
        sourceOf(mapIn(each.raw, 'tls'), 'insecure'),
      ]),
      where: nameOf(here),
      summary: `${nameOf(here)} says "insecure: true": no certificate is checked there.`,
      source: sourceOf(mapIn(here.raw, 'tls'), 'insecure') ?? here.environment.source,
    }),
  ];
}

/** Told where it differs: tls.ca, tls.cert, tls.insecure, proxy, http2, echo. Values stay out of it. */
function connections(a: ShapeEnvironment, b: ShapeEnvironment): Drift[] {
  const [ours, theirs] = [settingsOf(a), settingsOf(b)];
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...keys]
    .filter((key) => (ours[key] === undefined) !== (theirs[key] === undefined))
    .map((key) =>
      drift({
        kind: 'file.connection',
        of: key,
        says: [
          [nameOf(a), ours[key] === undefined ? 'not set' : 'set'],
          [nameOf(b), theirs[key] === undefined ? 'not set' : 'set'],
        ],
        severity: 'info',
        where: nameOf(b),
        summary: '',
        source: null,
      }),
    );
}

function settingsOf({ raw }: ShapeEnvironment): JsonMap {
  const tls = Object.entries(mapIn(raw, 'tls')).map(([key, value]) => [`tls.${key}`, value] as const);
  const single = ['proxy', 'http2', 'echo', 'connect_to', 'experiments'].flatMap((key) => {
    const value = raw[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries([...tls, ...single]);
}
