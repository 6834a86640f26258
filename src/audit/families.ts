/** All families of checks, in the order in which they look. */
import { authorization, login } from './checks/authorization.ts';
import { bearer } from './checks/bearer.ts';
import { cookies } from './checks/cookies.ts';
import { keySet, resourceMetadata, serverMetadata } from './checks/discovery.ts';
import { edge } from './checks/edge.ts';
import { http } from './checks/http.ts';
import { jwt } from './checks/jwt.ts';
import { proof } from './checks/proof.ts';
import { tokenAnswer } from './checks/token-answer.ts';
import type { Seen } from './seen.ts';
import type { Family } from './standard.ts';

export const families: readonly Family[] = [
  http,
  bearer,
  proof,
  tokenAnswer,
  authorization,
  login,
  serverMetadata,
  keySet,
  resourceMetadata,
  jwt,
  cookies,
  edge,
];

export interface Hit {
  readonly check: string;
  readonly seen: Seen;
  /** Clause whose subject is the origin. */
  readonly says: string;
}

const prepared = families.map(({ concerns, checks }) => ({ concerns, checks: Object.entries(checks) }));

/** What one hop shows. */
export function hitsOf(seen: Seen): Hit[] {
  const hits: Hit[] = [];
  for (const { concerns, checks } of prepared) {
    if (!concerns(seen)) continue;
    for (const [check, looks] of checks) {
      const says = looks(seen);
      if (says !== null) hits.push({ check, seen, says });
    }
  }
  return hits;
}
