/** Apache with mod_auth_openidc as relying party of an oidc-provider: an application whose login lies at another host. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startApache } from './apache.ts';
import { freePort } from './daemon.ts';
import { originTo } from './forward.ts';
import { createOidc, type OidcServer, webClient } from './oidc-server.ts';
import type { Origins } from './origins.ts';

export const relyingPartyNeeds: readonly string[] = ['/usr/lib/apache2/modules/mod_auth_openidc.so'];

export interface RelyingPartyOptions {
  readonly program: string;
  readonly app: string;
  readonly issuer: string;
  /** The provider's own pages, with a consent, for which any password is good; else one page, without consent. */
  readonly pages: 'own' | 'ours';
  /** Of the client as Apache has it; the provider knows `a-secret-of-the-relying-party`. */
  readonly secret?: string;
  readonly redirect_uri?: string;
  readonly scope?: string;
}

/** Returns how to end it, and the provider. */
export async function serveRelyingParty(
  origins: Origins,
  options: RelyingPartyOptions,
): Promise<{ readonly oidc: OidcServer; stop(): Promise<void> }> {
  const { app, issuer, secret = rightSecret, redirect_uri = `${app}/callback`, scope = 'openid' } = options;
  const oidc = await createOidc({
    issuer,
    clients: [webClient('orders-web', rightSecret, { redirect_uris: [`${app}/callback`] })],
    proxied: true,
    configuration:
      options.pages === 'own'
        ? ({ loadExistingGrant: undefined, features: { devInteractions: { enabled: true } } } as never)
        : { features: { devInteractions: { enabled: false } } },
  });
  const provider = createServer(
    options.pages === 'own' ? (oidc.provider.callback() as never) : oidc.listener,
  );
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  await origins.serve(issuer, originTo((provider.address() as AddressInfo).port));
  // It takes https addresses only, and checks no certificate here.
  const inner = `https://${origins.transport.connectTo.get(`${new URL(issuer).hostname}:443`)}`;
  await origins.serve('http://orders.example.test', (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ user: request.headers.find(([name]) => name === 'OIDC_CLAIM_sub')?.[1] ?? null }),
    );
  });
  const port = await freePort();
  const apache = await startApache({
    program: options.program,
    ports: [port],
    modules: ['proxy', 'proxy_http', 'authn_core', 'authz_user', 'auth_openidc', 'headers'],
    configuration: `RequestHeader set X-Forwarded-Proto https early
OIDCCryptoPassphrase not-a-secret
OIDCSSLValidateServer Off
OIDCProviderIssuer ${issuer}
OIDCProviderAuthorizationEndpoint ${issuer}/auth
OIDCProviderTokenEndpoint ${inner}/token
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCProviderJwksUri ${inner}/jwks
OIDCClientID orders-web
OIDCClientSecret "${secret}"
OIDCScope "${scope}"
OIDCPKCEMethod S256
OIDCRedirectURI ${redirect_uri}
OIDCXForwardedHeaders X-Forwarded-Proto
OIDCRemoteUserClaim sub
OIDCUnAuthAction auth "%{HTTP_ACCEPT} != 'application/json'"
<Location />
AuthType openid-connect
Require valid-user
</Location>
ProxyPass /callback !
ProxyPass / http://${origins.transport.connectTo.get('orders.example.test:80')}/`,
  });
  await origins.serve(app, originTo(port));
  return {
    oidc,
    async stop() {
      await apache.stop();
      provider.closeAllConnections();
      await new Promise((resolve) => provider.close(resolve));
    },
  };
}

const rightSecret = 'a-secret-of-the-relying-party-4711';
