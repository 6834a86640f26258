/** Tokens that the client signs for itself, at servers on jsonwebtoken and jose. */
import { generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, errors, exportJWK, type JWTVerifyOptions, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { fieldOf } from '../../support/verifiers.ts';
import type { Case } from '../case.ts';
import { minutes, type Refusal, type Signed, signedCase, type Truth, type Verify } from './signed-case.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const own = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const claims = { iss: 'ci', sub: 'ci', aud: 'orders' };
const credential = { type: 'self_signed_jwt', alg: 'ES256', key: '${secret.KEY}', kid: 'ci-2026', claims };

interface Rules {
  readonly library?: 'jsonwebtoken' | 'jose';
  readonly silent?: boolean;
  readonly ahead?: number;
  readonly kid?: string;
  readonly algs?: readonly string[];
}

function verifier(rules: Rules): Verify {
  return async (request) => {
    const token = /^Bearer (.+)$/.exec(fieldOf(request, 'authorization'))?.[1] ?? '';
    try {
      await (rules.library === 'jose' ? byJose(token, rules) : byJsonwebtoken(token, rules));
      return null;
    } catch (error) {
      if (rules.silent) return { status: 401, body: { error: 'unauthorized' } };
      return refusal(error instanceof Error ? error : new Error(), rules);
    }
  };
}

function refusal(error: Error, { library }: Rules): Refusal {
  if (library === 'jose' && error instanceof errors.JOSEError)
    return {
      status: 401,
      headers: {
        'www-authenticate': `Bearer error="invalid_token", error_description="${error.message.replaceAll('"', "'")}"`,
      },
    };
  return { status: 401, body: { message: error.message } };
}

async function byJose(token: string, { ahead = 0, kid = 'ci-2026', algs }: Rules): Promise<void> {
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, use: 'sig' };
  const options: JWTVerifyOptions = {
    audience: 'orders',
    issuer: 'ci',
    maxTokenAge: '1h',
    currentDate: new Date(Date.now() + ahead),
    ...(algs ? { algorithms: [...algs] } : {}),
  };
  await jwtVerify(token, createLocalJWKSet({ keys: [jwk] }), options);
}

async function byJsonwebtoken(token: string, { ahead = 0, algs }: Rules): Promise<void> {
  jsonwebtoken.verify(token, publicKey, {
    algorithms: [...(algs ?? ['ES256'])] as 'ES256'[],
    audience: 'orders',
    issuer: 'ci',
    clockTimestamp: Math.floor((Date.now() + ahead) / 1000),
  });
}

function tokenCase(fault: string, truth: Truth, rules: Rules, parts: Partial<Signed> = {}): Case {
  const { library = 'jsonwebtoken', silent = false } = rules;
  return signedCase(
    `jwt-${fault}`,
    { servers: [library === 'jose' ? 'jose 6' : 'jsonwebtoken 9'], ...truth },
    {
      verify: verifier(rules),
      healedVerify: verifier({ library, silent }),
      credential,
      healedCredential: credential,
      env: { KEY: own },
      healedEnv: { KEY: own },
      ahead: rules.ahead ?? 0,
      ...parts,
    },
  );
}

const audience = { credential: { ...credential, claims: { ...claims, aud: 'billing' } } };
const wrong = { env: { KEY: other } };

export const tokenCases: readonly Case[] = [
  tokenCase('audience', { causes: ['audience-mismatch'], decisive: ['billing'] }, {}, audience),
  tokenCase(
    'issuer-jose',
    { causes: ['issuer-mismatch'], decisive: ['nightly'], onlyTold: true },
    { library: 'jose' },
    {
      credential: { ...credential, claims: { ...claims, iss: 'nightly' } },
    },
  ),
  tokenCase('key', { causes: ['signature-invalid'], decisive: ['signature'], onlyTold: true }, {}, wrong),
  tokenCase(
    'kid-jose',
    { causes: ['key-unknown'], decisive: ['ci-2026'], onlyTold: true },
    { library: 'jose', kid: 'ci-2025' },
  ),
  tokenCase('alg', { causes: ['alg-not-allowed'], decisive: ['ES256'], onlyTold: true }, { algs: ['RS256'] }),
  tokenCase(
    'clock-behind-jose',
    { causes: ['clock-skew'], decisive: ['behind'] },
    { library: 'jose', ahead: -10 * minutes },
  ),
  tokenCase('clock-ahead', { causes: ['clock-skew'], decisive: ['ahead'] }, { ahead: 90 * minutes }),
  tokenCase(
    'clock-ahead-silent',
    { causes: ['clock-skew'], decisive: ['ahead'] },
    { ahead: 90 * minutes, silent: true },
  ),
  tokenCase(
    'key-silent',
    {
      causes: [
        'signature-invalid',
        'audience-mismatch',
        'key-unknown',
        'issuer-mismatch',
        'credentials-stripped-by-proxy',
      ],
      decisive: [],
      twin: 'signed/jwt-audience-silent',
    },
    { silent: true },
    wrong,
  ),
  tokenCase(
    'audience-silent',
    {
      causes: [
        'audience-mismatch',
        'signature-invalid',
        'key-unknown',
        'issuer-mismatch',
        'credentials-stripped-by-proxy',
      ],
      decisive: [],
      twin: 'signed/jwt-key-silent',
    },
    { silent: true },
    audience,
  ),
];
