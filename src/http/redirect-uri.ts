/** Would an authorization server that has `registered` accept `requested`? And if they are not equal, in what do they differ? */
import { partsAt, type UriDifference, uriDifferences } from './redirect-uri-difference.ts';
import { accepts, refuses } from './redirect-uri-match.ts';
import {
  type Acceptance,
  type ClientFact,
  type ClientFacts,
  type RedirectUriRules,
  type Refusal,
  type Refused,
  standardRules,
} from './redirect-uri-rules.ts';

export interface RedirectUriComparison {
  /** null: the rules do not say, or it depends on what is not known of the client. */
  readonly accepted: boolean | null;
  /** The way in which it is accepted; null where it is not, or not for sure. */
  readonly by: Acceptance['by'] | null;
  /** What it would be turned away for, whatever is registered. */
  readonly refused: Refused | null;
  /** Facts on which the answer depends. */
  readonly depends: readonly ClientFact[];
  /** The registered one that has the most in common with the requested one; null: none is registered. */
  readonly nearest: string | null;
  /** Between the nearest and the requested one; none where they are equal as strings. */
  readonly differences: readonly UriDifference[];
  /** From 0, where the nearest and the requested one part; null where they do not. */
  readonly at: number | null;
}

const facts: readonly ClientFact[] = ['public', 'native', 'development', 'wildcards', 'openid'];

/**
 * Compares what is written, not what `new URL` would make of it. Never throws; linear in the length of the URIs.
 * `client`: what is known of it; the answer holds whatever the rest may be.
 */
export function compareRedirectUri(
  registered: string | readonly string[],
  requested: string,
  rules: RedirectUriRules = standardRules(),
  client: ClientFacts = {},
): RedirectUriComparison {
  const list = typeof registered === 'string' ? [registered] : registered;
  const open = facts.filter((fact) => client[fact] === undefined && asks(rules, fact));
  const ways = rules.accepts.filter((each) => accepts(each, list, requested));
  const refusals = rules.refuses.filter((each) => refuses(each, requested));
  const verdicts = completions(client, open).map((known) => verdict(ways, refusals, known));
  const [first] = verdicts;
  const depends = open.filter((_fact, at) =>
    verdicts.some((each, index) => each.accepted !== verdicts[index ^ (1 << at)]?.accepted),
  );
  const accepted = depends.length === 0 ? (first?.accepted ?? null) : null;
  const [nearest, differences] = nearestOf(list, requested);
  return {
    accepted,
    by: accepted === true ? (first?.by ?? null) : null,
    refused: accepted === false ? (first?.refused ?? null) : null,
    depends,
    nearest,
    differences,
    at: nearest === null ? null : partsAt(nearest, requested),
  };
}

type Verdict = Pick<RedirectUriComparison, 'accepted' | 'by' | 'refused'>;

/** `ways` and `refusals` fit the two URIs; whether they hold for the client is looked at here. */
function verdict(ways: readonly Acceptance[], refusals: readonly Refusal[], client: ClientFacts): Verdict {
  const against = refusals.filter((each) => holds(each, client));
  const sure = against.find(({ unsure }) => !unsure);
  if (sure) return { accepted: false, by: null, refused: sure.what };
  const open = ways.filter((each) => holds(each, client));
  const way = open.find(({ unsure }) => !unsure);
  if (way && against.length === 0) return { accepted: true, by: way.by, refused: null };
  return { accepted: open.length > 0 ? null : false, by: null, refused: null };
}

type Conditions = Pick<Acceptance, 'only' | 'unless'>;

function holds({ only = [], unless = [] }: Conditions, client: ClientFacts): boolean {
  return only.every((fact) => client[fact] === true) && !unless.some((fact) => client[fact] === true);
}

function asks({ accepts, refuses }: RedirectUriRules, fact: ClientFact): boolean {
  return [...accepts, ...refuses].some(({ only, unless }) => only?.includes(fact) || unless?.includes(fact));
}

/** Everything that the client may be, at most 32: bit n of the place is fact n of `open`. */
function completions(client: ClientFacts, open: readonly ClientFact[]): readonly ClientFacts[] {
  return Array.from({ length: 2 ** open.length }, (_, bits) => ({
    ...client,
    ...Object.fromEntries(open.map((fact, at) => [fact, (bits & (1 << at)) !== 0])),
  }));
}

/** The fewer and the slighter the differences, the nearer; the first of several. */
function nearestOf(
  registered: readonly string[],
  requested: string,
): readonly [string | null, readonly UriDifference[]] {
  let best: readonly [string, readonly UriDifference[]] | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const each of registered) {
    const differences = uriDifferences(each, requested);
    const weight = differences.reduce((sum, { component }) => sum + (heavy[component] ?? 1), 0);
    if (weight >= least) continue;
    [best, least] = [[each, differences], weight];
  }
  return best ?? [null, []];
}

/** What is seldom a slip. */
const heavy: Readonly<Record<string, number>> = {
  host: 8,
  path: 4,
  'custom-scheme': 4,
  port: 2,
  userinfo: 2,
};
