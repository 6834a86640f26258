/** Which near variant of a refused redirect_uri is taken. Class C: it looks like somebody trying callbacks. */
import { isAllowed, isSomebodyElses } from '../diagnose/experiments/experiments.ts';
import { pushedOutcome, taken } from '../diagnose/experiments/par.ts';
import { orderedVariants } from '../diagnose/experiments/redirect-uri-variants.ts';
import { isAccepted } from '../diagnose/likeness.ts';
import type { Exchange } from '../model.ts';
import type { Asker } from './authorization-asker.ts';
import { type Refused, subjectFor } from './client-refusal.ts';
import type { SurveyContext } from './context.ts';

export type Search =
  | { readonly left: readonly [why: string, fix: string] }
  | {
      readonly exchanges: readonly Exchange[];
      readonly found: { readonly redirect_uri: string; readonly differs: string } | null;
    };

const id = 'redirect-uri-variants';
const most = 6;

/** What the client has in other environments comes first. */
export async function searchVariants(
  refused: Refused & { readonly redirect_uri: string },
  asker: Asker,
  context: SurveyContext,
): Promise<Search> {
  const { experiments } = context.environment;
  const { client } = refused.target;
  const { name } = context.environment;
  if (!isAllowed(id, 'C', experiments)) {
    const fix = `Write ${id} into experiments.allow of ${name}: at most ${most} requests for each refused redirect_uri.`;
    return { left: ['it looks like somebody trying callbacks, and is only done where it is allowed', fix] };
  }
  if (isSomebodyElses(client.issuer, experiments)) {
    const fix = `List ${new URL(client.issuer.issuer).origin} under experiments.origins of ${name}.`;
    return { left: ['the authorization server is shared with others', fix] };
  }
  const subject = subjectFor(refused, context);
  const variants = (subject ? orderedVariants(subject) : []).filter(
    ({ redirect_uri }) => !client.redirect_uris.includes(redirect_uri),
  );
  const exchanges: Exchange[] = [];
  for (const { redirect_uri, differs } of variants.slice(0, Math.min(most, experiments.budget))) {
    const exchange = refused.pushed
      ? await asker.push(refused.pushed, redirect_uri)
      : await asker.authorize(refused.target, redirect_uri);
    const sent = asker.take();
    if (!exchange) break;
    exchanges.push(...sent);
    const isTaken = refused.pushed ? pushedOutcome(exchange).outcome === taken : isAccepted(exchange);
    if (isTaken) return { exchanges, found: { redirect_uri, differs } };
  }
  return { exchanges, found: null };
}
