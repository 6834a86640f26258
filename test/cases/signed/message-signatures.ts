/** HTTP Message Signatures (RFC 9421) at a verifier on a library. */
import { generateKeyPairSync } from 'node:crypto';
import type { Received } from '../../support/origins.ts';
import { fieldOf, isMessageSigned } from '../../support/verifiers.ts';
import type { Case } from '../case.ts';
import { minutes, type Refusal, type Signed, signedCase, type Truth, type Verify } from './signed-case.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const own = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const other: string = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const servers = ['http-message-signatures 1'];
const credential = { type: 'http_signature', key_id: 'ci-2026', key: '${secret.KEY}' };

interface Rules {
  /** Words by what is found; none: 401 and nothing more. */
  readonly says?: (fault: Fault) => Refusal;
  /** Milliseconds by which the verifier's clock is ahead. */
  readonly ahead?: number;
  readonly keys?: readonly string[];
  readonly covered?: readonly string[];
  readonly algs?: readonly string[];
  /** What a proxy does with a request before it is verified. */
  readonly between?: (request: Received) => Received;
}
export type Fault = 'none' | 'key' | 'early' | 'expired' | 'old' | 'coverage' | 'alg' | 'signature';

const bare = (): Refusal => ({ status: 401, body: { error: 'unauthorized' } });
const challenge = { 'www-authenticate': 'Signature realm="orders"' };

function verifier({ says = bare, ...rules }: Rules): Verify {
  return async (request) => {
    const fault = await faultOf((rules.between ?? ((same) => same))(request), rules);
    return fault === null ? null : says(fault);
  };
}

async function faultOf(request: Received, rules: Rules): Promise<Fault | null> {
  const input = fieldOf(request, 'signature-input');
  if (input === '') return 'none';
  const of = (name: string): string => new RegExp(`;${name}="?([^";]+)`).exec(input)?.[1] ?? '';
  const now = (Date.now() + (rules.ahead ?? 0)) / 1000;
  if (!(rules.keys ?? ['ci-2026']).includes(of('keyid'))) return 'key';
  if (Number(of('created')) > now + 30) return 'early';
  if (of('expires') !== '' && Number(of('expires')) < now) return 'expired';
  if (Number(of('created')) < now - 300) return 'old';
  if ((rules.covered ?? []).some((name) => !input.includes(`"${name}"`))) return 'coverage';
  if (of('alg') !== '' && !(rules.algs ?? ['ecdsa-p256-sha256']).includes(of('alg'))) return 'alg';
  return (await isMessageSigned(request, publicKey, 'ecdsa-p256-sha256').catch(() => false))
    ? null
    : 'signature';
}

const texts: Readonly<Record<Fault, string>> = {
  none: 'A signature is required',
  key: 'No key found for keyid ci-2026',
  early: 'Signature created in the future',
  expired: 'Signature has expired',
  old: 'Signature is too old',
  coverage: 'The signature does not cover content-digest',
  alg: 'Signature algorithm is not allowed',
  signature: 'Signature verification failed',
};
const told = (fault: Fault): Refusal => ({
  status: 401,
  headers: challenge,
  body: { title: 'Unauthorized', detail: texts[fault], status: 401 },
});
const post = [{ POST: '/orders', writes: true, body: { json: { id: 7 } } }];

export function messageCase(fault: string, truth: Truth, rules: Rules, parts: Partial<Signed> = {}): Case {
  const { says } = rules;
  return signedCase(
    `rfc9421-${fault}`,
    { servers, ...truth },
    {
      verify: verifier(rules),
      healedVerify: verifier(says ? { says } : {}),
      credential,
      env: { KEY: own },
      healedEnv: { KEY: own },
      ahead: rules.ahead ?? 0,
      ...parts,
    },
  );
}

const keys = ['signature-invalid', 'key-unknown', 'credentials-stripped-by-proxy'];
const silent = ['key-unknown', 'signature-invalid', 'credentials-stripped-by-proxy'];

export const messageCases: readonly Case[] = [
  messageCase(
    'wrong-key',
    { causes: ['signature-invalid'], decisive: ['ci-2026'], onlyTold: true },
    { says: told },
    {
      env: { KEY: other },
    },
  ),
  messageCase(
    'unknown-keyid',
    { causes: ['key-unknown'], decisive: ['ci-2026'], onlyTold: true },
    { says: told, keys: ['ci-2025'] },
  ),
  messageCase(
    'wrong-key-silent',
    { causes: keys, decisive: ['ci-2026'], twin: 'signed/rfc9421-unknown-keyid-silent' },
    {},
    { env: { KEY: other } },
  ),
  messageCase(
    'unknown-keyid-silent',
    { causes: silent, decisive: ['ci-2026'], twin: 'signed/rfc9421-wrong-key-silent' },
    { keys: ['ci-2025'] },
  ),
  messageCase(
    'created-in-the-future',
    { causes: ['clock-skew'], decisive: ['behind'] },
    { says: told, ahead: -10 * minutes },
  ),
  messageCase(
    'too-old-silent',
    { causes: ['clock-skew'], decisive: ['10 min ahead'] },
    { ahead: 10 * minutes },
  ),
  messageCase(
    'expired',
    { causes: ['clock-skew'], decisive: ['ahead'] },
    { says: told, ahead: 3 * minutes },
    { credential: { ...credential, lifetime: '1m' }, healedCredential: { ...credential, lifetime: '1m' } },
  ),
  messageCase(
    'not-covered',
    { causes: ['request-param-missing'], decisive: ['content-digest'], onlyTold: true },
    { says: told, covered: ['content-digest'] },
    {
      credential: { ...credential, components: ['@method', '@target-uri'] },
      healedCredential: credential,
      steps: post,
    },
  ),
  messageCase(
    'alg-refused',
    { causes: ['alg-not-allowed'], decisive: ['ecdsa-p256-sha256'], onlyTold: true },
    { says: told, algs: ['ed25519'] },
    { credential: { ...credential, alg: 'ecdsa-p256-sha256' } },
  ),
  messageCase(
    'host-rewritten',
    { causes: ['signature-invalid'], decisive: ['@target-uri'], onlyTold: true },
    { says: told, between: (request) => ({ ...request, origin: 'http://orders.internal:8080' }) },
  ),
  messageCase(
    'body-rewritten',
    { causes: ['signature-invalid'], decisive: ['content-digest'], onlyTold: true },
    {
      says: (fault) => ({ ...told(fault), body: { detail: 'Content-Digest does not match the body' } }),
      between: (request) => ({ ...request, body: request.body.replace('7', '7.0') }),
    },
    { steps: post },
  ),
  messageCase(
    'wants-basic',
    { causes: ['scheme-mismatch', 'basic-shadow'], decisive: ['Basic'] },
    { says: () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="Staging"' } }), keys: [] },
  ),
  messageCase(
    'wants-bearer',
    { causes: ['scheme-mismatch'], decisive: ['Bearer'] },
    { says: () => ({ status: 401, headers: { 'www-authenticate': 'Bearer realm="orders"' } }), keys: [] },
  ),
];
