/** The vocabulary as a page of the documentation (docs/causes.md). */
import type { Cause } from './vocabulary.ts';

export function vocabularyPage(causes: readonly Cause[]): string {
  const groups = [...new Set(causes.map(({ group }) => group))];
  const listed = groups.flatMap((group) => [
    `**${group}**:`,
    `${causes
      .filter((cause) => cause.group === group)
      .map(({ id }) => link(id))
      .join(', ')}`,
    '',
  ]);
  const told = groups.flatMap((group) => [
    `## ${heading(group)}`,
    '',
    ...causes.filter((cause) => cause.group === group).flatMap(section),
  ]);
  return `${[...head(causes.length), ...listed, ...told].join('\n').trimEnd()}\n`;
}

function head(count: number): string[] {
  return [
    '# Causes',
    '',
    '<!-- Made by the build from src/diagnose/causes/*.yml; change it there. -->',
    '',
    `Every finding names one of these ${count} causes. The names are public: \`expect: {cause: NAME}\` holds a scenario to`,
    'one, and they change with a major version only. `why401 causes NAME` prints what stands here.',
    'How sure a finding is, and what it rests on, is told in [Diagnosis](diagnosis.md).',
    '',
  ];
}

function section(cause: Cause): string[] {
  const apart = cause.tell_apart.map(({ cause: other, how }) => `- ${link(other)}: ${how}`);
  return [
    `### ${cause.id}`,
    '',
    cause.title,
    '',
    `**What it means.** ${cause.meaning}`,
    '',
    `**What shows it.** ${cause.evidence}`,
    '',
    ...(apart.length === 0 ? [] : ['**What it is taken for.**', '', ...apart, '']),
    `**What to do.** ${cause.fix}`,
    '',
    ...(cause.references.length === 0 ? [] : [`See ${cause.references.map(referenceLink).join('; ')}.`, '']),
  ];
}

function link(id: string): string {
  return `[\`${id}\`](#${id})`;
}

function heading(group: string): string {
  return `${group.charAt(0).toUpperCase()}${group.slice(1)}`;
}

function referenceLink(reference: string): string {
  const rfc = /^RFC (\d+) section ([\d.]+)$/.exec(reference);
  return rfc ? `[${reference}](https://www.rfc-editor.org/rfc/rfc${rfc[1]}#section-${rfc[2]})` : reference;
}
