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
  const fault = pairFault(username, password);
  if (fault) return { problem: `The ${fault.what} of credential "${name}" ${fault.problem}.` };
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

export interface PairFault {
  /** Key of the credential. */
  readonly key: 'username' | 'password';
  readonly what: string;
  /** A predicate. */
  readonly problem: string;
  readonly fix: string;
}

/** Why the two cannot be sent; null when they can. No part of them is quoted. */
export function pairFault(username: string, password: string): PairFault | null {
  const rule = 'which HTTP Basic cannot carry (RFC 7617 section 2)';
  if (username.includes(':')) {
    const fix = 'Write the user name alone; what follows the colon belongs to "password".';
    return { key: 'username', what: 'user name', problem: `holds a colon, ${rule}`, fix };
  }
  const fix = 'Take it out: often it is a line end behind the value.';
  const problem = `holds a control character, ${rule}`;
  if (hasControl(username)) return { key: 'username', what: 'user name', problem, fix };
  return hasControl(password) ? { key: 'password', what: 'password', problem, fix } : null;
}

function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: CTL of RFC 5234 is what is looked for
  return /[\x00-\x1f\x7f]/.test(text);
}
