/** Who named the origin of a target: the project, or an answer. */
import { references, type Scope } from '../plan/template.ts';

/** A whole origin is written out. */
const written = /^https?:\/\/[^/?#\\$]+[/?#\\]/i;

/** Names in `target` that can decide to which origin it leads, and whose values come from answers. */
export function answersIn(target: string, { answered }: Scope): readonly string[] {
  if (!answered || written.test(target)) return [];
  return references(target)
    .map(({ name }) => name)
    .filter((name) => answered(name));
}

/** Why nothing is sent to an origin that is named by a discovery document alone; null: it may be. */
export function documentFault(names: readonly string[], origin: string, environment: string): string | null {
  const found = names.map((name) => /^issuer\.([^.]+)\.(.+)$/.exec(name)).find((match) => match !== null);
  if (!found) return null;
  const [, issuer = '', member = ''] = found;
  return `The metadata of issuer "${issuer}" names ${member} at ${origin}, which is neither an origin of environment "${environment}" nor that of one of its issuers: nothing was sent there; if it is right, name it under environments.${environment}.origins.`;
}
