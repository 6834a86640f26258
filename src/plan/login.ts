/** The steps of a scripted login, as a credential writes them. */
import { parseHtmlSelector } from '../http/html-selector.ts';
import { loginOrigins } from '../http/login-origins.ts';
import { resolveTarget } from '../http/target.ts';
import type { Json, JsonMap, LoginStep, Step } from '../model.ts';
import type { Problems } from '../problem.ts';
import type { Value } from '../secret.ts';
import { isMap, sourceOf } from '../source.ts';
import type { CredentialReader } from './credential-reader.ts';
import { mapAt, unplaced } from './maps.ts';

/** Null where the credential has no `login`. */
export function planLogin(reader: CredentialReader): LoginStep[] | null {
  const written = reader.map['login'];
  if (!Array.isArray(written)) return null;
  if (written.length === 0) {
    reader.problem(
      'LOGIN_EMPTY',
      `The login of "${reader.name}" has no steps.`,
      'Write what is opened and submitted: - GET: /login, - submit: {fields: {...}}.',
      'login',
    );
  }
  return written.filter((step: Json): step is JsonMap => isMap(step)).map((step) => loginStep(step, reader));
}

function loginStep(step: JsonMap, reader: CredentialReader): LoginStep {
  const { read } = reader;
  const submit = step['submit'] === undefined ? null : mapAt(step, 'submit');
  const fields: Record<string, Value> = {};
  const written = submit ? mapAt(submit, 'fields') : {};
  for (const name of Object.keys(written)) {
    const value = read.text(written, name);
    if (value !== null) fields[name] = value;
  }
  const form = submit ? selector(submit, 'form', reader) : null;
  const GET = loginPage(step, 'GET', reader);
  return {
    name: read.plain(step, 'name') ?? (submit ? `submit ${form ?? 'the form'}` : `GET ${GET ?? ''}`),
    source: sourceOf(step) ?? unplaced,
    GET,
    submit: submit && { form, fields, button: read.plain(submit, 'button') },
    when: selector(step, 'when', reader),
  };
}

function selector(map: JsonMap, key: string, { read, problems }: CredentialReader): string | null {
  const text = read.plain(map, key);
  const parsed = text === null ? null : parseHtmlSelector(text);
  if (parsed && 'error' in parsed) {
    problems.add('SELECTOR_INVALID', `"${text}" is no selector that is known here: ${parsed.error}.`, {
      source: sourceOf(map, key),
      fix: 'Write for example form#login, or input[name=password].',
    });
  }
  return text;
}

/** The address of a page that a login opens: one of the environment, or of its authorization servers. */
export function loginPage(map: JsonMap, key: string, reader: CredentialReader): string | null {
  const { read, problems, environment } = reader;
  const text = read.plain(map, key);
  if (text === null) return null;
  const url = resolveTarget(text, environment.origins);
  const at = { source: sourceOf(map, key) };
  if ('problem' in url) {
    const names = [...environment.origins.keys()].join(', ') || 'none yet';
    const fix = `Write /path, NAME:/path or a URL; the origins of "${environment.name}" are ${names}.`;
    problems.add('LOGIN_PAGE_INVALID', `The login of "${reader.name}": ${url.problem}`, { ...at, fix });
    return text;
  }
  const { own, servers } = loginOrigins(environment);
  if (!own.has(url.origin) && !servers.has(url.origin)) {
    problems.add(
      'LOGIN_PAGE_UNBOUND',
      `The login of "${reader.name}" goes to ${url.origin}, which is neither an origin of environment "${environment.name}" nor that of one of its issuers.`,
      { ...at, fix: `Add it under environments.${environment.name}.origins.` },
    );
  }
  return text;
}

/** Where a session has no use: without a jar, and where a token is wanted. */
export function checkSessionUse(step: Step, types: ReadonlyMap<string, JsonMap>, problems: Problems): void {
  const isSession = (name: string): boolean => types.get(name)?.['type'] === 'session';
  const { source } = step;
  if (step.kind === 'token' && isSession(step.credential)) {
    problems.add(
      'CREDENTIAL_WITHOUT_TOKEN',
      `Credential "${step.credential}" is a session, which has no token.`,
      {
        source,
        fix: 'Send a request with it instead: GET: /path with this credential.',
      },
    );
  }
  if (step.kind !== 'request' || step.jar !== null) return;
  for (const { name } of step.credentials.filter((each) => isSession(each.name))) {
    problems.add('SESSION_WITHOUT_JAR', `The step sends the session "${name}", and has no cookie jar.`, {
      source,
      fix: 'Leave jar: none out, or the credential.',
    });
  }
}
