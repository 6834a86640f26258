/** Applications that check tokens with jose and refuse in words of their own. */
import express from 'express';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import {
  type Application,
  hasRole,
  hasScope,
  type Middleware,
  nothing,
  orders,
  type Settings,
  serverTime,
} from '../../jwt/middleware.ts';

export type Reason =
  | 'missing'
  | 'malformed'
  | 'signature'
  | 'key'
  | 'algorithm'
  | 'expired'
  | 'early'
  | 'iss'
  | 'aud'
  | 'claim'
  | 'revoked'
  | 'scope'
  | 'role';
export interface Said {
  readonly status: number;
  readonly body: object | string;
  readonly challenge?: string;
}
/** A rule besides the usual; null: nothing to object. */
export type Rule = (claims: JWTPayload, settings: Settings) => Said | null;
export interface Words {
  refuse(reason: Reason, settings: Settings, claim: string): Said;
  readonly type?: string;
  readonly success?: object;
  readonly rule?: Rule;
  /** Answered without a token. */
  readonly open?: (settings: Settings) => { readonly path: string; readonly body: object };
}

export function byHand(name: string, words: Words): Middleware {
  return { name, needs: [], start: (settings) => start(settings, words) };
}

async function start(settings: Settings, words: Words): Promise<Application> {
  const keys = createRemoteJWKSet(new URL(settings.jwksUri), { timeoutDuration: 2000 });
  const open = words.open?.(settings);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(async (request, response) => {
    const say = ({ status, body, challenge }: Said): void => {
      if (challenge) response.setHeader('www-authenticate', challenge);
      response.status(status);
      if (typeof body === 'string') response.type('text/plain').send(body);
      else response.type(words.type ?? 'application/json').send(JSON.stringify(body));
    };
    if (open && request.path === open.path) return say({ status: 200, body: open.body });
    const [reason, claim, claims] = await check(request.headers.authorization, keys, settings);
    if (reason !== null) return say(words.refuse(reason, settings, claim));
    const objection = words.rule?.(claims, settings) ?? null;
    if (objection) return say(objection);
    if (request.path !== '/orders') return say({ status: 404, body: { error: 'not found' } });
    return say({ status: 200, body: words.success ?? orders });
  });
  return { listener: app, close: nothing };
}

async function check(
  field: string | undefined,
  keys: ReturnType<typeof createRemoteJWKSet>,
  settings: Settings,
): Promise<readonly [Reason | null, string, JWTPayload]> {
  const token = /^Bearer (.+)$/i.exec(field ?? '')?.[1];
  if (token === undefined) return ['missing', '', {}];
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: [settings.algorithm],
      clockTolerance: settings.leeway,
      currentDate: new Date(serverTime(settings) * 1000),
    });
    if (settings.revoked.has(payload.jti ?? '')) return ['revoked', 'jti', payload];
    if (!hasScope(payload, settings)) return ['scope', 'scope', payload];
    if (!hasRole(payload, settings)) return ['role', 'roles', payload];
    return [null, '', payload];
  } catch (error) {
    return [...reasonOf(error), {}];
  }
}

function reasonOf(error: unknown): readonly [Reason, string] {
  if (error instanceof errors.JWTExpired) return ['expired', 'exp'];
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return ['early', 'nbf'];
    if (error.claim === 'iss' || error.claim === 'aud') return [error.claim, error.claim];
    return ['claim', error.claim];
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return ['signature', ''];
  if (error instanceof errors.JWKSNoMatchingKey) return ['key', ''];
  if (error instanceof errors.JOSEAlgNotAllowed) return ['algorithm', ''];
  return ['malformed', ''];
}
