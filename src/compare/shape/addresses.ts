/** Origins and issuers held beside those of the other environment: scheme, inner hosts, the same system twice. */

import { stringifyJson } from '../../http/json.ts';
import { isUrl } from '../../http/url.ts';
import type { Source } from '../../model.ts';
import { type Drift, drift } from './drift.ts';
import { nameOf, type ProjectShape, pairsOf, type ShapeEnvironment } from './file.ts';
import { isCalledAfter } from './words.ts';

interface Address {
  readonly of: string;
  /** As it is written, origins without a path. */
  readonly text: string;
  readonly url: URL;
  readonly isIssuer: boolean;
  readonly source: Source | null;
}

export function addressDrift(shape: ProjectShape): Drift[] {
  return pairsOf(shape).flatMap(([a, b]) => {
    const system = sameSystem(a, b);
    if (system) return [system];
    const theirs = addressesOf(b);
    return [...addressesOf(a)].flatMap(([key, ours]) => {
      const other = theirs.get(key);
      if (!other) return [];
      return [
        ...plain(a, ours, b, other),
        ...plain(b, other, a, ours),
        ...inner(a, ours, b, other),
        ...inner(b, other, a, ours),
        ...shared(a, ours, b, other),
        ...shared(b, other, a, ours),
      ];
    });
  });
}

function addressesOf({ environment }: ShapeEnvironment): Map<string, Address> {
  const list = [
    ...[...environment.origins].map(([name, url]) => ({
      of: `origin ${name}`,
      text: url,
      isIssuer: false,
      source: environment.originSources[name] ?? null,
    })),
    ...[...environment.issuers.values()].map(({ name, issuer, source }) => ({
      of: `issuer ${name}`,
      text: issuer,
      isIssuer: true,
      source,
    })),
  ];
  return new Map(
    list
      .filter(({ text }) => isUrl(text))
      .map(({ text, ...rest }) => [rest.of, { ...rest, text, url: new URL(text) }]),
  );
}

type Judge = (here: ShapeEnvironment, ours: Address, there: ShapeEnvironment, theirs: Address) => Drift[];

/** http here, https there. A machine of one's own, and a whole environment without TLS, are meant so. */
const plain: Judge = (here, ours, there, theirs) => {
  if (ours.url.protocol !== 'http:' || theirs.url.protocol !== 'https:' || isInner(ours.url)) return [];
  const hasTls = [...addressesOf(here).values()].some(
    ({ url, isIssuer }) => url.protocol === 'https:' && isIssuer === ours.isIssuer,
  );
  const [own, other] = [nameOf(here), nameOf(there)];
  return [
    drift({
      kind: 'file.scheme',
      of: ours.of,
      says: says(own, ours, other, theirs),
      severity: hasTls || ours.isIssuer ? 'warning' : 'info',
      ...(ours.isIssuer ? { certainty: 'likely' as const } : {}),
      where: own,
      summary: `The ${ours.of} is ${ours.text} in ${own}, and https in ${other}.`,
      source: ours.source,
    }),
  ];
};

/**
 * A loopback or private address in a protected environment whose other addresses, and the same one elsewhere, are public.
 * What is not protected may be on the machine of whoever tests.
 */
const inner: Judge = (here, ours, there, theirs) => {
  const others = [...addressesOf(here).values()].filter(({ of }) => of !== ours.of);
  if (
    here.raw['protected'] === false ||
    !isInner(ours.url) ||
    isInner(theirs.url) ||
    !others.some(({ url }) => !isInner(url))
  )
    return [];
  const [own, other] = [nameOf(here), nameOf(there)];
  return [
    drift({
      kind: 'file.inner_host',
      of: ours.of,
      says: says(own, ours, other, theirs),
      where: own,
      summary: `The ${ours.of} of ${own} is ${ours.url.host}, which only this network knows; its other hosts are public.`,
      source: ours.source,
    }),
  ];
};

/** The same address in both, called after one of them. */
const shared: Judge = (here, ours, there, theirs) => {
  const [own, other] = [nameOf(here), nameOf(there)];
  if (ours.url.href !== theirs.url.href) return [];
  if (!isCalledAfter(`${ours.url.host}${ours.url.pathname}`, other, own)) return [];
  return [
    drift({
      kind: 'file.host',
      of: ours.of,
      says: says(own, ours, other, theirs),
      where: own,
      summary: `The ${ours.of} of ${own} is ${ours.text}, the same as in ${other} and called after it.`,
      source: ours.source,
    }),
  ];
};

/** Everything at the same addresses, reached in the same way: a copy in which nothing was changed. */
function sameSystem(a: ShapeEnvironment, b: ShapeEnvironment): Drift | null {
  const differing = [
    'origins',
    'issuers',
    'connect_to',
    'proxy',
    'headers',
    'variables',
    'clients',
    'credentials',
  ];
  const isSame = differing.every(
    (key) => stringifyJson(a.raw[key] ?? null) === stringifyJson(b.raw[key] ?? null),
  );
  const [first] = addressesOf(a).values();
  if (!isSame || !first) return null;
  const [own, other] = [nameOf(a), nameOf(b)];
  return drift({
    kind: 'file.system',
    of: '',
    says: [
      [own, first.text, first.source],
      [other, first.text, addressesOf(b).get(first.of)?.source ?? null],
    ],
    where: other,
    summary: `${own} and ${other} have the same addresses, clients and credentials: they are one system.`,
    source: b.environment.source,
  });
}

function says(
  own: string,
  ours: Address,
  other: string,
  theirs: Address,
): (readonly [string, string, Source | null])[] {
  return [
    [own, ours.text, ours.source],
    [other, theirs.text, theirs.source],
  ];
}

const privateAddress =
  /^(?:localhost|.*\.localhost|127\..*|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|169\.254\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|\[f[cd][0-9a-f]*:.*\]|\[fe80:.*\])$/;

function isInner({ hostname }: URL): boolean {
  return privateAddress.test(hostname);
}
