/** Sessions: what why401.yml says of them. */
import { resolve } from 'node:path';
import { isRefusal, readUtf8 } from '../files.ts';
import type { Json, JsonMap, SessionCredential } from '../model.ts';
import { Secret, type Value } from '../secret.ts';
import { sourceOf } from '../source.ts';
import type { CredentialReader } from './credential-reader.ts';
import { loginPage, planLogin } from './login.ts';
import { mapAt } from './maps.ts';

/** Bytes. */
const largestState = 10_000_000;

export function planSession(reader: CredentialReader): SessionCredential {
  const login = planLogin(reader);
  const file = reader.plain('storage_state');
  if ((login === null) === (file === null)) {
    reader.problem(
      'CREDENTIAL_INCOMPLETE',
      `Credential "${reader.name}" needs ${login ? 'either a login or a storage_state, not both' : 'a login or a storage_state'}.`,
      'Write login: with the steps of a login, or storage_state: with a file that a browser saved.',
      login ? 'storage_state' : undefined,
    );
  }
  if (login?.[0]?.GET === null) {
    reader.problem(
      'LOGIN_WITHOUT_PAGE',
      `The login of "${reader.name}" submits a form before a page was opened.`,
      'Begin with a step such as GET: app:/login.',
      'login',
    );
  }
  const alive = mapAt(reader.map, 'alive');
  const GET = loginPage(alive, 'GET', reader);
  checkStatus(alive, reader);
  return {
    ...reader.base,
    type: 'session',
    login,
    storage_state: file === null ? null : stateFile(file, reader),
    alive: GET === null ? null : { GET, status: (alive['status'] ?? '2xx') as Json },
  };
}

function checkStatus(alive: JsonMap, { problems, name }: CredentialReader): void {
  const written = alive['status'] ?? '2xx';
  const wrong = (Array.isArray(written) ? written : [written]).find(
    (each) => !/^[1-5](?:\d\d|xx)$/i.test(String(each)),
  );
  if (wrong === undefined) return;
  problems.add('STATUS_INVALID', `alive of "${name}": "${String(wrong)}" is no status.`, {
    source: sourceOf(alive, 'status'),
    fix: 'Write 200, 2xx, or a list of them.',
  });
}

function stateFile(path: string, reader: CredentialReader): Value | null {
  if (reader.context.offline) return '';
  const text = readUtf8(resolve(reader.context.root, path), { limit: largestState });
  if (!isRefusal(text)) return Secret.named(reader.name, text);
  reader.problem(
    'FILE_UNREADABLE',
    `The file "${path}" cannot be read: ${text.why}.`,
    'Paths are relative to why401.yml.',
    'storage_state',
  );
  return null;
}
