/** What why401.yml says of an environment, values rendered. */

import type { Value } from '../secret.ts';
import type { Client } from './client.ts';
import type { Credential } from './credential.ts';
import type { Field, Json, Source } from './value.ts';

/** What why401.yml says of one environment, values rendered. */
export interface Environment {
  readonly name: string;
  readonly source: Source;
  /** true unless the file says `protected: false`: nothing here may be changed unasked. */
  readonly protected: boolean;
  /** The environment whose keys it takes over; absent: none. */
  readonly extends?: string;
  /** Part of "all environments". */
  readonly default: boolean;
  /** Name to origin, serialised as RFC 6454 says (`https://api.example.com`, no trailing slash). The first is the default. */
  readonly origins: ReadonlyMap<string, string>;
  /** Places of the origins, for fixes that name one. */
  readonly originSources: Readonly<Record<string, Source>>;
  readonly issuers: ReadonlyMap<string, Issuer>;
  readonly clients: ReadonlyMap<string, Client>;
  readonly credentials: ReadonlyMap<string, Credential>;
  /** Sent with every request to a resource of this environment. */
  readonly headers: readonly Field[];
  readonly transport: Transport;
  readonly experiments: ExperimentPolicy;
  /** Absent: there is none. */
  readonly echo?: Echo;
}

/** An endpoint at an origin of the environment that answers with the header fields that it received. */
export interface Echo {
  readonly url: string;
  readonly source: Source;
}

/** An authorization server, by its issuer identifier (RFC 8414 section 2). */
export interface Issuer {
  readonly name: string;
  readonly issuer: string;
  /** Where its metadata comes from; `none`: only `metadata` is used. */
  readonly discovery: 'oidc' | 'oauth2' | 'none';
  /** RFC 8414 members that the project file states; they win over discovered ones. */
  readonly metadata: Readonly<Record<string, Json>>;
  readonly source: Source;
  /** The server whose way of comparing redirect URIs is taken (`src/http/redirect-uri-rules`); absent: that of the standards. */
  readonly redirect_uri_rules?: string;
}

/** How this environment is reached; one HTTP agent serves one Transport object. */
export interface Transport {
  readonly environment: string;
  /**
   * The origins of the environment, of its issuers, and of the endpoints of clients that the project file states. Absent:
   * no project says, and the certificate goes everywhere.
   */
  readonly home?: ReadonlySet<string>;
  /** `host:port` to `host:port`, as curl's --connect-to: Host, SNI and the certificate check keep the first. */
  readonly connectTo: ReadonlyMap<string, string>;
  /** PEM text of additional trusted certificates. */
  readonly ca: string | null;
  /** Goes to `home` only. */
  readonly clientCertificate: ClientCertificate | null;
  /** Those of single hosts (`login.example.com` or `login.example.com:8443`), which win; absent: none. */
  readonly clientCertificates?: ReadonlyMap<string, ClientCertificate>;
  /** Accepts any certificate; every report says so. */
  readonly insecure: boolean;
  readonly proxy: Value | null;
  readonly http2: boolean;
}

/** PEM texts. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: Value;
}

/** Experiment classes of docs/diagnosis: A0 is A with GET or HEAD to bound origins. */
export type ExperimentClass = 'A0' | 'A' | 'B' | 'C';
export interface ExperimentPolicy {
  /** Classes and experiment names. */
  readonly allow: ReadonlySet<string>;
  /** Requests per failing step. */
  readonly budget: number;
  /** Third-party authorization servers at which B and C are allowed. */
  readonly origins: ReadonlySet<string>;
}
