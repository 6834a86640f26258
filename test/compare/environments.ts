import type { Environment, Issuer } from '../../src/model.ts';

export interface Written {
  readonly origins?: Readonly<Record<string, string>>;
  readonly issuers?: Readonly<Record<string, string>>;
  readonly extends?: string;
}

/** An environment as the plan makes it, of which only the hosts matter. */
export function environment(name: string, { origins = {}, issuers = {}, ...rest }: Written): Environment {
  const source = { file: 'why401.yml', line: 1, column: 1 };
  const issuer = ([id, url]: [string, string]): [string, Issuer] => [
    id,
    { name: id, issuer: url, discovery: 'oidc', metadata: {}, source },
  ];
  return {
    name,
    source,
    protected: true,
    default: true,
    origins: new Map(Object.entries(origins)),
    originSources: {},
    issuers: new Map(Object.entries(issuers).map(issuer)),
    clients: new Map(),
    credentials: new Map(),
    headers: [],
    transport: {
      environment: name,
      connectTo: new Map(),
      ca: null,
      clientCertificate: null,
      insecure: false,
      proxy: null,
      http2: false,
    },
    experiments: { allow: new Set(), budget: 0, origins: new Set() },
    ...rest,
  };
}
