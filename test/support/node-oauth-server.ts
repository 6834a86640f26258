/** @node-oauth/oauth2-server behind an express app, as its documentation shows: model in memory, login page of its own. */
import type { RequestListener } from 'node:http';
import OAuth2Server, {
  type AuthorizationCode,
  type Client,
  type RefreshToken,
  type Token,
  type User,
} from '@node-oauth/oauth2-server';
import express, { type Request, type Response } from 'express';
import session from 'express-session';
import { ann } from './ann.ts';

export interface RegisteredClient extends Client {
  readonly secret: string;
  /** Scopes that it may ask for. */
  readonly scopes: readonly string[];
}
export interface NodeOAuthServer {
  readonly listener: RequestListener;
  /** May be changed while it runs. */
  readonly clients: RegisteredClient[];
  /** Scopes that exist. */
  readonly scopes: Set<string>;
  readonly codes: Map<string, AuthorizationCode>;
  readonly refreshTokens: Map<string, RefreshToken>;
  readonly accessTokens: Map<string, Token>;
  /** A refresh token as an earlier login would have left it. */
  refreshToken(client: RegisteredClient, expires?: Date): string;
}

declare module 'express-session' {
  interface SessionData {
    user: { readonly id: string };
  }
}

/** A client that may do everything; `id` and `secret` are those of why401.yml. */
export function nodeClient(
  id: string,
  secret: string,
  more: Partial<RegisteredClient> = {},
): RegisteredClient {
  return {
    id,
    secret,
    grants: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirectUris: ['https://app.example.test/callback'],
    scopes: ['orders:read'],
    ...more,
  };
}

export interface NodeOAuthOptions {
  /** Writes access tokens; default: random ones. */
  readonly accessToken?: (client: RegisteredClient, scope: readonly string[]) => Promise<string>;
}

export function createNodeOAuth(
  clients: readonly RegisteredClient[],
  { accessToken }: NodeOAuthOptions = {},
): NodeOAuthServer {
  const kept = {
    clients: [...clients],
    scopes: new Set(['orders:read', 'orders:write']),
    codes: new Map<string, AuthorizationCode>(),
    refreshTokens: new Map<string, RefreshToken>(),
    accessTokens: new Map<string, Token>(),
  };
  const generateAccessToken = async (
    client: RegisteredClient,
    _user: User,
    scope: string[],
  ): Promise<string> => (await accessToken?.(client, scope)) ?? '';
  const model = { ...modelOf(kept), ...(accessToken ? { generateAccessToken } : {}) };
  const oauth = new OAuth2Server({ model: model as never });
  return {
    ...kept,
    listener: createApp(oauth),
    refreshToken(client, expires = new Date(Date.now() + 3_600_000)) {
      const refreshToken = crypto.randomUUID().replaceAll('-', '');
      const user = { id: ann.name };
      kept.refreshTokens.set(refreshToken, {
        refreshToken,
        refreshTokenExpiresAt: expires,
        client,
        user,
        scope: ['orders:read'],
      });
      return refreshToken;
    },
  };
}

type Kept = Omit<NodeOAuthServer, 'listener' | 'refreshToken'>;

function modelOf({ clients, scopes, codes, refreshTokens, accessTokens }: Kept): object {
  return {
    getClient: async (id: string, secret: string | null) =>
      clients.find((client) => client.id === id && (secret === null || client.secret === secret)),
    getUserFromClient: async (client: Client) => ({ id: client.id }),
    validateScope: async (_user: User, client: RegisteredClient, scope?: string[]) =>
      (scope ?? ['orders:read']).every((each) => scopes.has(each) && client.scopes.includes(each)) &&
      (scope ?? ['orders:read']),
    saveToken: async (token: Token, client: Client, user: User) => {
      const saved = { ...token, client, user };
      accessTokens.set(token.accessToken, saved);
      if (token.refreshToken !== undefined) refreshTokens.set(token.refreshToken, saved as RefreshToken);
      return saved;
    },
    getAccessToken: async (token: string) => accessTokens.get(token),
    getRefreshToken: async (token: string) => refreshTokens.get(token),
    revokeToken: async ({ refreshToken }: RefreshToken) => refreshTokens.delete(refreshToken),
    getAuthorizationCode: async (code: string) => codes.get(code),
    saveAuthorizationCode: async (code: AuthorizationCode, client: Client, user: User) => {
      const saved = { ...code, client, user };
      codes.set(code.authorizationCode, saved);
      return saved;
    },
    revokeAuthorizationCode: async ({ authorizationCode }: AuthorizationCode) =>
      codes.delete(authorizationCode),
  };
}

function createApp(oauth: OAuth2Server): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.urlencoded({ extended: false }), express.json());
  app.use(session({ secret: 'for tests only', resave: false, saveUninitialized: false, name: 'sid' }));
  app.post(
    '/token',
    answer(async (request, response) => {
      await oauth.token(request, response);
    }),
  );
  app.get('/authorize', async (request, response) => {
    let needsLogin = false;
    const handle = (): object | null => {
      needsLogin = request.session.user === undefined;
      return request.session.user ?? null;
    };
    await answer(
      async (theirs, ours) => {
        await oauth.authorize(theirs, ours, { authenticateHandler: { handle } });
      },
      () => needsLogin && showLogin(request, response),
    )(request, response);
  });
  app.post('/login', (request, response) => {
    const { login, password } = request.body as { login?: string; password?: string };
    if (login !== ann.name || password !== ann.password) {
      response.status(401);
      return void showLogin(request, response);
    }
    request.session.user = { id: login };
    response.redirect(`/authorize?${new URL(request.originalUrl, 'https://host').searchParams}`);
  });
  // Its refusals are its answers: nothing is printed.
  app.set('env', 'test');
  return app;
}

function showLogin(request: Request, response: Response): true {
  const { search } = new URL(request.originalUrl, 'https://host');
  response
    .type('html')
    .send(`<!DOCTYPE html><title>Sign in</title><form method="post" action="/login${search.replaceAll('&', '&amp;')}">
<input name="login"><input type="password" name="password"><button>Sign in</button></form>`);
  return true;
}

/** `instead` may answer where the server has refused. */
function answer(
  act: (request: OAuth2Server.Request, response: OAuth2Server.Response) => Promise<void>,
  instead: () => boolean = () => false,
): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    const theirs = new OAuth2Server.Response(response);
    try {
      await act(new OAuth2Server.Request(request), theirs);
      response.set(theirs.headers ?? {});
      response.status(theirs.status ?? 200).send(theirs.status === 302 ? undefined : theirs.body);
    } catch (failure) {
      if (instead()) return;
      const { code, name, message } = failure as OAuth2Server.OAuthError;
      response.set(theirs.headers ?? {});
      response.removeHeader('location');
      response.status(code).json({ error: name, error_description: message });
    }
  };
}
