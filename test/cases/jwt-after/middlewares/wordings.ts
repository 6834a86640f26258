/** What such applications say. */

import express, { type Request, type Response } from 'express';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import {
  type Application,
  findKey,
  type Middleware,
  nothing,
  orders,
  type Settings,
  serverTime,
} from '../../jwt/middleware.ts';
import { byHand, type Reason } from './by-hand.ts';

const may: readonly Reason[] = ['scope', 'role'];
function statusOf(reason: Reason): number {
  return may.includes(reason) ? 403 : 401;
}

const german: Readonly<Record<Reason, string>> = {
  missing: 'Bitte melden Sie sich an.',
  malformed: 'Das Zugriffstoken ist nicht lesbar.',
  signature: 'Die Signatur des Zugriffstokens ist ungültig.',
  key: 'Der Schlüssel des Zugriffstokens ist unbekannt.',
  algorithm: 'Das Verfahren des Zugriffstokens ist nicht erlaubt.',
  expired: 'Das Zugriffstoken ist abgelaufen.',
  early: 'Das Zugriffstoken ist noch nicht gültig.',
  iss: 'Der Aussteller des Zugriffstokens ist nicht vertrauenswürdig.',
  aud: 'Das Zugriffstoken ist nicht für diesen Dienst bestimmt.',
  claim: 'Im Zugriffstoken fehlt eine Angabe.',
  revoked: 'Das Zugriffstoken wurde widerrufen.',
  scope: 'Ihnen fehlt die Berechtigung für diesen Vorgang.',
  role: 'Ihnen fehlt die Berechtigung für diesen Vorgang.',
};
export const germanWords: Middleware = byHand('express-german (Express 5)', {
  refuse: (reason) => ({ status: statusOf(reason), body: { fehler: german[reason] } }),
});

/** The times and the signature have words of their own, all else is one. */
const french: Partial<Record<Reason, string>> = {
  missing: "Jeton d'accès manquant",
  expired: 'Votre session a expiré, veuillez vous reconnecter',
  early: "Le jeton n'est pas encore valable",
  iss: "L'émetteur du jeton n'est pas reconnu",
  scope: "Vous n'êtes pas autorisé à effectuer cette opération",
  role: "Vous n'êtes pas autorisé à effectuer cette opération",
};
export const frenchWords: Middleware = byHand('express-french (Express 5)', {
  refuse: (reason) => ({
    status: statusOf(reason),
    body: french[reason] ?? 'Accès refusé : jeton invalide',
  }),
});

const titles: Readonly<Record<Reason, string>> = {
  missing: 'No bearer token was presented',
  malformed: 'The bearer token cannot be parsed',
  signature: 'The bearer token carries a bad signature',
  key: 'The bearer token was signed with an unrecognised key',
  algorithm: 'The bearer token uses a prohibited algorithm',
  expired: 'The bearer token outlived its validity',
  early: 'The bearer token is ahead of its validity',
  iss: 'The bearer token comes from an untrusted issuer',
  aud: 'The bearer token targets another audience',
  claim: 'The bearer token lacks a mandatory claim',
  revoked: 'The bearer token has been withdrawn',
  scope: 'The bearer token lacks a scope',
  role: 'The caller is not entitled to this resource',
};
/** RFC 9457. */
export const problemJson: Middleware = byHand('problem-json (Express 5)', {
  type: 'application/problem+json',
  refuse: (reason, settings, claim) => ({
    status: statusOf(reason),
    body: {
      type: `https://api.example.test/problems/${reason}`,
      title: titles[reason],
      status: statusOf(reason),
      ...(claim ? { claim } : {}),
      ...(reason === 'scope' ? { required_scope: settings.scope } : {}),
    },
  }),
  rule: (claims) =>
    'banned' in claims
      ? {
          status: 401,
          body: {
            type: 'https://api.example.test/problems/claim',
            title: titles.claim,
            status: 401,
            detail: 'claim "tenant" must be one of: acme',
          },
        }
      : null,
});

const codes: Partial<Record<Reason, readonly [string, string]>> = {
  missing: ['UNAUTHENTICATED', 'You must be logged in'],
  expired: ['UNAUTHENTICATED', 'jwt expired'],
  scope: ['FORBIDDEN', 'Not allowed to read Query.orders'],
  role: ['FORBIDDEN', 'Not allowed to read Query.orders'],
};
/** 200 with errors, as GraphQL servers do. */
export const graphql: Middleware = byHand('graphql-like (Express 5)', {
  success: { data: orders },
  refuse(reason) {
    const [code, message] = codes[reason] ?? ['UNAUTHENTICATED', 'invalid token'];
    return { status: 200, body: { data: null, errors: [{ message, extensions: { code } }] } };
  },
});

const faults: Partial<Record<Reason, string>> = {
  missing: 'No credentials found in the message',
  expired: 'Token lifetime exceeded',
  scope: 'Caller lacks entitlement for the requested proxy resource',
  role: 'Caller lacks entitlement for the requested proxy resource',
};
export const gatewayFault: Middleware = byHand('fault-gateway (Express 5)', {
  refuse: (reason) => ({
    status: statusOf(reason),
    body: {
      fault: {
        faultstring: faults[reason] ?? 'Token rejected by policy VerifyCallerToken',
        detail: { errorcode: `steps.verify.${statusOf(reason) === 403 ? 'Denied' : 'Failed'}` },
      },
    },
  }),
});

/** Takes bound tokens (RFC 9449, RFC 8705) only with their proof; of others it wants none. */
export const bound: Middleware = byHand('bound-tokens (Express 5)', {
  refuse: (reason) => ({
    status: statusOf(reason),
    body: { error: reason === 'missing' ? 'missing_token' : 'invalid_token' },
    challenge:
      reason === 'missing'
        ? 'Bearer, DPoP algs="ES256 PS256"'
        : 'Bearer error="invalid_token", DPoP algs="ES256 PS256"',
  }),
  rule(claims) {
    const cnf = (claims['cnf'] ?? {}) as { readonly [key: string]: unknown };
    if ('jkt' in cnf)
      return {
        status: 401,
        body: { error: 'invalid_token' },
        challenge: 'Bearer error="invalid_token", DPoP algs="ES256 PS256"',
      };
    if ('x5t#S256' in cnf)
      return {
        status: 401,
        body: { error: 'invalid_token', error_description: 'No matching certificate was presented' },
        challenge: 'Bearer error="invalid_token", error_description="No matching certificate was presented"',
      };
    return null;
  },
});

/** RFC 9470. */
export const stepUp: Middleware = byHand('step-up (Express 5)', {
  refuse: (reason) => ({
    status: statusOf(reason),
    body: { error: reason === 'scope' ? 'insufficient_scope' : 'invalid_token' },
    challenge: 'Bearer error="invalid_token"',
  }),
  rule(claims) {
    const says = (text: string, parameter: string) => ({
      status: 401,
      body: { error: 'insufficient_user_authentication' },
      challenge: `Bearer error="insufficient_user_authentication", error_description="${text}", ${parameter}`,
    });
    if (claims['acr'] === 'silver')
      return says('A different authentication level is required', 'acr_values="gold"');
    const since = Number(claims['auth_time'] ?? Number.POSITIVE_INFINITY);
    return since < Date.now() / 1000 - 300
      ? says('More recent authentication is required', 'max_age="300"')
      : null;
  },
});

/** RFC 9728. */
export const resourceMetadata: Middleware = byHand('resource-metadata (Express 5)', {
  open: ({ audience, issuer }) => ({
    path: '/.well-known/oauth-protected-resource',
    body: { resource: audience, authorization_servers: [issuer], scopes_supported: ['orders:read'] },
  }),
  refuse(reason, { audience, scope }) {
    const link = `resource_metadata="${audience}/.well-known/oauth-protected-resource"`;
    if (reason === 'missing') return { status: 401, body: '', challenge: `Bearer ${link}` };
    if (reason === 'scope')
      return {
        status: 403,
        body: '',
        challenge: `Bearer error="insufficient_scope", scope="${scope}", ${link}`,
      };
    return { status: statusOf(reason), body: '', challenge: `Bearer error="invalid_token", ${link}` };
  },
});

/** `info.message` in a custom callback. */
export const passportMessages: Middleware = {
  name: 'passport-jwt-callback 4.0.1',
  needs: [],
  start: startPassport,
};

async function startPassport(settings: Settings): Promise<Application> {
  const strategy = new Strategy(
    {
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: (_request, raw: string, done) => {
        findKey(settings.jwksUri, kidOf(raw)).then(
          (key) => done(null, key.export({ type: 'spki', format: 'pem' }).toString()),
          (error: unknown) => done(error),
        );
      },
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: [settings.algorithm as 'RS256'],
      jsonWebTokenOptions: settings.skew === 0 ? {} : { clockTimestamp: serverTime(settings) },
    },
    (claims: { sub?: string }, done: (error: unknown, user: object | false, info?: object) => void) =>
      settings.forbidden.has(claims.sub ?? '')
        ? done(null, false, { message: 'Account has been deactivated' })
        : done(null, claims),
  );
  const own = new passport.Passport();
  own.use(strategy);
  const app = express();
  app.use((request: Request, response: Response, next) => {
    own.authenticate('jwt', { session: false }, (error: unknown, user: unknown, info: unknown) => {
      if (user) return next();
      const { message } = (error ?? info ?? {}) as { message?: string };
      response.status(401).json({ ok: false, reason: message ?? 'unauthenticated' });
    })(request, response, next);
  });
  app.get('/orders', (_request, response) => {
    response.json(orders);
  });
  return { listener: app, close: nothing };
}

function kidOf(token: string): string | undefined {
  try {
    return (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid?: string })
      .kid;
  } catch {
    return undefined;
  }
}
