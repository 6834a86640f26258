/** The kinds as a page of the documentation (docs/compare-kinds.md). */
import type { Kind } from './kind.ts';
import type { KindFile } from './kind-source.ts';

export function kindPage(files: readonly KindFile[]): string {
  const count = files.flatMap(({ kinds }) => kinds).length;
  return `${[...head(count), ...files.flatMap(section)].join('\n').trimEnd()}\n`;
}

function head(count: number): string[] {
  return [
    '# What environments are compared by',
    '',
    '<!-- Made by the build from src/compare/kinds/*.yml; change it there. -->',
    '',
    `\`why401 compare\` holds environments side by side by these ${count} kinds of things. Each is observed on its own in`,
    'every environment: what could not be looked at in one is not compared. The names are public: `compare.differs` of',
    'why401.yml names them, with their subject in brackets where one is meant alone (`KIND[SUBJECT]`).',
    '',
    '**Should be equal**: a difference is told; with the severity error or warning it is a finding. **Must differ**: the',
    'same in two environments is told; not between environments that are the same system. **Only shown**: never judged.',
    '',
  ];
}

function section({ area, kinds }: KindFile): string[] {
  return [`## ${area}`, '', ...kinds.flatMap(entry)];
}

const rules: Readonly<Record<Kind['rule'], string>> = {
  equal: 'Should be equal',
  distinct: 'Must differ',
  shown: 'Only shown',
};

function entry(kind: Kind): string[] {
  const { id, title, rule, severity, cause, fix, references } = kind;
  const facts = [rules[rule], severity, ...details(kind)];
  return [
    `### ${id}`,
    '',
    `${title.charAt(0).toUpperCase()}${title.slice(1)}. *${facts.join('; ')}.*`,
    '',
    ...(cause === undefined ? [] : [`**What comes of it.** [\`${cause}\`](causes.md#${cause})`, '']),
    `**What to do.** ${fix.replaceAll('{of}', 'SUBJECT').replaceAll('{environments}', 'the environments')}`,
    '',
    ...(references.length === 0 ? [] : [`See ${references.join('; ')}.`, '']),
  ];
}

function details({ set, tolerance, factor, changed, volatile }: Kind): string[] {
  return [
    ...(set ? ['the order is ignored'] : []),
    ...(tolerance === undefined ? [] : [`up to ${tolerance} apart is equal`]),
    ...(factor === undefined ? [] : [`up to ${factor} times as much is only told`]),
    ...(changed === undefined ? [] : [`${changed} when it changed since the baseline`]),
    ...(volatile ? ['not compared with the past'] : []),
  ];
}
