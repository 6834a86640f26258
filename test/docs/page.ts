/** Pages of docs/credentials: their examples, run against servers of the test at the origins that they name. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { JsonMap } from '../../src/model.ts';
import { root } from '../architecture/source-files.ts';
import type { Origins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';

export interface Page {
  readonly text: string;
  /** The YAML blocks that are a why401.yml, in order. */
  readonly projects: readonly JsonMap[];
  /** The other ones: scenarios. */
  readonly scenarios: readonly JsonMap[];
}

export function pageOf(path: string): Page {
  const text = readFileSync(new URL(path, root), 'utf8');
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, block = '']) => parse(block) as JsonMap,
  );
  return {
    text,
    projects: blocks.filter((block) => 'environments' in block),
    scenarios: blocks.filter((block) => 'steps' in block),
  };
}

/** Keys that stand in the first column of the tables of a page, sorted; of `metadata.X` and `tls.X` the whole. */
export function keysInTables(page: Page): string[] {
  const rows = page.text.split('\n').filter((line) => line.startsWith('| `'));
  const keys = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([\w.]+)`/g)]);
  return keys.map(([, key = '']) => key).sort();
}

/** Properties of one definition of the project schema, sorted; `type` is said by the page itself. */
export function keysOfSchema(definition: string): string[] {
  const schema = JSON.parse(readFileSync(new URL('src/schemas/project.schema.json', root), 'utf8'));
  return Object.keys(schema.$defs[definition].properties)
    .filter((key) => key !== 'type')
    .sort();
}

export interface Example {
  readonly project: JsonMap;
  readonly scenario: JsonMap;
  readonly origins: Origins;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Files that the project names, such as certificates. */
  readonly files?: Readonly<Record<string, string>>;
}

export async function runExample(example: Example): Promise<Replayed> {
  const { project, scenario, origins, secrets = {}, files } = example;
  const given = { origins, project, secrets, scenarios: { 'a.yml': scenario } };
  if (!files) return replay(given);
  const folder = mkdtempSync(join(tmpdir(), 'why401-page-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return await replay({ ...given, root: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Exit code, and what each failed check got: `[0]` of a run in which all is well. */
export function outcome({ finished, jobs }: Replayed): (number | string | null)[] {
  const failed = jobs.flatMap(({ steps }) =>
    steps.flatMap(({ checks }) => checks.filter(({ passed }) => !passed).map(({ actual }) => actual)),
  );
  return [finished.exitCode, ...failed];
}
