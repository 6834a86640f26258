/** A redirect_uri that is refused: why, in what it differs from what other environments have, and what is taken instead. */
import type { Client, Finding } from '../model.ts';
import type { Asker, Target } from './authorization-asker.ts';
import type { Tried } from './client-answers.ts';
import { explainRefusal } from './client-refusal.ts';
import { blame, type Sheet } from './client-sheet.ts';
import { leftOut, type SurveyContext } from './context.ts';
import { type Search, searchVariants } from './redirect-uri-search.ts';

const mismatch = 'redirect-uri-mismatch';

export async function explainRedirectUri(
  target: Target,
  tried: Tried,
  sheet: Sheet,
  asker: Asker,
  context: SurveyContext,
  pushed?: Client,
): Promise<void> {
  const { redirect_uri, exchange } = tried;
  const refused = {
    target,
    exchange,
    redirect_uri,
    stage: 'authorization',
    ...(pushed && { pushed }),
  } as const;
  const explained = await explainRefusal(refused, sheet.exchanges.length, asker, context);
  sheet.exchanges.push(...explained.exchanges);
  const about = explained.findings.some(({ cause }) => cause === mismatch);
  const search = about ? await searchVariants(refused, asker, context) : null;
  const base = sheet.exchanges.length;
  if (search && 'exchanges' in search) sheet.exchanges.push(...search.exchanges);
  if (search && 'left' in search) {
    const what = `near variants of redirect_uri ${redirect_uri} of client ${target.client.name}`;
    sheet.left.push(leftOut(context, what, ...search.left, []));
  }
  const findings = explained.findings.map((finding) =>
    finding.cause === mismatch ? completed(finding, target, tried, search, base) : finding,
  );
  blame(sheet, exchange, findings);
}

function completed(
  finding: Finding,
  { client }: Target,
  { redirect_uri, index }: Tried,
  search: Search | null,
  base: number,
): Finding {
  const place = client.sources[`redirect_uris.${index}`] ?? finding.fixSource;
  const whole = { ...finding, fixSource: place };
  if (!search || !('exchanges' in search)) return whole;
  const { found, exchanges } = search;
  const observed = found
    ? `${found.redirect_uri} is accepted: it differs in ${found.differs}`
    : `${exchanges.length} near variants are refused, too`;
  const report = {
    id: 'redirect-uri-variants',
    class: 'C',
    predicted: 'a near variant is accepted, if the registration has a slip',
    observed,
    agrees: found !== null,
    exchange: base + exchanges.length - 1,
  } as const;
  // Diagnosis may have tried it itself.
  const experiments = exchanges.length > 0 ? [...whole.experiments, report] : whole.experiments;
  if (!found) return { ...whole, experiments };
  const told = whole.evidence.some(({ seen }) => seen === observed);
  const line = { hop: null, field: 'redirect_uri', seen: observed };
  const list = `environments.${finding.environment}.clients.${client.name}.redirect_uris`;
  const fix = `Registered is probably ${found.redirect_uri} (differs in ${found.differs}): register exactly ${redirect_uri}, or write that one at ${list}.`;
  return { ...whole, experiments, evidence: told ? whole.evidence : [...whole.evidence, line], fix };
}
