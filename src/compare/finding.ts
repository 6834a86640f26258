/** A difference, or what is shared and must not be, as a finding. */
import type { DeclaredDifference, Difference, Finding, Past, Source } from '../model.ts';
import { placed } from './declared.ts';
import type { Shared } from './equality.ts';
import type { Kind } from './kind.ts';
import type { Row } from './rows.ts';
import { capital, cellsOf, changesOf, differencesOf, few, filled, joined, shown, worded } from './words.ts';

/** `groups`: environments by value. `over`: declarations that have ended. */
export function differenceFinding(
  row: Row,
  groups: readonly (readonly string[])[],
  over: readonly DeclaredDifference[],
): Finding {
  const names = [...row.seen.keys()];
  const odd = oddOnes(groups, names.length);
  const cells = cellsOf(row);
  const differences = differencesOf(row, groups);
  const base = { of: row.of, environments: joined(names), differences };
  const others = groups.find((group) => group.length > names.length / 2) ?? [];
  const single = groups.length === 2 && odd.length > 0;
  const alone = single && {
    environment: joined(odd),
    value: cells.get(odd[0] ?? '') ?? '',
    others: joined(others),
    other_value: cells.get(others[0] ?? '') ?? '',
  };
  const { says = {} } = row.kind;
  const summary =
    (alone && filled(says.odd, { ...base, ...alone })) ||
    filled(says.differs, base) ||
    `${capital(subjectOf(row))} differs: ${differences}.`;
  const where = odd.length > 0 ? odd : names;
  return {
    ...common(row.kind),
    environment: where.join(', '),
    summary,
    evidence: evidenceOf(row, names, cells, over),
    fix: filled(row.kind.fix, base) ?? row.kind.fix,
    fixSource: odd.length > 0 ? firstSource(row, odd) : onlySource(row, names),
  };
}

export function sharedFinding(
  row: Row,
  { values, environments }: Shared,
  over: readonly DeclaredDifference[],
): Finding {
  const first = row.seen.get(environments[0] ?? '');
  const value = row.kind.set || !first ? few(values.map(worded)) : shown(first);
  const differences = `${value} in ${joined(environments)}`;
  const words = { of: row.of, environments: joined(environments), differences, value };
  return {
    ...common(row.kind),
    environment: environments.join(', '),
    summary:
      filled(row.kind.says?.shared, words) ??
      `${capital(subjectOf(row))} is the same in ${joined(environments)}: ${value}.`,
    evidence: evidenceOf(
      row,
      environments,
      new Map(environments.map((name) => [name, row.kind.set ? value : ownWords(row, name)])),
      over,
    ),
    fix: filled(row.kind.fix, words) ?? row.kind.fix,
    fixSource: onlySource(row, environments),
  };
}

function ownWords({ seen }: Row, name: string): string {
  const own = seen.get(name);
  return own ? shown(own) : '';
}

/** `row`: first then, then now. */
export function changeFinding(row: Row, { environment, at }: Past, difference: Difference): Finding {
  const names = [...row.seen.keys()];
  const cells = cellsOf(row);
  const [before = '', value = ''] = names.map((name) => cells.get(name) ?? '');
  const differences = changesOf(row);
  const words = { of: row.of, environments: environment, environment, differences, before, value };
  const { cause, check, severity } = difference;
  const own = row.kind.rule === 'equal' ? `${filled(row.kind.fix, words) ?? row.kind.fix} ` : '';
  return {
    ...common(row.kind),
    cause,
    check,
    severity,
    environment,
    summary:
      filled(row.kind.says?.changed, words) ??
      `${capital(subjectOf(row))} changed in ${environment} since ${at}: ${differences}.`,
    evidence: evidenceOf(row, names, cells, []),
    fix: `${own}Where the change is meant, write a new baseline.`,
    fixSource: row.seen.get(environment)?.source ?? null,
  };
}

function subjectOf({ kind, of }: Pick<Row, 'kind' | 'of'>): string {
  if (of === '') return kind.title;
  return kind.title.startsWith('whether ') ? `${kind.title} (${of})` : `${kind.title} of ${of}`;
}

/** What a finding of that kind says whatever was seen. */
function common(kind: Kind): Omit<Finding, 'environment' | 'summary' | 'evidence' | 'fix' | 'fixSource'> {
  return {
    cause: kind.cause ?? null,
    check: kind.cause === undefined ? kind.id : null,
    severity: kind.severity,
    expected: false,
    certainty: kind.certainty ?? 'possible',
    hop: null,
    experiments: [],
    references: kind.references,
    alternatives: [],
  };
}

/** Those that are not of the majority, where there is one: of two environments neither stands alone. */
function oddOnes(groups: readonly (readonly string[])[], count: number): readonly string[] {
  const most = groups.find((group) => count > 2 && group.length > count / 2);
  return most ? groups.filter((group) => group !== most).flat() : [];
}

function evidenceOf(
  { seen }: Row,
  names: readonly string[],
  cells: ReadonlyMap<string, string>,
  over: readonly DeclaredDifference[],
): Finding['evidence'] {
  return [
    ...names.map((name) => ({
      hop: null,
      field: name,
      seen: placed(cells.get(name) ?? '', seen.get(name)?.source ?? null),
    })),
    ...over.map(({ until, reason, source }) => ({
      hop: null,
      field: 'compare.differs',
      seen: placed(`expected until ${until}: ${reason}`, source),
    })),
  ];
}

function firstSource({ seen }: Row, names: readonly string[]): Source | null {
  return names.flatMap((name) => seen.get(name)?.source ?? [])[0] ?? null;
}

/** The one place of the file that all of them come from. Where there are several, nobody can say which is wrong. */
function onlySource(row: Row, names: readonly string[]): Source | null {
  const places = new Map(
    names.flatMap((name) => {
      const source = row.seen.get(name)?.source;
      return source ? [[JSON.stringify(source), source] as const] : [];
    }),
  );
  const [only] = places.values();
  return places.size === 1 ? (only ?? null) : null;
}
