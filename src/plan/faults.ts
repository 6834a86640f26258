/** `fault:` of a step's credentials: what cannot be made, or not here, is a problem before anything is sent. */
import { faultFacts, isOfTokenRequest } from '../http/fault.ts';
import type { Fault, FaultKind, Json, JsonMap, Step } from '../model.ts';
import { Problems } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';
import { planCredential } from './credentials.ts';
import { details, type FaultContext, type Written } from './fault-details.ts';
import { asksAnew, faultsOf, isFaultKind, ofDpop, typesOf } from './fault-rules.ts';

/** The step with its faults. `written`: the map that holds `credential` or `token`. */
export function planFaults(step: Step, written: JsonMap, effective: JsonMap, context: FaultContext): Step {
  if (step.kind === 'token') {
    const ref = written['token'];
    const fault = ref !== undefined && isMap(ref) ? planFault(step, ref, effective, context) : null;
    return fault ? { ...step, fault } : step;
  }
  if (step.kind !== 'request') return step;
  const value = written['credential'];
  const refs = value === undefined ? [] : Array.isArray(value) ? value : [value];
  const faults = new Map<string, Fault>();
  for (const ref of refs as Json[]) {
    if (!isMap(ref) || ref['fault'] === undefined) continue;
    const fault = planFault(step, ref, effective, context);
    if (fault) faults.set(String(ref['name']), fault);
  }
  if (faults.size === 0) return step;
  const credentials = step.credentials.map((each) => {
    const fault = faults.get(each.name);
    return fault ? { ...each, fault } : each;
  });
  return { ...step, credentials };
}

function planFault(step: Step, ref: JsonMap, effective: JsonMap, context: FaultContext): Fault | null {
  const { names, problems } = context;
  const kind = kindOf(ref['fault']);
  const map = names.credentials.get(String(ref['name']));
  if (kind === null || !map) return null;
  // What is wrong with the credential itself is told where it is planned.
  const credential = planCredential(String(ref['name']), map, names.planned, context.project, new Problems());
  if (!credential) return null;
  const source = sourceOf(ref, 'fault') ?? sourceOf(ref);
  const wrong = { ref, kind, source, credential };
  if (!applies(wrong, step, context)) return null;
  checkPermission(wrong, effective, context);
  if (step.expect.status === undefined) {
    problems.add('FAULT_WITHOUT_STATUS', `The step makes "${kind}" and does not say what is right then.`, {
      source,
      fix: `A correct server ${faultFacts[kind].answer}: write expect: {status: 401} or what the server is to answer.`,
    });
  }
  if (ref['renew'] !== undefined) {
    problems.add('FAULT_WITH_RENEW', '"renew" and "fault" cannot stand side by side.', {
      source: sourceOf(ref, 'renew', 'key') ?? source,
      fix: 'Keep one of them: a credential that is made wrong is never renewed.',
    });
  }
  return details(wrong, context);
}

function kindOf(fault: Json | undefined): FaultKind | null {
  const word = fault !== undefined && isMap(fault) ? (Object.keys(fault)[0] ?? '') : String(fault);
  return isFaultKind(word) ? word : null;
}

/** Whether the fault can be made of this credential, at this kind of step. */
function applies({ kind, source, credential }: Written, step: Step, { problems }: FaultContext): boolean {
  const { name, type } = credential;
  const add = (message: string, fix: string): false => {
    problems.add('FAULT_NOT_APPLICABLE', message, { source, fix });
    return false;
  };
  if (isOfTokenRequest(kind) !== (step.kind === 'token')) {
    return isOfTokenRequest(kind)
      ? add(
          `"${kind}" is made in the token request.`,
          `Write it at a token step: token: {name: ${name}, fault: ${kind}}`,
        )
      : add(
          `"${kind}" is made in a request, not in the token request.`,
          'Write it under credential: of a request step.',
        );
  }
  if (!typesOf[kind].includes(type)) {
    return add(
      `"${kind}" cannot be made of credential "${name}", which is of type ${type}.`,
      `For ${type} there are: ${faultsOf(type).join(', ')}.`,
    );
  }
  if (credential.type !== 'oauth2') return true;
  if (ofDpop.includes(kind) && credential.asks?.dpop !== true) {
    return add(
      `"${kind}" needs DPoP, and credential "${name}" does not use it.`,
      'Add dpop: true to the credential.',
    );
  }
  if (isOfTokenRequest(kind) && credential.client.token_endpoint_auth_method !== 'private_key_jwt') {
    return add(
      `"${kind}" needs private_key_jwt, and client "${credential.client.name}" uses ${credential.client.token_endpoint_auth_method}.`,
      'Use a credential whose client authenticates with private_key_jwt.',
    );
  }
  if (asksAnew.includes(kind) && credential.grant_type === 'refresh_token') {
    return add(
      `"${kind}" asks for another token, and the refresh token of credential "${name}" is good for one chain of tokens.`,
      'Use a credential with another grant_type.',
    );
  }
  const scopes = (credential.scope ?? '').split(' ');
  if (kind === 'id_token' && (credential.grant_type === 'client_credentials' || !scopes.includes('openid'))) {
    return add(
      `Credential "${name}" gets no ID token: there is one for a person only, and for the scope openid.`,
      'Use a credential that logs somebody in, with openid among its scopes.',
    );
  }
  return true;
}

function checkPermission(
  { kind, source }: Written,
  effective: JsonMap,
  { names, problems }: FaultContext,
): void {
  const { environment } = names.planned;
  const { alarm } = faultFacts[kind];
  if (!environment.protected || alarm === null || effective['writes'] === true) return;
  problems.add('FAULT_UNPERMITTED', `"${kind}" in "${environment.name}", which is protected: ${alarm}.`, {
    source,
    fix: 'Write "writes: true" on the step if that is meant, or "only:" with environments that are not protected.',
  });
}
