/** A credential that was made wrong on purpose and accepted all the same: what a negative test is there to find. */
import { faultFacts } from '../http/fault.ts';
import type { Fault, FaultKind, Finding, Step } from '../model.ts';
import { isLoginPage } from './experiments/login-page.ts';
import { capital, server } from './explain/explanation.ts';
import { headerValue, type Subject } from './subject.ts';
import { causeOf } from './vocabulary.ts';

const id = 'fault-accepted';

/** The faults of a step, with the names of the credentials. */
export function faultsOf(step: Step): { readonly name: string; readonly fault: Fault }[] {
  if (step.kind === 'token') return step.fault ? [{ name: step.credential, fault: step.fault }] : [];
  if (step.kind !== 'request') return [];
  return step.credentials.flatMap(({ name, fault }) => (fault ? [{ name, fault }] : []));
}

/** Certain: the fault and the answer are on the wire. Null where the step has no fault, or it was refused. */
export function faultAcceptedFinding(subject: Subject): Finding | null {
  const { response, step, failed } = subject;
  const first = faultsOf(step).find(({ name, fault }) => wasSent(name, fault.kind, subject));
  if (!first || !response || response.status < 200 || response.status > 299 || isLoginPage(response))
    return null;
  const wanted = [step.expect.cause].flat().includes(id);
  if (!wanted && !failed.some(({ kind }) => kind === 'status' || kind === 'challenge')) return null;
  const { name, fault } = first;
  const { sent, answer, references } = faultFacts[fault.kind];
  const age = headerValue(response, 'age');
  const cause = causeOf(id);
  const status = `${response.status}${response.statusText ? ` ${response.statusText}` : ''}`;
  return {
    cause: id,
    check: null,
    environment: subject.environment.name,
    severity: 'error',
    expected: false,
    certainty: age === null ? 'certain' : 'likely',
    summary: `${capital(server(subject))} accepted the fault "${fault.kind}" of credential "${name}": it was sent ${sent}, and answered ${response.status}.`,
    hop: subject.hop.index,
    evidence: [
      { hop: subject.hop.index, field: 'answer', seen: status },
      { hop: subject.failing.hops[0]?.index ?? null, field: 'fault', seen: describe(name, fault) },
      ...(age === null ? [] : [{ hop: subject.hop.index, field: 'Age', seen: age }]),
    ],
    experiments: [],
    fix: `A correct server ${answer}. ${cause?.fix ?? ''}`.trim(),
    fixSource: null,
    references,
    alternatives:
      age === null
        ? []
        : [
            {
              cause: 'cached-response',
              why_not: 'Age says that a cache answered: the server may not have been asked',
            },
          ],
  };
}

/** The judged hop carried the fault: what was lost on a redirect was not accepted. */
function wasSent(name: string, kind: FaultKind, { failing, hop, step }: Subject): boolean {
  if (kind === 'missing' || step.kind === 'token') return true;
  const use = failing.credentials.find((each) => each.name === name && each.fault === kind);
  if (!use) return false;
  if (hop === failing.hops[0]) return true;
  return hop.request.headers.some(([field]) => field.toLowerCase() === use.field);
}

function describe(name: string, { kind, scope, from, audience }: Fault): string {
  const detail = from?.environment.name ?? scope ?? audience;
  return `${name}: ${kind}${detail === undefined ? '' : ` ${detail}`}`;
}
