/** @node-oauth/oauth2-server in front of a resource: opaque tokens, looked up where they were issued. */
import OAuth2Server from '@node-oauth/oauth2-server';
import express from 'express';
import type { JWTPayload } from 'jose';
import { type Application, type Middleware, nothing, orders, type Settings } from '../middleware.ts';

export const oauth2Server: Middleware = {
  name: '@node-oauth/oauth2-server 5.3.0',
  needs: [],
  opaque: true,
  start,
};

async function start(settings: Settings): Promise<Application> {
  const server = new OAuth2Server({ model: modelOf(settings) });
  const app = express();
  app.use((request, response, next) => {
    const answer = new OAuth2Server.Response(response);
    const scope = settings.scope === null ? {} : { scope: [settings.scope] };
    server.authenticate(new OAuth2Server.Request(request), answer, scope).then(
      () => next(),
      (error: { code: number; name: string; message: string }) => {
        response.set(answer.headers);
        response.status(error.code).json({ error: error.name, error_description: error.message });
      },
    );
  });
  app.get('/orders', (_request, response) => {
    response.json(orders);
  });
  return { listener: app, close: nothing };
}

function modelOf({ tokenUri, revoked }: Settings): OAuth2Server.AuthorizationCodeModel {
  const model: Pick<OAuth2Server.RequestAuthenticationModel, 'getAccessToken' | 'verifyScope'> = {
    async getAccessToken(accessToken) {
      const response = await fetch(`${tokenUri}?token=${encodeURIComponent(accessToken)}`);
      const claims = (await response.json()) as (JWTPayload & { client_id: string; scope: string }) | null;
      if (claims === null || revoked.has(claims.jti ?? '')) return false;
      return {
        accessToken,
        accessTokenExpiresAt: new Date((claims.exp ?? 0) * 1000),
        scope: claims.scope.split(' '),
        client: { id: claims.client_id, grants: [] },
        user: { id: claims.sub },
      };
    },
    verifyScope: async (token, scope) => scope.every((word) => token.scope?.includes(word)),
  };
  return model as unknown as OAuth2Server.AuthorizationCodeModel;
}
