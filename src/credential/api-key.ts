/** A fixed value under a name of the service's own: header, query parameter or cookie. */
import { authorizationFaults, valueFaults } from '../http/credential-shape.ts';
import type { ApiKeyCredential, CredentialUse, Field } from '../model.ts';
import type { Ledger } from './ledger.ts';
import { type Rendering, shapeOf, unsendable } from './rendering.ts';
import { decodeToken } from './token.ts';

/** `Bearer TOKEN` and the like, where the key is written as a whole Authorization value. */
const schemed = /^([A-Za-z][A-Za-z0-9-]*) +(\S.*)$/;

export function renderApiKey(credential: ApiKeyCredential, ledger: Ledger): Rendering {
  const { name, field } = credential;
  const value = ledger.secret(name, credential.value);
  const text = value.reveal();
  const problem = keyFault(credential.in, text);
  if (problem) return { problem: `The value of credential "${name}" ${problem}.` };
  const header = credential.in === 'header' ? field.toLowerCase() : null;
  const parts = header === 'authorization' ? schemed.exec(text) : null;
  if (parts) ledger.secret(name, parts[2] ?? '');
  const use: CredentialUse = {
    name,
    type: 'api_key',
    field: header ?? `${credential.in}:${field}`,
    scheme: parts?.[1] ?? null,
    fingerprint: ledger.remember(value),
    token: decodeToken(parts?.[2] ?? text),
    obtained: null,
    ...shapeOf(header === 'authorization' ? authorizationFaults(text) : valueFaults(text)),
  };
  const fields: Field[] = [[field, value]];
  return {
    headers: credential.in === 'header' ? fields : [],
    query: credential.in === 'query' ? fields : [],
    cookies: credential.in === 'cookie' ? fields : [],
    use,
  };
}

/** Why the value cannot stand there, as a predicate; null when it can. */
export function keyFault(place: ApiKeyCredential['in'], text: string): string | null {
  if (place === 'query') return text === '' ? 'is empty' : null;
  const fault = unsendable(text);
  if (fault !== null || place === 'header') return fault;
  return text.includes(';') ? 'holds a semicolon, which ends a cookie' : null;
}
