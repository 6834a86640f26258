/** What is wrong with signing credentials without their keys: names, templates, algorithms. */
import { hmacNames, parseHmacTemplate } from '../http/hmac-template.ts';
import { componentFault } from '../http/signature-component.ts';
import { nearest } from '../load/nearest.ts';
import type {
  HmacCredential,
  HttpSignatureCredential,
  SelfSignedJwtCredential,
  SigV4Credential,
  Source,
} from '../model.ts';
import { sourceOf } from '../source.ts';
import type { CredentialReader } from './credential-reader.ts';
import { checkFieldName, fieldName } from './field-name.ts';
import { mapAt } from './maps.ts';
import { references } from './template.ts';

/** RFC 7518 section 3.1 and RFC 8037; `none` signs nothing. */
const jwsNames =
  'HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

export function checkHmac(credential: HmacCredential, reader: CredentialReader): void {
  const headers = mapAt(reader.map, 'headers');
  const names = [credential.header, ...Object.keys(credential.headers)];
  for (const [index, name] of names.entries()) {
    const place =
      index === 0 ? reader.source('header') : (sourceOf(headers, name, 'key') ?? reader.source('headers'));
    checkFieldName(name, place, reader.problems);
    if (names.findIndex((each) => each.toLowerCase() === name.toLowerCase()) < index) {
      reader.problems.add('HEADER_TWICE', `The header "${name}" is written twice.`, {
        source: place,
        fix: 'Keep one of them.',
      });
    }
  }
  checkTemplate(credential.over, hmacNames, reader.source('over'), reader);
  // A body has line breaks and bytes that are no text.
  const inHeaders = ['signature', ...hmacNames.filter((name) => name !== 'body')];
  checkTemplate(credential.value, inHeaders, reader.source('value'), reader);
  for (const [name, text] of Object.entries(credential.headers)) {
    checkTemplate(text, inHeaders, sourceOf(headers, name) ?? reader.source('headers'), reader);
  }
}

function checkTemplate(
  text: string,
  names: readonly string[],
  source: Source,
  { problems }: CredentialReader,
): void {
  for (const part of parseHmacTemplate(text)) {
    if (typeof part === 'string') {
      if (/[\r\n\0]/.test(part) && names.includes('signature')) {
        problems.add('HEADER_VALUE_INVALID', 'The value of a header holds a line break.', {
          source,
          fix: 'Remove it: a header is one line (RFC 9110 section 5.5).',
        });
      }
      continue;
    }
    const { name } = part;
    if (names.includes(name) || fieldName.test(/^header\.(.*)$/s.exec(name)?.[1] ?? '')) continue;
    const near = nearest(name, names);
    problems.add('UNRESOLVED_VARIABLE', `Nothing is named "${name}" here.`, {
      source,
      fix: near ? `Did you mean "${near}"?` : `There are ${names.join(', ')} and header.NAME.`,
    });
  }
}

export function checkSelfSignedJwt({ alg }: SelfSignedJwtCredential, reader: CredentialReader): void {
  if (alg !== '' && !jwsNames.includes(alg)) {
    const near = nearest(alg, jwsNames);
    reader.problem(
      'ALGORITHM_UNKNOWN',
      alg.toLowerCase() === 'none' ? 'alg "none" signs nothing.' : `There is no alg "${alg}".`,
      near ? `Did you mean "${near}"?` : `Use one of ${jwsNames.join(', ')} (RFC 7518 section 3.1).`,
      'alg',
    );
  }
  const claims = mapAt(reader.map, 'claims');
  for (const { name, container, key } of references(claims)) {
    if (!name.startsWith('secret.')) continue;
    reader.problems.add('SECRET_MISPLACED', 'Claims are shown in reports and cannot be secret.', {
      source: (container && key !== null ? sourceOf(container, key) : null) ?? reader.source('claims'),
      fix: 'Use ${env.NAME} for values that are not secret.',
    });
  }
}

export function checkSigV4({ region, service }: SigV4Credential, reader: CredentialReader): void {
  for (const [key, value] of Object.entries({ region, service })) {
    if (!reader.has(key) || /^[A-Za-z0-9._-]+$/.test(value)) continue;
    // A variable that is not known, or not yet.
    if (value === '' && String(reader.map[key]).includes('${') && reader.isTold(key)) continue;
    reader.problem(
      'CREDENTIAL_INVALID',
      value === '' ? `"${key}" is empty.` : `"${key}" is "${value}", which no ${key} is called.`,
      key === 'region' ? 'Write for example eu-central-1.' : 'Write for example execute-api.',
      key,
    );
  }
}

export function checkHttpSignature(credential: HttpSignatureCredential, reader: CredentialReader): void {
  const list = reader.map['components'];
  const seen = new Set<string>();
  for (const [index, component] of credential.components.entries()) {
    const placed = Array.isArray(list) ? sourceOf(list, index) : null;
    const fault = componentFault(component) ?? (seen.has(component) ? 'is there twice' : null);
    seen.add(component);
    if (fault === null) continue;
    reader.problems.add('COMPONENT_INVALID', `"${component}" ${fault}.`, {
      source: placed ?? reader.source('components'),
      fix: 'Write a component of RFC 9421 section 2, for example @method, @target-uri or content-type.',
    });
  }
  for (const key of ['key_id', 'tag'] as const) {
    const value = credential[key];
    if (value === null || /^[\x20-\x7e]*$/.test(value)) continue;
    const message = `"${key}" holds a character outside of US-ASCII, which a string of RFC 9651 cannot.`;
    reader.problem('CREDENTIAL_INVALID', message, 'Write it in US-ASCII.', key);
  }
}
