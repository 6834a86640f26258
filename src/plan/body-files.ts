/** The files that bodies of steps are made of: in the folders of the project, whoever wrote the scenario. */
import { resolve } from 'node:path';
import { outsideFix, refusalOf } from '../files.ts';
import type { JsonMap, Step } from '../model.ts';
import type { Problems } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';

/** Bytes. A body is kept whole in memory. */
export const largestBodyFile = 100_000_000;

/** Where such files may lie. */
interface Folders {
  /** Directory of why401.yml. */
  readonly root: string;
  /** Further ones that it names; absolute. */
  readonly folders?: readonly string[];
}

/** Tells of each that could not be read when the step is run. */
export function checkBodyFiles(step: Step, folders: Folders, problems: Problems): void {
  if (step.kind !== 'request' || step.body === null) return;
  const { body } = step;
  if ('file' in body) checkFile(body as JsonMap, folders, problems);
  if (!('multipart' in body)) return;
  for (const part of Object.values(body.multipart)) {
    if (isMap(part) && typeof part['file'] === 'string') checkFile(part, folders, problems);
  }
}

function checkFile(holder: JsonMap, { root, folders = [] }: Folders, problems: Problems): void {
  const path = String(holder['file']);
  const refusal = refusalOf(resolve(root, path), { limit: largestBodyFile, within: [root, ...folders] });
  if (refusal === null) return;
  const outside = refusal.reason === 'outside';
  problems.add(
    outside ? 'FILE_OUTSIDE' : 'FILE_UNREADABLE',
    `The file "${path}" ${outside ? 'is not read' : 'cannot be read'}: ${refusal.why}.`,
    {
      source: sourceOf(holder, 'file'),
      fix: outside ? outsideFix : 'The path is relative to why401.yml.',
    },
  );
}
