/** ID tokens of CI systems, and programs that print a token: what why401.yml says of them. */

import { isLoopback } from '../http/origin.ts';
import { isUrl } from '../http/url.ts';
import type { CiOidcCredential, CommandCredential, JsonMap } from '../model.ts';
import { Secret, type Value } from '../secret.ts';
import { sourceOf } from '../source.ts';
import type { CredentialReader } from './credential-reader.ts';

/** Milliseconds. */
const commandTimeout = 30_000;

const requestUrl = 'ACTIONS_ID_TOKEN_REQUEST_URL';
const requestToken = 'ACTIONS_ID_TOKEN_REQUEST_TOKEN';

export function planCiOidc(reader: CredentialReader): CiOidcCredential {
  const { env } = reader.context.lookups;
  const provider = reader.word<CiOidcCredential['provider']>(
    'provider',
    isSet(env('GITLAB_CI')) ? 'gitlab' : 'github',
  );
  const base = { ...reader.base, type: 'ci_oidc', provider, audience: reader.plain('audience') } as const;
  if (provider === 'gitlab') return { ...base, request: null, id_token: variableOf(reader) };
  if (reader.has('variable')) {
    reader.problem(
      'CI_TOKEN_VARIABLE',
      `Credential "${reader.name}" names a variable, which only gitlab has.`,
      'Take "variable" away, or write provider: gitlab.',
      'variable',
    );
  }
  return { ...base, request: requestOf(reader), id_token: null };
}

/** The address and the token of the job's identity service. */
function requestOf(reader: CredentialReader): CiOidcCredential['request'] {
  const { env } = reader.context.lookups;
  const url = env(requestUrl);
  const token = env(requestToken);
  if (isSet(url) && isSet(token)) {
    if (isSafe(url)) return { url, token: Secret.named(requestToken, token) };
    problem(
      reader,
      `${requestUrl} is not an https address`,
      'The CI system sets it; do not set it yourself.',
    );
    return null;
  }
  if (isSet(env('GITHUB_ACTIONS'))) {
    problem(
      reader,
      'this job may not ask for an ID token',
      'Add to the job in the workflow: permissions: {contents: read, id-token: write}. Pull requests from forks never have it.',
    );
  } else {
    problem(
      reader,
      'this is no job of GitHub Actions',
      `Run it there, with permissions: {id-token: write}, or give environments.${reader.environment.name}.credentials.${reader.name} another type.`,
    );
  }
  return null;
}

/** The ID token itself. */
function variableOf(reader: CredentialReader): Value | null {
  const { env } = reader.context.lookups;
  const variable = reader.plain('variable') ?? 'WHY401_ID_TOKEN';
  const token = env(variable);
  if (isSet(token)) return Secret.named(variable, token);
  problem(
    reader,
    isSet(env('GITLAB_CI'))
      ? `the variable ${variable} is not set in this job`
      : `this is no job of GitLab CI, and the variable ${variable} is not set`,
    `Add to the job in .gitlab-ci.yml: id_tokens: {${variable}: {aud: ${reader.plain('audience') ?? 'https://api.example.com'}}}`,
  );
  return null;
}

/** Nobody has these variables at his desk: lint and list do without. */
function problem(reader: CredentialReader, why: string, fix: string): void {
  if (reader.context.offline) return;
  reader.problem('CI_TOKEN_MISSING', `Credential "${reader.name}" has no ID token: ${why}.`, fix);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function isSafe(text: string): boolean {
  if (!isUrl(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

export function planCommand(reader: CredentialReader): CommandCredential {
  if (!reader.has('command')) reader.need('command');
  return {
    ...reader.base,
    type: 'command',
    command: commandOf(reader),
    env: reader.texts('env'),
    cwd: reader.context.root,
    timeout: reader.duration('timeout') ?? commandTimeout,
    lifetime: reader.duration('lifetime'),
  };
}

function commandOf(reader: CredentialReader): string[] {
  const written = reader.map['command'];
  if (!Array.isArray(written)) return [];
  const parts: string[] = [];
  for (const index of written.keys()) {
    // Places and templates of a list are read as those of a map.
    const list = written as unknown as JsonMap;
    const part = reader.read.text(list, String(index));
    // Without secrets at hand, what is written still tells.
    if (part instanceof Secret || /\$\{\s*secret\./.test(String(written[index]).replaceAll('$${', ''))) {
      reader.problems.add(
        'SECRET_ON_COMMAND_LINE',
        `Argument ${index + 1} of the command of credential "${reader.name}" holds a secret: whoever lists processes sees it.`,
        {
          source: sourceOf(written, index) ?? reader.source('command'),
          fix: 'Pass it by an environment variable: env: {NAME: "${secret.X}"}, and let the program read that.',
        },
      );
    } else if (part !== null) parts.push(part);
  }
  if (parts[0]?.trim() === '') {
    reader.problem(
      'COMMAND_EMPTY',
      `The command of credential "${reader.name}" begins with an empty text.`,
      'Write the program first: command: [PROGRAM, ARGUMENT].',
      'command',
    );
  }
  return parts;
}
