/** All cases, and whether what they need is installed. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../support/require.ts';
import type { Case } from './case.ts';

/** Each exports `cases`. */
const modules: readonly string[] = [
  'jwt',
  'servers',
  'authorization',
  'sessions',
  'signed',
  'signed-after',
  'providers',
  'jwt-after',
  'servers-after',
  'authorization-after',
  'mixed-after',
  'headers',
  'redirects-after',
];
const paths = modules.map((name) => fileURLToPath(new URL(`./${name}/cases.js`, import.meta.url)));
export const loaded: readonly (readonly Case[] | null)[] = await Promise.all(
  paths.map(async (path) =>
    existsSync(path) ? ((await import(path)) as { readonly cases: readonly Case[] }).cases : null,
  ),
);
export const cases: readonly Case[] = loaded.flatMap((list) => list ?? []);

/** By the name of a need: whether it is installed. */
const known = new Map<string, boolean>();
export function isThere(need: string): boolean {
  const found = known.get(need) ?? look(need);
  known.set(need, found);
  return found;
}
function look(need: string): boolean {
  const [program = '', module] = need.split(':');
  const path = program.startsWith('/') ? (existsSync(program) ? program : null) : findProgram(program);
  if (path === null || module === undefined) return path !== null;
  return spawnSync(path, ['-c', `import ${module}`]).status === 0;
}
