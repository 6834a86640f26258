/** HTTP Basic (RFC 7617): user name and password, UTF-8, joined by a colon. */
import { pairFaults } from '../http/credential-shape.ts';
import type { BasicCredential } from '../model.ts';
import { Secret } from '../secret.ts';
import type { Ledger } from './ledger.ts';
import { type Rendering, renderAuthorization, shapeOf } from './rendering.ts';

export function renderBasic(credential: BasicCredential, ledger: Ledger): Rendering {
  const { name } = credential;
  const username = credential.username instanceof Secret ? credential.username.reveal() : credential.username;
  const password = ledger.secret(`${name} password`, credential.password).reveal();
  if (username.includes(':')) {
    return {
      problem: `The user name of credential "${name}" holds a colon, which HTTP Basic cannot carry (RFC 7617 section 2).`,
    };
  }
  for (const [what, text] of [
    ['user name', username],
    ['password', password],
  ] as const) {
    if (hasControl(text)) {
      return {
        problem: `The ${what} of credential "${name}" holds a control character, which HTTP Basic cannot carry (RFC 7617 section 2).`,
      };
    }
  }
  if (credential.username instanceof Secret) ledger.secret(`${name} username`, credential.username);
  const pair = ledger.secret(name, `${username}:${password}`).reveal();
  const joined = ledger.secret(name, Buffer.from(pair, 'utf8').toString('base64'));
  return renderAuthorization('Basic', joined, {
    name,
    type: 'basic',
    field: 'authorization',
    scheme: 'Basic',
    fingerprint: ledger.remember(joined),
    token: null,
    obtained: null,
    ...shapeOf(pairFaults(username, password)),
  });
}

function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: CTL of RFC 5234 is what is looked for
  return /[\x00-\x1f\x7f]/.test(text);
}
