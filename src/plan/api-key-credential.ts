/** API keys: what why401.yml says of them, and whether the name can stand at its place. */
import type { ApiKeyCredential } from '../model.ts';
import type { CredentialReader } from './credential-reader.ts';
import { checkFieldName } from './field-name.ts';

export function planApiKey(reader: CredentialReader): ApiKeyCredential {
  const credential: ApiKeyCredential = {
    ...reader.base,
    type: 'api_key',
    in: reader.word<ApiKeyCredential['in']>('in', 'header'),
    field: reader.needPlain('name'),
    value: reader.need('value'),
  };
  checkName(credential, reader);
  return credential;
}

function checkName({ in: place, field }: ApiKeyCredential, reader: CredentialReader): void {
  if (!reader.has('name')) return;
  if (field === '' && !reader.isTold('name')) {
    const example = { header: 'X-Gateway-Key', query: 'api_key', cookie: 'sid' }[place];
    reader.problem('CREDENTIAL_INVALID', '"name" is empty.', `Write for example ${example}.`, 'name');
  } else if (place === 'header') checkFieldName(field, reader.source('name'), reader.problems);
  // A cookie-name is a token (RFC 6265 section 4.1.1).
  else if (place === 'cookie' && !/^[!#$%&'*+.^_`|~\w-]*$/.test(field)) {
    const fix = "Letters, digits and !#$%&'*+-.^_`|~ are allowed (RFC 6265 section 4.1.1).";
    reader.problem('CREDENTIAL_INVALID', `"${field}" is no name of a cookie.`, fix, 'name');
  }
}
