/** `why401 compare` in this process, against a lab that is started for it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DriftLab,
  type DriftLabOptions,
  type Pair,
  startDriftLab,
} from '../../fixtures/lab/drift/lab.ts';
import type { CompareReport } from '../../fixtures/lab/drift/verdict.ts';
import { cli } from '../../src/cli/cli.ts';
import { processWorld } from '../../src/cli/world.ts';

export interface Compared {
  readonly code: number;
  readonly report: CompareReport;
  /** The report as it was written. */
  readonly text: string;
  readonly lab: DriftLab;
}

export async function compare(
  pairs: readonly Pair[],
  argv: readonly string[] = [],
  options: DriftLabOptions = {},
): Promise<Compared> {
  const lab = await startDriftLab(pairs, options);
  const folder = mkdtempSync(join(tmpdir(), 'why401-compared-'));
  try {
    const file = join(folder, 'report.json');
    const world = { ...processWorld(new AbortController().signal), env: lab.env, cwd: lab.folder };
    const code = await cli(['compare', ...argv, '--reporter', `json=${file}`], world);
    const text = readFileSync(file, 'utf8');
    return { code, report: JSON.parse(text) as CompareReport, text, lab };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await lab.close();
  }
}
