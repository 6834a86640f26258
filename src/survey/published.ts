/** What is said of a published document: findings, and a server's own words in them. */
import type { EvidenceLine, Finding } from '../model.ts';
import type { SurveyContext } from './context.ts';
import { surveyFinding } from './finding.ts';

export type Told = Pick<Finding, 'severity' | 'summary' | 'fix' | 'fixSource'> & Partial<Finding>;

/** Likely unless it says otherwise: what is published is the server's own word, and the reason is ours. */
export function publishedFinding({ environment }: SurveyContext, told: Told): Finding {
  return surveyFinding(environment.name, { cause: null, evidence: [], references: [], ...told });
}

/** Characters of a value that a server wrote. */
const longest = 200;

/** A server's own text in one line: control characters are commands to a terminal. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, longest * 4)
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  // The mark tells the redactor that what stands before it may be the beginning of a secret.
  const isCut = line.length > longest || text.length > longest * 4;
  return isCut ? `${line.slice(0, longest)}...` : line;
}

export function evidence(field: string, seen: string): EvidenceLine {
  return { hop: null, field, seen: oneLine(seen) };
}

/** `a, b and 3 more`. */
export function listed(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most).map(oneLine);
  const more = names.length - shown.length;
  const all = more > 0 ? [...shown, `${more} more`] : shown;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
