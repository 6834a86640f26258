/** What is wrong in an environment by itself: the finding of a step. */
import type { Finding, Hop } from '../model.ts';

type Parts = Pick<Finding, 'cause' | 'summary' | 'evidence' | 'fix' | 'references'> & Partial<Finding>;

/** A warning that is likely, unless `parts` say otherwise. */
export function surveyFinding(environment: string, parts: Parts): Finding {
  return {
    check: null,
    environment,
    severity: 'warning',
    expected: false,
    certainty: 'likely',
    hop: null,
    experiments: [],
    fixSource: null,
    alternatives: [],
    ...parts,
  };
}

/** `302 to https://login.example.com/`. */
export function locationLine({ index, response }: Hop, location: string): Finding['evidence'][number] {
  return { hop: index, field: 'redirect', seen: `${response?.status ?? ''} to ${location}` };
}
