/** Values and differences as people read them: short, and with what differs in sight. */
import { stringifyJson } from '../http/json.ts';
import type { Json, Observation } from '../model.ts';
import { isMap } from '../source.ts';
import { canonical } from './equality.ts';
import type { Row } from './rows.ts';

/** Characters of a value in a table or a sentence. */
const longest = 160;
/** Members of a list that are named. */
const mostMembers = 5;

/** `a`, `a and b`, `a, b and c`. */
export function joined(names: readonly string[], last = 'and'): string {
  if (names.length < 2) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

export function shown({ seen, value }: Pick<Observation, 'seen' | 'value'>): string {
  return seen ?? worded(value);
}

export function worded(value: Json): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(worded).join(', ');
  if (isMap(value))
    return Object.entries(value)
      .map(([name, member]) => `${name}: ${worded(member)}`)
      .join(', ');
  if (value === '') return '""';
  return typeof value === 'string' ? value : stringifyJson(value);
}

/** By environment; of long lists, maps and texts what differs, and how much is left out. */
export function cellsOf({ seen }: Pick<Row, 'seen'>): ReadonlyMap<string, string> {
  const all = [...seen.values()];
  const isAbsent = all.some(({ value }) => value === null);
  const texts = all.map((each) => (isAbsent && isEmpty(each) ? 'an empty list' : shown(each)));
  if (texts.some((text) => text.length > longest)) {
    const lists = listsOf(all);
    if (lists && all.every((each) => each.seen === undefined)) {
      const common = commonOf(lists);
      return entries(
        seen,
        lists.map((list) => cellOf(list, common)),
      );
    }
  }
  return entries(seen, shortened(texts));
}

function isEmpty({ seen, value }: Observation): boolean {
  return seen === undefined && Array.isArray(value) && value.length === 0;
}

function entries(seen: Row['seen'], texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...seen.keys()].map((name, index) => [name, texts[index] ?? '']));
}

/** Lists, and maps as lists of their members; null where one is neither. None is an empty one. */
function listsOf(all: readonly Observation[]): readonly (readonly string[])[] | null {
  const lists = all.map(({ value }) => {
    if (value === null) return [];
    if (Array.isArray(value)) return value.map(worded);
    return isMap(value) ? Object.entries(value).map(([name, member]) => `${name}: ${worded(member)}`) : null;
  });
  return lists.every((list) => list !== null) ? lists : null;
}

function commonOf(lists: readonly (readonly string[])[]): ReadonlySet<string> {
  const [first = [], ...rest] = lists.map((list) => new Set(list));
  return new Set([...first].filter((member) => rest.every((list) => list.has(member))));
}

function cellOf(list: readonly string[], common: ReadonlySet<string>): string {
  const own = [...new Set(list)].filter((member) => !common.has(member));
  const kept = `${common.size} that all have`;
  if (own.length === 0) return common.size === 0 ? 'none' : `only the ${kept}`;
  return common.size === 0 ? few(own) : `${few(own)}, and ${kept}`;
}

export function few(members: readonly string[]): string {
  const [named, more] = [members.slice(0, mostMembers), members.length - mostMembers];
  return more > 0
    ? `${named.map((each) => cut(each)).join(', ')} and ${more} more`
    : named.map((each) => cut(each)).join(', ');
}

/** Texts that are long begin shortly before the first difference. */
export function shortened(texts: readonly string[]): readonly string[] {
  if (texts.every((text) => text.length <= longest)) return texts;
  const [first = '', ...rest] = texts;
  let same = 0;
  while (same < first.length && rest.every((text) => text[same] === first[same])) same += 1;
  const start = same > longest / 2 && rest.length > 0 && same < first.length ? same - 20 : 0;
  return texts.map((text) => (start === 0 ? cut(text) : `...${cut(text.slice(start))}`));
}

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 3).replace(/[\ud800-\udbff]$/, '')}...`;
}

/** `1 h in staging and qa, 5 min in production`; of lists who has what the others have not. */
export function differencesOf(row: Row, groups: readonly (readonly string[])[]): string {
  const all = [...row.seen.values()];
  const lists = all.every(({ value }) => Array.isArray(value)) ? listsOf(all) : null;
  const byMember = lists && membersOf([...row.seen.keys()], lists);
  if (byMember) return byMember;
  const byKey = all.every(({ value }) => value !== null && isMap(value)) ? keysOf(row) : null;
  if (byKey) return byKey;
  const cells = cellsOf(row);
  return groups.map((names) => `${cells.get(names[0] ?? '') ?? ''} in ${joined(names)}`).join(', ');
}

/** Of a row of then and now: `1 h before, 5 min now`; of lists what was added and what is gone. */
export function changesOf(row: Row): string {
  const all = [...row.seen.values()];
  const lists = all.every(({ value }) => Array.isArray(value)) ? listsOf(all) : null;
  const [before = [], after = []] = lists ?? [];
  const added = after.filter((member) => !before.includes(member));
  const gone = before.filter((member) => !after.includes(member));
  if (added.length + gone.length > 0)
    return [
      ...(added.length > 0 ? [`${few(added)} added`] : []),
      ...(gone.length > 0 ? [`${few(gone)} gone`] : []),
    ].join(', ');
  const [then = '', now = ''] = cellsOf(row).values();
  return `${then} before, ${now} now`;
}

/** null where the lists hold the same in another order. */
function membersOf(names: readonly string[], lists: readonly (readonly string[])[]): string | null {
  const common = commonOf(lists);
  const holders = new Map<string, string[]>();
  for (const member of new Set(lists.flat())) {
    if (common.has(member)) continue;
    const having = names.filter((_, index) => lists[index]?.includes(member));
    const lacking = names.filter((name) => !having.includes(name));
    const where =
      lacking.length < having.length ? `not in ${joined(lacking, 'or')}` : `in ${joined(having)} only`;
    holders.set(where, [...(holders.get(where) ?? []), member]);
  }
  if (holders.size === 0) return null;
  return [...holders].map(([where, members]) => `${few(members)} ${where}`).join(', ');
}

function keysOf({ seen }: Row): string {
  const maps = [...seen].map(([name, { value }]) => [name, isMap(value) ? value : {}] as const);
  const keys = [...new Set(maps.flatMap(([, map]) => Object.keys(map)))];
  const differing = keys.filter(
    (key) => new Set(maps.map(([, map]) => canonical(map[key] ?? null))).size > 1,
  );
  const told = differing.slice(0, mostMembers).map((key) => {
    const texts = shortened(maps.map(([, map]) => worded(map[key] ?? null)));
    const values = new Map<string, string[]>();
    for (const [index, [name]] of maps.entries()) {
      const text = texts[index] ?? '';
      values.set(text, [...(values.get(text) ?? []), name]);
    }
    return `${key} ${[...values].map(([text, names]) => `${text} in ${joined(names)}`).join(', ')}`;
  });
  const more = differing.length - told.length;
  return `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** A template filled; null where it names something that has no value here. */
export function filled(
  template: string | undefined,
  words: Readonly<Record<string, string | undefined>>,
): string | null {
  if (template === undefined) return null;
  let complete = true;
  const text = template.replace(/\{([^}]*)\}/g, (_, name: string) => {
    const word = words[name];
    if (word === undefined) complete = false;
    return word ?? '';
  });
  return complete ? capital(text) : null;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
