/** HTTP Message Signatures (RFC 9421) over each request, with Content-Digest (RFC 9530) where it is signed. */

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { percentEncoded } from '../../http/url.ts';
import type { Field, HttpSignatureCredential } from '../../model.ts';
import { Secret } from '../../secret.ts';
import { type Key, readKey } from '../key.ts';
import { algorithmOf, misfit, signatureAlgorithms } from '../key-fit.ts';
import type { Rendering } from '../rendering.ts';
import type { Signer, UnsignedRequest } from '../signer.ts';
import type { StoreParts } from '../store.ts';
import { requestField, targetUri } from './request-parts.ts';
import { signBytes } from './signature-algorithm.ts';

type Library = typeof import('http-message-signatures');

const require = createRequire(import.meta.url);

/** The key and its algorithm, or why there is none: the end of a sentence that begins with the key. */
export function signatureKey(text: string, alg: string): { key: Key; alg: string } | { fault: string } {
  const key = readKey(text);
  if ('fault' in key) return key;
  const used = alg === '' ? algorithmOf(key) : alg;
  if (used === null) return { fault: 'fits no algorithm of RFC 9421 section 3.3' };
  const fault = misfit(key, used, signatureAlgorithms);
  return fault === null ? { key, alg: used } : { fault };
}

export async function renderHttpSignature(
  credential: HttpSignatureCredential,
  parts: StoreParts,
): Promise<Rendering> {
  const { name } = credential;
  const { ledger } = parts;
  const secret = ledger.secret(`${name} key`, credential.key);
  const found = signatureKey(secret.reveal(), credential.alg);
  if ('fault' in found) return { problem: `The key of credential "${name}" ${found.fault}.` };
  return {
    headers: [],
    query: [],
    cookies: [],
    signer: createMessageSigner(credential, found.key, found.alg, parts),
    use: {
      name,
      type: 'http_signature',
      field: 'signature',
      scheme: null,
      fingerprint: ledger.fingerprint(secret),
      token: null,
      obtained: null,
    },
  };
}

function createMessageSigner(
  credential: HttpSignatureCredential,
  { key }: Key,
  alg: string,
  { clock, random, ledger }: StoreParts,
): Signer {
  const { name, label, tag, lifetime } = credential;
  const { httpbis } = require('http-message-signatures') as Library;
  return {
    fields: ['signature', 'signature-input', ...(usesDigest(credential) ? ['content-digest'] : [])],
    rank: 3,
    fault(request) {
      const wanted = componentsOf(credential, request);
      const complete = withDigest(credential, request, wanted);
      // The jar adds its cookies later.
      const absent = wanted.find((each) => each !== 'cookie' && !isPresent(httpbis, each, complete.message));
      if (absent === undefined) return null;
      return `The credential "${name}" signs ${absent}, which the request does not have.`;
    },
    async sign(request): Promise<readonly Field[]> {
      const wanted = componentsOf(credential, request);
      const { message, added } = withDigest(credential, request, wanted);
      // A redirect may have taken a field away.
      const fields = wanted.filter((each) => isPresent(httpbis, each, message));
      const created = new Date(Math.floor(clock.now() / 1000) * 1000);
      const base = httpbis.createSignatureBase({ fields, componentParser: queryParameter }, message);
      const input = httpbis.createSigningParameters({
        key: { sign: async () => Buffer.alloc(0) },
        params: ['created', 'expires', 'keyid', 'alg', 'nonce', 'tag'].filter(
          (each) => each !== 'expires' || lifetime !== null,
        ),
        paramValues: {
          created,
          ...(lifetime === null ? {} : { expires: new Date(created.getTime() + lifetime) }),
          ...(credential.nonce ? { nonce: random.token(16) } : {}),
          // Verifiers know the algorithm by the key; it is named where it is written.
          ...(credential.alg === '' ? {} : { alg }),
          keyid: credential.key_id,
          ...(tag === null ? {} : { tag }),
        },
      });
      const covered = base.map(([identifier]) => identifier).join(' ');
      const parameters = [...input].map(([each, value]) => `;${each}=${serialize(value)}`).join('');
      const signatureInput = `(${covered})${parameters}`;
      base.push(['"@signature-params"', [signatureInput]]);
      const bytes = Buffer.from(httpbis.formatSignatureBase(base), 'latin1');
      const signature = ledger.secret(`${name} signature`, signBytes(alg, key, bytes).toString('base64'));
      return [
        ...added,
        ['Signature-Input', `${label}=${signatureInput}`],
        ['Signature', Secret.join([`${label}=:`, signature, ':'])],
      ];
    },
    challenged: () => false,
  };
}

/** An integer or a string of RFC 9651; what a string may hold is checked before. */
function serialize(value: unknown): string {
  return typeof value === 'number' ? String(value) : `"${String(value).replace(/["\\]/g, '\\$&')}"`;
}

interface Message {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string[]>;
}

function componentsOf(credential: HttpSignatureCredential, { body }: UnsignedRequest): string[] {
  if (credential.components.length > 0) return credential.components.map(lowerName);
  return ['@method', '@target-uri', ...(body ? ['content-digest'] : [])];
}

/** Field names are signed in lower case; parameters keep theirs. */
function lowerName(component: string): string {
  const [name = '', ...parameters] = component.split(';');
  return [name.toLowerCase(), ...parameters].join(';');
}

function usesDigest({ components }: HttpSignatureCredential): boolean {
  return components.length === 0 || components.some((each) => nameOf(each) === 'content-digest');
}

function nameOf(component: string): string {
  return lowerName(component).split(';')[0] ?? '';
}

/** The request as the library takes it, with a Content-Digest of what is sent where it is signed and not written. */
function withDigest(
  { digest }: HttpSignatureCredential,
  request: UnsignedRequest,
  wanted: readonly string[],
): { readonly message: Message; readonly added: readonly Field[] } {
  const headers: Record<string, string[]> = {};
  const names = new Set(request.headers.map(([field]) => field.toLowerCase()));
  for (const each of [...names, 'host', 'content-length']) {
    const values = requestField(request, each);
    if (values.length > 0) headers[each] = values;
  }
  const added: Field[] = [];
  if (wanted.some((each) => nameOf(each) === 'content-digest') && !names.has('content-digest')) {
    const hash = createHash(digest.replace('-', ''))
      .update(request.body ?? '')
      .digest('base64');
    const value = `${digest}=:${hash}:`;
    headers['content-digest'] = [value];
    added.push(['Content-Digest', value]);
  }
  return { message: { method: request.method, url: targetUri(request), headers }, added };
}

function isPresent(httpbis: Library['httpbis'], component: string, message: Message): boolean {
  try {
    httpbis.createSignatureBase({ fields: [component], componentParser: queryParameter }, message);
    return true;
  } catch {
    return false;
  }
}

/** RFC 9421 section 2.2.8: decoded, then encoded anew as forms are. null: left to the library. */
function queryParameter(
  component: string,
  parameters: Map<string, string | number | boolean>,
  message: { readonly url: string | URL } | { readonly status: number },
): string[] | null {
  if (component !== '@query-param' || !('url' in message)) return null;
  const wanted = encodeForm(decodeForm(String(parameters.get('name'))));
  const found = [...new URL(message.url).searchParams].filter(([name]) => encodeForm(name) === wanted);
  if (found.length === 0) throw new Error('no such query parameter');
  return found.map(([, value]) => encodeForm(value));
}

function decodeForm(text: string): string {
  return new URLSearchParams(`x=${text.replaceAll('&', '%26')}`).get('x') ?? '';
}

/** The percent-encode set of application/x-www-form-urlencoded, a blank as %20. */
function encodeForm(text: string): string {
  return percentEncoded(text).replace(
    /[!'()~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
