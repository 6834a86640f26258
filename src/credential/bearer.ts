/** Bearer tokens in the Authorization field (RFC 6750 section 2.1). */
import { valueFaults } from '../http/credential-shape.ts';
import type { BearerCredential, CredentialUse } from '../model.ts';
import type { Secret } from '../secret.ts';
import type { Ledger } from './ledger.ts';
import { type Rendered, type Rendering, renderAuthorization, shapeOf, unsendable } from './rendering.ts';
import { decodeToken } from './token.ts';

/** A token that came from outside. */
export function renderBearer(credential: BearerCredential, ledger: Ledger): Rendering {
  const token = ledger.secret(credential.name, credential.token);
  const problem = unsendable(token.reveal());
  if (problem) return { problem: `The token of credential "${credential.name}" ${problem}.` };
  return renderToken(credential.name, credential.type, token, null, ledger);
}

/** Any access token, `token` known to the ledger. */
export function renderToken(
  name: string,
  type: CredentialUse['type'],
  token: Secret,
  obtained: CredentialUse['obtained'],
  ledger: Ledger,
): Rendered {
  return renderAuthorization('Bearer', token, {
    name,
    type,
    field: 'authorization',
    scheme: 'Bearer',
    fingerprint: ledger.remember(token),
    token: decodeToken(token.reveal()),
    obtained,
    ...shapeOf(valueFaults(token.reveal())),
  });
}
