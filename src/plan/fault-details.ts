/** What a fault needs besides its word: a token that was kept, a scope, another environment. */
import { nearest } from '../load/nearest.ts';
import type { Credential, Fault, FaultKind, JsonMap, Source } from '../model.ts';
import { Problems } from '../problem.ts';
import { Secret } from '../secret.ts';
import { isMap, sourceOf } from '../source.ts';
import { credentialMaps, planCredential } from './credentials.ts';
import type { PlannedEnvironment, ProjectContext } from './environment.ts';
import { mapAt } from './maps.ts';
import type { NameContext } from './names.ts';
import { Reader } from './reader.ts';

export interface EnvironmentsOfFile {
  readonly names: readonly string[];
  /** Planned in full, selected or not; null: there is none of this name. */
  get(name: string): PlannedEnvironment | null;
}

export interface FaultContext {
  readonly names: NameContext;
  readonly project: ProjectContext;
  readonly environments: EnvironmentsOfFile;
  readonly problems: Problems;
}

/** One `{name, fault}`, where it stands. */
export interface Written {
  readonly ref: JsonMap;
  readonly kind: FaultKind;
  readonly source: Source | null;
  readonly credential: Credential;
}

/** The members that a kind needs; null where they cannot be had, which is then a problem. */
export function details(wrong: Written, context: FaultContext): Fault | null {
  const { kind, ref, credential } = wrong;
  const fault = ref['fault'];
  const map = fault !== undefined && isMap(fault) ? fault : null;
  const text = map ? map[kind] : undefined;
  switch (kind) {
    case 'other_environment':
      return otherEnvironment(String(text ?? ''), wrong, context);
    case 'without_scope':
      return withoutScope(String(text ?? ''), wrong, context);
    case 'wrong_audience':
      return typeof text === 'string' ? { kind, audience: text } : { kind };
    case 'expired':
      if (map) return expiredToken(mapAt(map, 'expired'), wrong, context);
      if (credential.type === 'oauth2' || credential.type === 'self_signed_jwt') return { kind };
      context.problems.add(
        'FAULT_NOT_APPLICABLE',
        `An expired token cannot be had of credential "${credential.name}", which is of type ${credential.type}.`,
        { source: wrong.source, fix: 'Keep one: fault: {expired: {token: "${secret.EXPIRED_TOKEN}"}}' },
      );
      return null;
    default:
      return { kind };
  }
}

function withoutScope(
  scope: string,
  { kind, source, credential }: Written,
  { problems }: FaultContext,
): Fault | null {
  const held = credential.type === 'oauth2' ? (credential.scope ?? '').split(' ').filter((each) => each) : [];
  if (held.includes(scope)) return { kind, scope };
  const near = nearest(scope, held);
  problems.add(
    'FAULT_NOT_APPLICABLE',
    `Credential "${credential.name}" does not ask for the scope "${scope}".`,
    {
      source,
      fix: near
        ? `Did you mean "${near}"?`
        : held.length > 0
          ? `It asks for: ${held.join(' ')}.`
          : 'Add scope: to the credential.',
    },
  );
  return null;
}

function expiredToken(
  map: JsonMap,
  { kind, source }: Written,
  { names, problems }: FaultContext,
): Fault | null {
  // An unknown name in it is told with the other names of the step.
  const token = new Reader(names.scope, new Problems(), names.offline).text(map, 'token');
  if (token instanceof Secret) return { kind, token };
  if (token === null && String(map['token']).includes('${')) return null;
  problems.add('SECRET_IN_FILE', 'A token is written in the file, where everybody reads it.', {
    source: sourceOf(map, 'token') ?? source,
    fix: 'Write "${secret.EXPIRED_TOKEN}", and set that environment variable.',
  });
  return null;
}

function otherEnvironment(wanted: string, wrong: Written, context: FaultContext): Fault | null {
  const { kind, source, credential } = wrong;
  const { environment } = context.names.planned;
  const add = (code: string, message: string, fix: string): null => {
    context.problems.add(code, message, { source, fix });
    return null;
  };
  const other = context.environments.get(wanted);
  if (!other) {
    const known = [...context.environments.names].filter((name) => name !== environment.name);
    const near = nearest(wanted, known);
    return add(
      'UNKNOWN_ENVIRONMENT',
      `There is no environment "${wanted}".`,
      near ? `Did you mean "${near}"?` : `There are: ${known.join(', ')}.`,
    );
  }
  if (wanted === environment.name)
    return add(
      'FAULT_NOT_APPLICABLE',
      `"${wanted}" is the environment of the step itself.`,
      'Name another one, or limit the step with "only:".',
    );
  if (other.environment.protected && !environment.protected)
    return add(
      'FAULT_UNSAFE',
      `The credential of "${wanted}", which is protected, would be sent to "${environment.name}", which is not.`,
      `Write it the other way round: "only: [${wanted}]" and other_environment: ${environment.name}.`,
    );
  const map = credentialMaps(other, context.project).get(credential.name);
  const from = map && planCredential(credential.name, map, other, context.project, context.problems);
  if (!from) {
    if (!map)
      add(
        'UNKNOWN_CREDENTIAL',
        `There is no credential "${credential.name}" in environment "${wanted}".`,
        'Add it there, or name another environment.',
      );
    return null;
  }
  if (from.type !== credential.type)
    return add(
      'FAULT_NOT_APPLICABLE',
      `Credential "${credential.name}" is of type ${from.type} in "${wanted}" and of type ${credential.type} here.`,
      'Use a credential that is of one type in both.',
    );
  return { kind, from: { environment: other.environment, credential: from } };
}
