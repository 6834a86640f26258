/** Apache that checks tokens itself: mod_auth_openidc as resource server and as relying party, mod_oauth2. */
import type { Case } from '../case.ts';
import { type ApacheFront, apache, apacheFront } from './apache-front.ts';
import { define, type Fault, type Secrets, type Site } from './fault.ts';
import type { TokenOptions } from './orders-app.ts';

const openid = [...apache, 'mod_auth_openidc 2.4.12.3'];
const oauth = [...apache, 'mod_oauth2 3.3.1'];
const get = { GET: '/open/orders' };
const modules = '/usr/lib/apache2/modules';
const openidNeeds = ['apache2', `${modules}/mod_auth_openidc.so`];
const oauthNeeds = ['apache2', `${modules}/mod_oauth2.so`];

const verify = (require: string): ApacheFront => ({
  modules: ['authn_core', 'authz_user', 'auth_openidc'],
  configuration: `OIDCCryptoPassphrase not-a-secret
OIDCOAuthVerifyCertFiles k1#{folder}/issuer.pem
OIDCOAuthRemoteUserClaim sub
<Location />
AuthType oauth20
${require}
</Location>`,
});
const verifyWithOauth: ApacheFront = {
  modules: ['authn_core', 'authz_user', 'oauth2'],
  configuration: `OAuth2TokenVerify jwks_uri http://127.0.0.1:{issuer}/jwks
OAuth2TargetPass remote_user_claim=sub
<Location />
AuthType oauth2
Require valid-user
</Location>`,
};
const anyUser = verify('Require valid-user');

function front(parts: ApacheFront): Fault['front'] {
  return (site) => apacheFront(site, { ...parts, files: { 'issuer.pem': site.app.publicPem } });
}
function token(faulty: TokenOptions): Secrets {
  return async ({ app }: Site, healed) => ({ READER_TOKEN: await app.token(healed ? {} : faulty) });
}

const resource: readonly Fault[] = [
  {
    id: 'mod_auth_openidc/token-expired',
    servers: openid,
    causes: ['token-expired'],
    decisive: ['exp'],
    twin: 'mod_auth_openidc/key-withdrawn',
    needs: openidNeeds,
    steps: [get],
    secrets: token({ lifetime: -900 }),
    front: front(anyUser),
  },
  {
    id: 'mod_auth_openidc/key-withdrawn',
    servers: openid,
    causes: ['key-unknown'],
    decisive: ['k0'],
    twin: 'mod_auth_openidc/token-expired',
    needs: openidNeeds,
    steps: [get],
    secrets: token({ key: 'withdrawn' }),
    front: front(anyUser),
  },
  {
    id: 'mod_auth_openidc/signature-of-another-key',
    servers: openid,
    causes: ['signature-invalid'],
    decisive: ['k1'],
    twin: 'mod_auth_openidc/key-withdrawn',
    needs: openidNeeds,
    steps: [get],
    secrets: token({ key: 'forged' }),
    front: front(anyUser),
  },
  {
    id: 'mod_auth_openidc/audience-not-required-one',
    servers: openid,
    causes: ['audience-mismatch', 'scope-missing', 'token-claims-invalid', 'permission-missing'],
    decisive: ['https://billing.example.test'],
    twin: 'mod_auth_openidc/scope-not-held',
    needs: openidNeeds,
    steps: [get],
    secrets: token({ claims: { aud: 'https://billing.example.test' } }),
    front: front(verify('Require claim aud:https://api.example.test')),
  },
  {
    id: 'mod_auth_openidc/scope-not-held',
    servers: openid,
    causes: ['scope-missing', 'audience-mismatch', 'token-claims-invalid', 'permission-missing'],
    decisive: ['orders:list'],
    twin: 'mod_auth_openidc/audience-not-required-one',
    needs: openidNeeds,
    steps: [get],
    secrets: token({ claims: { scope: 'orders:list' } }),
    front: front(verify('Require claim scope~orders:read')),
  },
  {
    id: 'mod_auth_openidc/login-instead-of-token',
    servers: openid,
    causes: ['login-redirect'],
    decisive: ['https://login.example.test'],
    needs: openidNeeds,
    sibling: true,
    steps: [{ ...get, expect: { status: 200, json: { '$.orders[0].id': 7 } } }],
    front: (site, healed) => front(healed ? anyUser : relyingParty)(site, healed),
  },
  {
    id: 'mod_oauth2/token-expired',
    servers: oauth,
    causes: ['token-expired'],
    decisive: ['exp'],
    twin: 'mod_oauth2/key-withdrawn',
    needs: oauthNeeds,
    steps: [get],
    secrets: token({ lifetime: -900 }),
    front: front(verifyWithOauth),
  },
  {
    id: 'mod_oauth2/key-withdrawn',
    servers: oauth,
    causes: ['key-unknown'],
    decisive: ['k0'],
    twin: 'mod_oauth2/token-expired',
    needs: oauthNeeds,
    steps: [get],
    secrets: token({ key: 'withdrawn' }),
    front: front(verifyWithOauth),
  },
];

const relyingParty: ApacheFront = {
  modules: ['authn_core', 'authz_user', 'auth_openidc', 'headers'],
  // TLS ended before it.
  configuration: `RequestHeader set X-Forwarded-Proto https early
OIDCCryptoPassphrase not-a-secret
OIDCProviderIssuer https://login.example.test
OIDCProviderAuthorizationEndpoint https://login.example.test/authorize
OIDCProviderTokenEndpoint https://login.example.test/token
OIDCProviderJwksUri https://login.example.test/jwks
OIDCClientID orders-web
OIDCRedirectURI https://api.example.test/callback
OIDCXForwardedHeaders X-Forwarded-Proto
<Location />
AuthType openid-connect
Require valid-user
</Location>`,
};

export const apacheOpenid: readonly Case[] = resource.map(define);
