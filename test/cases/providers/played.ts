/** A case against a public provider, in one environment of a project that knows the provider by its real names. */
import { type Asked, frontProviders, type Play } from '../../support/provider-front.ts';
import { staged } from '../../support/stage.ts';
import type { Case } from '../case.ts';

export interface Played
  extends Pick<Case, 'id' | 'causes' | 'decisive'>,
    Partial<Pick<Case, 'beside' | 'twin' | 'hop'>> {
  /** Real origins; the first is the default target. */
  readonly origins: Readonly<Record<string, string>>;
  /** Further keys of the environment: issuers, clients. */
  readonly environment?: object;
  readonly credentials?: object;
  readonly scenario: string;
  readonly env: Readonly<Record<string, string>>;
  readonly play: Play;
  /** After the fix: at the provider, in the variables, in the scenario. */
  readonly healed: {
    readonly play?: Play;
    readonly env?: Readonly<Record<string, string>>;
    readonly scenario?: string;
    readonly environment?: object;
  };
  /** Environments are protected unless said otherwise. */
  readonly isProtected?: boolean;
  readonly fields?: readonly string[];
}

export function played(given: Played): Case {
  const { id, causes, decisive, beside, twin, hop } = given;
  const told = {
    id,
    causes,
    decisive,
    ...(beside ? { beside } : {}),
    ...(twin ? { twin } : {}),
    ...(hop ? { hop } : {}),
  };
  const servers = [`${id.split('/')[0]} (played)`];
  return staged({ ...told, servers }, async (stage) => {
    const real = [...new Set(Object.values(given.origins))];
    const front = await frontProviders(stage, real, given.play, given.fields);
    const project = (environment: object = {}): object => ({
      environments: {
        production: {
          origins: given.origins,
          ...(given.isProtected === false ? { protected: false } : {}),
          ...stage.reach(),
          ...given.environment,
          ...environment,
        },
      },
      ...(given.credentials ? { credentials: given.credentials } : {}),
    });
    return {
      project: project(),
      scenario: given.scenario,
      env: given.env,
      heal: async () => {
        const { play, env, scenario, environment } = given.healed;
        if (play) front.use(play);
        return {
          ...(env ? { env: { ...given.env, ...env } } : {}),
          ...(scenario ? { scenario } : {}),
          ...(environment ? { project: project(environment) } : {}),
        };
      },
    };
  });
}

/** The token of `Authorization: Bearer`, empty where there is none. */
export function bearerOf(asked: Asked): string {
  return /^bearer (.*)$/i.exec(asked.header('authorization') ?? '')?.[1] ?? '';
}

/** Client id and secret, however they were sent. */
export function clientOf(asked: Asked): { readonly id: string; readonly secret: string } {
  const basic = /^basic (.*)$/i.exec(asked.header('authorization') ?? '')?.[1];
  const [id = '', secret = ''] = basic
    ? Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent)
    : [];
  return {
    id: id || (asked.form.get('client_id') ?? ''),
    secret: secret || (asked.form.get('client_secret') ?? ''),
  };
}

/** A token that nobody verifies here. */
export function unsignedToken(
  claims: object,
  header: object = { alg: 'RS256', typ: 'JWT', kid: 'Nn9xS2Ff0Q' },
): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.${Buffer.alloc(256, 7).toString('base64url')}`;
}

export const now = (): number => Math.floor(Date.now() / 1000);

/** A project that only gets a token: issuer without discovery, one client. */
export function tokenProject(issuer: string, token_endpoint: string, client: object): object {
  return {
    issuers: { main: { issuer, discovery: 'none', metadata: { token_endpoint } } },
    clients: { web: { client_secret: '${secret.WEB_SECRET}', ...client } },
  };
}
export const getToken = '\nsteps:\n  - token: reader\n';
export const token = (
  access_token: string,
  more: object = {},
): { status: number; headers: Record<string, string>; body: object } => ({
  status: 200,
  headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
  body: { access_token, token_type: 'Bearer', expires_in: 3599, ...more },
});
