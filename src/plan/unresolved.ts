/** Names that have no value where one is needed, as problems: of a variable, what it is made of. */
import type { Problems } from '../problem.ts';
import type { sourceOf } from '../source.ts';
import type { Scope } from './template.ts';

export interface Need {
  readonly scope: Scope;
  /** What a secret or the environment would give is not asked for. */
  readonly offline: boolean;
  readonly source: ReturnType<typeof sourceOf>;
  /** Follows the name: `, in row 3 of the data`. */
  readonly where?: string;
}

/** Adds what is wrong with `name`, which has no value; nothing where an offline run cannot tell. */
export function addUnresolved(name: string, need: Need, problems: Problems): void {
  const { offline, source, where = '' } = need;
  for (const { root, fault } of rootsOf(name, need.scope)) {
    if (fault !== null) problems.add('VARIABLE_INVALID', fault, { source, fix: fixOfVariable });
    else if (root.startsWith('secret.')) {
      if (!offline) missingSecret(root.slice(7), problems, source);
    } else if (!(offline && root.startsWith('env.'))) {
      const made = root === name ? '' : `: "${name}" is made of it`;
      problems.add('UNRESOLVED_VARIABLE', `Nothing is named "${root}" here${where}${made}.`, {
        source,
        fix: whereToDefine(root),
      });
    }
  }
}

const fixOfVariable = 'Write its value under variables: without that.';

interface Root {
  readonly root: string;
  readonly fault: string | null;
}

/** The names at which it ends; a variable that cannot be rendered is followed to those that it is made of. */
function rootsOf(name: string, scope: Scope): Root[] {
  const found = new Map<string, Root>();
  const seen = new Set<string>();
  const waiting = [name];
  for (let root = waiting.pop(); root !== undefined; root = waiting.pop()) {
    if (seen.has(root)) continue;
    seen.add(root);
    const reason = scope.unrendered?.(root) ?? null;
    if (reason === null) found.set(root, { root, fault: null });
    else if ('unresolved' in reason) waiting.push(...reason.unresolved.toReversed());
    else found.set(root, { root, fault: `The variable "${root}" has no value: ${reason.error}.` });
  }
  return [...found.values()];
}

export function missingSecret(name: string, problems: Problems, source: ReturnType<typeof sourceOf>): void {
  problems.add('SECRET_MISSING', `The secret "${name}" is not set.`, {
    source,
    fix: `Set the environment variable ${name}, or ${name}_FILE to a file that holds it, or add it to the --env-file.`,
  });
}

export function whereToDefine(name: string): string {
  if (name.startsWith('env.'))
    return `Set the environment variable ${name.slice(4)}, or write a default: \${${name}:-default}`;
  return `Define it under variables:, pass --var ${name}=..., or capture it in an earlier step.`;
}
