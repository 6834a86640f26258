/** What a step refers to must exist: credentials, origins, clients, variables, secrets. */

import { clientId, clientNames, clientSpellings } from '../http/client-names.ts';
import { isUrl } from '../http/url.ts';
import { nearest } from '../load/nearest.ts';
import type { JobRow, Json, JsonMap, RequestStep, Step } from '../model.ts';
import type { Problems } from '../problem.ts';
import { isMap, merge, sourceOf } from '../source.ts';
import type { PlannedEnvironment } from './environment.ts';
import { checkHeaders } from './headers.ts';
import { mapAt } from './maps.ts';
import { checkParameters } from './parameters.ts';
import { credentialRefs } from './steps.ts';
import { references, type Scope, templateFaults } from './template.ts';
import { addUnresolved } from './unresolved.ts';

export interface NameContext {
  readonly planned: PlannedEnvironment;
  readonly credentials: ReadonlyMap<string, JsonMap>;
  /** Variables of the scenario and all outside it. */
  readonly scope: Scope;
  /** Names captured by earlier steps of the job. */
  readonly captured: ReadonlySet<string>;
  readonly offline: boolean;
  /** Of the data; null: there is none. */
  readonly row: JobRow | null;
}

/** Adds a problem for every name in `written` that means nothing in this environment. */
export function checkNames(step: Step, written: JsonMap, context: NameContext, problems: Problems): void {
  if (step.kind === 'request') {
    checkRedirect(step, written, problems);
    checkTarget(step, written, context, problems);
    checkHeaders(step, written, context, problems);
    checkParameters(step, written, context, problems);
  }
  if (step.kind === 'authorize') checkAuthorize(step.client, written, context, problems);
  if (step.kind === 'token') checkCredential(step.credential, sourceOf(written, 'token'), context, problems);
  checkReferences(written, context, problems);
}

export function checkCredentialNames(
  value: Json | undefined,
  container: JsonMap,
  context: NameContext,
  problems: Problems,
): void {
  for (const { name } of credentialRefs(value)) {
    checkCredential(name, sourceOf(container, 'credential'), context, problems);
  }
}

function checkCredential(
  name: string,
  source: ReturnType<typeof sourceOf>,
  context: NameContext,
  problems: Problems,
): void {
  if (context.credentials.has(name)) return;
  unknown(
    'UNKNOWN_CREDENTIAL',
    'credential',
    name,
    [...context.credentials.keys()],
    source,
    context,
    problems,
  );
}

function unknown(
  code: string,
  kind: string,
  name: string,
  known: readonly string[],
  source: ReturnType<typeof sourceOf>,
  context: NameContext,
  problems: Problems,
): void {
  const near = nearest(name, known);
  const fix = near
    ? `Did you mean "${near}"?`
    : known.length > 0
      ? `There are: ${known.join(', ')}.`
      : `This environment has no ${kind}s.`;
  problems.add(code, `There is no ${kind} "${name}" in environment "${context.planned.environment.name}".`, {
    source,
    fix,
  });
}

/** `redirect.as` names a client; a template in it was rendered before. */
function checkRedirect({ redirect }: RequestStep, written: JsonMap, problems: Problems): void {
  if (redirect.as === undefined || redirect.as.includes('${') || clientId(redirect.as) !== null) return;
  const near = nearest(redirect.as, clientSpellings());
  problems.add('UNKNOWN_HTTP_CLIENT', `No HTTP client "${redirect.as}" is known.`, {
    source: sourceOf(mapAt(written, 'redirect'), 'as'),
    fix: near ? `Did you mean "${near}"?` : `There are: ${clientNames().join(', ')}.`,
  });
}

/** `NAME:/path`; a scheme is followed by `//`. */
const named = /^([A-Za-z][\w-]*):\/(?!\/)/;

function checkTarget(step: RequestStep, written: JsonMap, context: NameContext, problems: Problems): void {
  const source =
    sourceOf(written, step.method) ?? sourceOf(mapAt(written, 'request'), 'url') ?? sourceOf(written);
  const { origins } = context.planned.environment;
  const origin = named.exec(step.target)?.[1];
  if (origin !== undefined && !origins.has(origin)) {
    unknown('UNKNOWN_ORIGIN', 'origin', origin, [...origins.keys()], source, context, problems);
  } else if (step.target.startsWith('/') && origins.size === 0) {
    problems.add(
      'NO_ORIGIN',
      `"${step.target}" is relative, and environment "${context.planned.environment.name}" has no origin.`,
      { source, fix: 'Add one under origins:.' },
    );
  } else if (/^[a-z][a-z+.-]*:\/\/[^/?#]*@/i.test(step.target)) {
    problems.add('USERINFO_IN_URL', 'A user name or password does not belong into a URL.', {
      source,
      fix: 'Use a credential of type basic.',
    });
  } else if (!origin && (!/^(\/|https?:\/\/|\$\{)/i.test(step.target) || isNoUrl(step.target))) {
    problems.add('TARGET_INVALID', `"${step.target}" is no target.`, {
      source,
      fix: 'Write /path, NAME:/path with the name of an origin, or a URL with http or https.',
    });
  }
}

/** Whatever the run gives: nothing of it is filled in. */
function isNoUrl(target: string): boolean {
  return !target.startsWith('/') && !target.includes('${') && !isUrl(target);
}

function checkAuthorize(client: string, written: JsonMap, context: NameContext, problems: Problems): void {
  const map = mapAt(written, 'authorize');
  const { clients } = context.planned.environment;
  const found = clients.get(client);
  if (!found) {
    unknown(
      'UNKNOWN_CLIENT',
      'client',
      client,
      [...clients.keys()],
      sourceOf(map, 'client'),
      context,
      problems,
    );
  } else if ((map['redirect_uri'] ?? 'all') === 'all' && found.redirect_uris.length === 0) {
    problems.add(
      'NO_REDIRECT_URI',
      `Client "${client}" has no redirect_uris in environment "${context.planned.environment.name}".`,
      {
        source: sourceOf(map, 'redirect_uri') ?? sourceOf(map),
        fix: 'Add redirect_uris to the client, or name one URI here.',
      },
    );
  }
}

function checkReferences(written: JsonMap, context: NameContext, problems: Problems): void {
  const overrides = written['in'];
  const rest = overrides === undefined ? written : merge(written, { in: null });
  const own =
    overrides !== undefined && isMap(overrides) ? overrides[context.planned.environment.name] : undefined;
  for (const part of [rest, own]) {
    if (part === undefined) continue;
    for (const fault of templateFaults(part)) {
      problems.add('TEMPLATE_INVALID', fault.error, {
        source: fault.container ? sourceOf(fault.container, fault.key ?? undefined) : null,
        fix: 'Write "${name}" for a value, and "$${" where "${" itself is meant.',
      });
    }
    for (const reference of references(part)) {
      const { name } = reference;
      if (
        reference.default !== null ||
        context.captured.has(name) ||
        deferred(name) ||
        context.scope.lookup(name) !== undefined
      )
        continue;
      const source = reference.container ? sourceOf(reference.container, reference.key ?? undefined) : null;
      const { scope, offline, row } = context;
      const where = row ? `, in row ${row.number} of the data` : '';
      addUnresolved(name, { scope, offline, source, where }, problems);
    }
  }
}

/** Known only when the job runs: metadata of an issuer. */
function deferred(name: string): boolean {
  return /^issuer\.[\w-]+\.\w+$/.test(name);
}
