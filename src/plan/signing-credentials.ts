/** Credentials that sign requests, or themselves: what why401.yml says of them. */
import type {
  DigestCredential,
  HmacCredential,
  HttpSignatureCredential,
  JsonMap,
  SelfSignedJwtCredential,
  SigV4Credential,
} from '../model.ts';
import type { CredentialReader } from './credential-reader.ts';
import { mapAt } from './maps.ts';
import { checkHmac, checkHttpSignature, checkSelfSignedJwt, checkSigV4 } from './signing-checks.ts';

/** Milliseconds. */
const tokenLifetime = 5 * 60_000;

export function planDigest(reader: CredentialReader): DigestCredential {
  return {
    ...reader.base,
    type: 'digest',
    username: reader.need('username'),
    password: reader.need('password'),
  };
}

export function planHmac(reader: CredentialReader): HmacCredential {
  const { map } = reader;
  const written = (key: string, otherwise: string): string => {
    const value = map[key];
    return typeof value === 'string' ? value : otherwise;
  };
  const credential: HmacCredential = {
    ...reader.base,
    type: 'hmac',
    algorithm: reader.word<HmacCredential['algorithm']>('algorithm', 'sha256'),
    key: reader.need('key'),
    key_encoding: reader.word<HmacCredential['key_encoding']>('key_encoding', 'utf8'),
    // Templates of names that only a request gives a value.
    over: written('over', '${body}'),
    header: reader.needPlain('header'),
    value: written('value', '${signature}'),
    encoding: reader.word<HmacCredential['encoding']>('encoding', 'hex'),
    headers: stringsOf(mapAt(map, 'headers')),
  };
  checkHmac(credential, reader);
  return credential;
}

function stringsOf(map: JsonMap): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, String(value)]));
}

export function planSelfSignedJwt(reader: CredentialReader): SelfSignedJwtCredential {
  const credential: SelfSignedJwtCredential = {
    ...reader.base,
    type: 'self_signed_jwt',
    alg: reader.needPlain('alg'),
    key: reader.need('key'),
    kid: reader.plain('kid'),
    typ: reader.plain('typ'),
    claims: reader.read.map(mapAt(reader.map, 'claims')),
    lifetime: reader.duration('lifetime') ?? tokenLifetime,
  };
  checkSelfSignedJwt(credential, reader);
  return credential;
}

export function planSigV4(reader: CredentialReader): SigV4Credential {
  const credential: SigV4Credential = {
    ...reader.base,
    type: 'aws_sigv4',
    access_key_id: reader.need('access_key_id'),
    secret_access_key: reader.need('secret_access_key'),
    session_token: reader.text('session_token'),
    region: reader.needPlain('region'),
    service: reader.needPlain('service'),
  };
  checkSigV4(credential, reader);
  return credential;
}

export function planHttpSignature(reader: CredentialReader): HttpSignatureCredential {
  const credential: HttpSignatureCredential = {
    ...reader.base,
    type: 'http_signature',
    key_id: reader.needPlain('key_id'),
    key: reader.need('key'),
    // Without an alg it is that of the key.
    alg: reader.plain('alg') ?? '',
    components: reader.has('components') ? reader.read.list(reader.map, 'components') : [],
    label: reader.plain('label') ?? 'sig1',
    tag: reader.plain('tag'),
    lifetime: reader.duration('lifetime'),
    nonce: reader.map['nonce'] === true,
    digest: reader.word<HttpSignatureCredential['digest']>('digest', 'sha-256'),
  };
  checkHttpSignature(credential, reader);
  return credential;
}
