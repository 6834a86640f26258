/** What one environment has of another: its secrets, its client ids, its hosts. */
import { sourceOf } from '../../source.ts';
import { foreignIn } from '../hosts.ts';
import { joined } from '../words.ts';
import { type Drift, drift } from './drift.ts';
import { areApart, mapIn, nameOf, type ProjectShape, pairsOf, type ShapeEnvironment } from './file.ts';
import { type Leaf, leavesOf, secretsIn } from './leaves.ts';
import { isCalledAfter } from './words.ts';

export function mixupDrift(shape: ProjectShape): Drift[] {
  return [
    ...pairsOf(shape).flatMap(([a, b]) => [
      ...secretMixups(a, b),
      ...secretMixups(b, a),
      ...(shape.offline ? [...sharedSecrets(a, b), ...clientIds(a, b)] : []),
    ]),
    ...shape.environments.flatMap((each) => foreignHosts(each, shape)),
  ];
}

interface Use {
  readonly leaf: Leaf;
  readonly secret: string;
}

function secretUses({ raw }: ShapeEnvironment): Use[] {
  return leavesOf(raw).flatMap((leaf) => secretsIn(leaf).map((secret) => ({ leaf, secret })));
}

/** A secret of `here` that is called after `there`: one that `there` uses for the same thing, or that breaks the rule. */
function secretMixups(here: ShapeEnvironment, there: ShapeEnvironment): Drift[] {
  const [own, other] = [nameOf(here), nameOf(there)];
  const [ours, theirs] = [secretUses(here), secretUses(there)];
  const hasRule = ours.some(({ secret }) => isCalledAfter(secret, own, other));
  return ours.flatMap(({ leaf, secret }) => {
    if (!isCalledAfter(secret, other, own)) return [];
    const beside = theirs.find((use) => use.leaf.path === leaf.path);
    if (!hasRule && beside === undefined) return [];
    return [
      drift({
        kind: 'file.secret',
        of: leaf.path,
        says: [
          ...(beside ? [[other, `\${secret.${beside.secret}}`, beside.leaf.source] as const] : []),
          [own, `\${secret.${secret}}`, leaf.source],
        ],
        where: own,
        summary: `${leaf.path} of ${own} takes the secret ${secret}, which is called after ${other}.`,
        source: leaf.source,
      }),
    ];
  });
}

/** One secret for two registrations of a client: one of the two does not know it. */
function sharedSecrets(a: ShapeEnvironment, b: ShapeEnvironment): Drift[] {
  const theirs = secretUses(b);
  return secretUses(a).flatMap(({ leaf, secret }) => {
    const [, client] = /^clients\.([^.]+)\.(?:client_secret|private_key)$/.exec(leaf.path) ?? [];
    const same = theirs.find((use) => use.leaf.path === leaf.path && use.secret === secret);
    if (client === undefined || same === undefined) return [];
    const names = [nameOf(a), nameOf(b)];
    if (isCalledAfter(secret, nameOf(a), nameOf(b)) || isCalledAfter(secret, nameOf(b), nameOf(a))) return [];
    const [ours, others] = [a, b].map(({ environment }) => environment.clients.get(client));
    if (!ours || !others || ours.client_id === others.client_id) return [];
    return [
      drift({
        kind: 'file.secret',
        of: leaf.path,
        says: [
          [nameOf(a), `\${secret.${secret}} of ${ours.client_id}`, leaf.source],
          [nameOf(b), `\${secret.${secret}} of ${others.client_id}`, same.leaf.source],
        ],
        certainty: 'possible',
        where: nameOf(b),
        summary: `The client ${client} has one secret, ${secret}, in ${joined(names)}, where it is registered as ${ours.client_id} and as ${others.client_id}.`,
        fix: 'Give each registration a secret of its own.',
        source: same.leaf.source,
      }),
    ];
  });
}

/** An id that is called after the other environment. One that both have is told by what is observed of clients. */
function clientIds(a: ShapeEnvironment, b: ShapeEnvironment): Drift[] {
  return [...a.environment.clients.values()].flatMap((ours) => {
    const theirs = b.environment.clients.get(ours.name);
    const wrong =
      theirs &&
      [[a, ours, b] as const, [b, theirs, a] as const].find(([here, client, there]) =>
        isCalledAfter(client.client_id, nameOf(there), nameOf(here)),
      );
    if (!theirs || !wrong) return [];
    const [here, client, there] = wrong;
    return [
      drift({
        kind: 'client.id',
        of: client.name,
        says: [
          [nameOf(a), `${ours.client_id}`, ours.sources['client_id'] ?? ours.source],
          [nameOf(b), `${theirs.client_id}`, theirs.sources['client_id'] ?? theirs.source],
        ],
        certainty: 'likely',
        where: nameOf(here),
        summary: `The client ${client.name} of ${nameOf(here)} has the client_id ${client.client_id}, which is called after ${nameOf(there)}.`,
        fix: `Write the client_id that is registered in ${nameOf(here)}.`,
        source: client.sources['client_id'] ?? client.source,
      }),
    ];
  });
}

/** Of redirect_uris the rules for them tell it; origins and issuers are an environment's own by being written; names. */
const elsewhere =
  /^(?:origins|issuers\.[^.]+(?:\.issuer)?$|clients\.[^.]+\.(?:redirect_uris|issuer$)|credentials\.[^.]+\.client$|extends)/;

/** A machine of one's own is nobody's, and a word without a dot may be any. */
function isHost(seen: string): boolean {
  return (
    /[.:]/.test(seen) && !/^(?:https?:\/\/)?(?:[^/:]*\.)?(?:localhost|127\.[\d.]+)(?::\d+)?$/i.test(seen)
  );
}

function foreignHosts(here: ShapeEnvironment, shape: ProjectShape): Drift[] {
  const related = new Set(
    shape.environments.filter((each) => !areApart(here, each)).map((each) => nameOf(each)),
  );
  const others = shape.known.filter(({ name }) => !related.has(name) && !here.above.has(name));
  const written = { ...here.raw, connect_to: {} };
  const targets = Object.entries(mapIn(here.raw, 'connect_to')).flatMap(([name, to]) =>
    leavesOf(
      { [name]: `${name} ${typeof to === 'string' ? to : ''}` },
      'connect_to',
      sourceOf(mapIn(here.raw, 'connect_to'), name),
    ),
  );
  return [...leavesOf(written), ...targets]
    .filter(({ path }) => !elsewhere.test(path))
    .flatMap((leaf) => {
      const foreign = foreignIn(leaf.text, here.environment, others);
      if (!foreign || !isHost(foreign.seen)) return [];
      const [whose = ''] = foreign.environments;
      // A domain alone may be that of the whole company.
      if (!foreign.exact && !isCalledAfter(foreign.seen, whose, nameOf(here))) return [];
      return [
        drift({
          kind: 'file.host',
          of: leaf.path,
          says: [
            [nameOf(here), `names ${foreign.seen}`, leaf.source],
            [
              whose,
              `${foreign.seen} is ${foreign.name === 'domain' ? 'in its domain' : `its ${foreign.name}`}`,
            ],
          ],
          // A variable may stand for what a scenario expects to be refused.
          severity: foreign.exact && !leaf.path.startsWith('variables.') ? 'error' : 'warning',
          certainty: foreign.exact ? 'likely' : 'possible',
          where: nameOf(here),
          summary: `${leaf.path} of ${nameOf(here)} names ${foreign.seen}, which belongs to ${joined(foreign.environments)}.`,
          source: leaf.source ?? here.environment.source,
        }),
      ];
    });
}
