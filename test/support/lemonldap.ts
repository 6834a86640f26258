/** LemonLDAP::NG (Debian packages) as OpenID provider, its PSGI application on loopback. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportPKCS8, exportSPKI, importJWK, type JWK } from 'jose';
import { type Daemon, daemonFolder, freePort, startDaemon } from './daemon.ts';

export const lemonldapNeeds: readonly string[] = [
  '/usr/bin/plackup',
  '/usr/share/perl5/Lemonldap/NG/Portal.pm',
  '/usr/share/perl5/String/Random.pm',
  '/usr/share/perl5/IO/String.pm',
];

export interface LemonldapClient {
  readonly client_id: string;
  readonly client_secret: string;
  /** Empty: it gets tokens for itself. */
  readonly redirect_uris: readonly string[];
}
export interface LemonldapOptions {
  readonly issuer: string;
  readonly clients: readonly LemonldapClient[];
  readonly scopes: readonly string[];
  readonly audience: string;
  /** Seconds. */
  readonly lifetime: number;
  /** RS256. */
  readonly key: { readonly jwk: JWK; readonly shown: JWK };
}

/** Listens at `port` of 127.0.0.1 and wants its public host in Host. */
export async function startLemonldap(options: LemonldapOptions): Promise<Daemon & { readonly port: number }> {
  const folder = daemonFolder('lemonldap');
  for (const name of ['conf', 'sessions', 'locks', 'lib/GD'])
    mkdirSync(join(folder, name), { recursive: true });
  const files = {
    'lemonldap-ng.ini': settings(folder),
    'conf/lmConf-1.json': JSON.stringify(await configuration(options, folder)),
    'portal.psgi': 'use Lemonldap::NG::Portal; Lemonldap::NG::Portal::Main->run({});\n',
    // It draws pictures with letters, and is loaded although no page has one.
    'lib/GD/SecurityImage.pm': 'package GD::SecurityImage;\nsub import {}\n1;\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const port = await freePort();
  const argv = ['-I', join(folder, 'lib'), '--host', '127.0.0.1', '--port', String(port), '-E', 'production'];
  const daemon = await startDaemon(
    '/usr/bin/plackup',
    [...argv, join(folder, 'portal.psgi')],
    folder,
    [port],
    {
      LLNG_DEFAULTCONFFILE: join(folder, 'lemonldap-ng.ini'),
    },
  );
  return { ...daemon, port };
}

function settings(folder: string): string {
  return `[all]
logLevel = error
[configuration]
type = File
dirName = ${join(folder, 'conf')}
[portal]
portalSkin = bootstrap
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
[handler]
`;
}

async function configuration(options: LemonldapOptions, folder: string): Promise<object> {
  const { issuer, clients, key } = options;
  const named = clients.map((client, index) => [`client${index}`, client] as const);
  const each = (value: (client: LemonldapClient) => object): object =>
    Object.fromEntries(named.map(([name, client]) => [name, value(client)]));
  const pem = async (jwk: JWK, write: (key: never) => Promise<string>): Promise<string> =>
    write((await importJWK(jwk, 'RS256', { extractable: true })) as never);
  return {
    cfgNum: 1,
    cfgAuthor: 'lab',
    cfgDate: 1,
    domain: new URL(issuer).hostname,
    portal: `${issuer}/`,
    authentication: 'Demo',
    userDB: 'Same',
    key: 'for tests only',
    globalStorage: 'Apache::Session::File',
    globalStorageOptions: { Directory: join(folder, 'sessions'), LockDirectory: join(folder, 'locks') },
    securedCookie: 1,
    locationRules: {},
    exportedHeaders: {},
    issuerDBOpenIDConnectActivation: 1,
    oidcServiceMetaDataIssuer: issuer,
    oidcServiceAllowAuthorizationCodeFlow: 1,
    oidcServicePrivateKeySig: await pem(key.jwk, exportPKCS8),
    oidcServicePublicKeySig: await pem(key.shown, exportSPKI),
    oidcServiceKeyIdSig: key.shown.kid,
    oidcRPMetaDataOptions: each((client) => registered(client, options)),
    oidcRPMetaDataExportedVars: each(() => ({})),
    oidcRPMetaDataScopeRules: each(() => Object.fromEntries(options.scopes.map((scope) => [scope, '1']))),
  };
}

function registered(
  { client_id, client_secret, redirect_uris }: LemonldapClient,
  { audience, lifetime }: LemonldapOptions,
): object {
  return {
    oidcRPMetaDataOptionsClientID: client_id,
    oidcRPMetaDataOptionsClientSecret: client_secret,
    oidcRPMetaDataOptionsIDTokenSignAlg: 'RS256',
    oidcRPMetaDataOptionsAccessTokenJWT: 1,
    oidcRPMetaDataOptionsAccessTokenSignAlg: 'RS256',
    oidcRPMetaDataOptionsAccessTokenExpiration: lifetime,
    oidcRPMetaDataOptionsAdditionalAudiences: audience,
    ...(redirect_uris.length > 0
      ? { oidcRPMetaDataOptionsRedirectUris: redirect_uris.join(' '), oidcRPMetaDataOptionsBypassConsent: 1 }
      : { oidcRPMetaDataOptionsAllowClientCredentialsGrant: 1 }),
  };
}
