/** `redirects.survives`: header fields that named clients carry to the end of the chain. */
import { verdictWords } from '../http/client-groups.ts';
import { clientId } from '../http/client-names.ts';
import type { Check, Exchange } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { shorten } from './describe.ts';
import { fail, placeOf } from './judge.ts';
import type { Outcome } from './outcome.ts';
import { isRenderedList, isRenderedMap, type RenderedMap } from './rendered.ts';

/** One check for each header and client: `survives authorization curl`. `map` is that of `redirects`. */
export function checkSurvives(map: RenderedMap, outcome: Outcome): Check[] {
  const survives = map['survives'] as RenderedJson;
  if (!isRenderedMap(survives)) {
    const judgement = { kind: 'redirects', subject: 'survives', container: map, key: 'survives' };
    return [fail(judgement, '"survives" must be a map', outcome)];
  }
  return Object.keys(survives).flatMap((header) => {
    const value = survives[header] as RenderedJson;
    const clients = isRenderedList(value) ? value : [value];
    return clients.map((client, index) => {
      const container = isRenderedList(value) ? value : survives;
      const source = placeOf(container, isRenderedList(value) ? index : header, outcome);
      const [passed, actual] = fateOf(
        header.toLowerCase(),
        clientId(String(client)) ?? String(client),
        outcome.exchange,
      );
      return {
        kind: 'redirects',
        subject: `survives ${header} ${String(client)}`,
        passed,
        expected: 'kept',
        actual: shorten(actual, { ...outcome, secrets: [] }),
        source,
      };
    });
  });
}

function fateOf(header: string, client: string, { hops, clients = [] }: Exchange): [boolean, string] {
  const first = hops[0]?.request.headers.some(([name]) => name.toLowerCase() === header) ?? false;
  if (!first) return [false, 'not sent on hop 1'];
  if (hops.length === 1 && !isRedirect(hops[0]?.response?.status)) return [true, 'kept'];
  const verdict = clients.find((each) => each.client === client && each.header === header);
  if (!verdict) return [false, `nothing is known of ${header}: the jar or the HTTP library sent it`];
  return [verdict.verdict === 'kept' && verdict.rule === null, verdictWords(verdict)];
}

function isRedirect(status: number | undefined): boolean {
  return status !== undefined && status >= 300 && status <= 399;
}
