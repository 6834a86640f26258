/** What a file of kinds may say beyond its schema: checked by the build, not shipped. */
import type { Kind, Sentences } from './kind.ts';

export interface KindFile {
  /** Heading of docs/compare-kinds.md. */
  readonly area: string;
  readonly kinds: readonly Kind[];
}

const everywhere = ['of', 'environments', 'differences'];
const placeholders: Readonly<Record<keyof Sentences | 'fix', readonly string[]>> = {
  differs: everywhere,
  odd: [...everywhere, 'environment', 'value', 'others', 'other_value'],
  shared: [...everywhere, 'value'],
  changed: [...everywhere, 'environment', 'before', 'value'],
  fix: ['of', 'environments'],
};

/** All kinds of the files. Throws for an id that stands twice, an unknown cause, and templates that say nothing. */
export function compileKinds(files: readonly KindFile[], causes: ReadonlySet<string>): readonly Kind[] {
  const kinds = files.flatMap((file) => file.kinds);
  const wrong = kinds.flatMap((kind, index) => [
    ...(kinds.findIndex(({ id }) => id === kind.id) === index ? [] : [`${kind.id} stands twice`]),
    ...(kind.cause === undefined || causes.has(kind.cause)
      ? []
      : [`${kind.id}: no cause "${kind.cause}" is known`]),
    ...wrongTemplates(kind),
    ...(kind.rule === 'shown' && kind.severity !== 'info'
      ? [`${kind.id}: what is only shown has the severity info`]
      : []),
  ]);
  if (wrong.length > 0) throw new Error(`Kinds that cannot be used: ${wrong.join('; ')}.`);
  return kinds;
}

function wrongTemplates({ id, rule, says = {}, fix }: Kind): string[] {
  const unused = rule === 'distinct' ? (['differs', 'odd'] as const) : (['shared'] as const);
  return [
    ...unused.flatMap((name) => (says[name] === undefined ? [] : [`${id}: says.${name} is never said`])),
    ...Object.entries({ ...says, fix }).flatMap(([name, text]) =>
      [...text.matchAll(/\{([^}]*)\}/g)].flatMap(([, word = '']) =>
        placeholders[name as keyof typeof placeholders].includes(word)
          ? []
          : [`${id}: ${name} has no {${word}}`],
      ),
    ),
  ];
}
