/** How authorization servers compare redirect URIs: rules as data (`redirect-uri-rules/*.yml`), compiled by the build. */
import { createRequire } from 'node:module';

/**
 * What a server knows of a client and we may not: `public` (no secret), `native` (application_type of OpenID Connect
 * Dynamic Client Registration), `development` (a switch for developers), `wildcards` (a switch that lets them in),
 * `openid` (the scope is asked for).
 */
export type ClientFact = 'public' | 'native' | 'development' | 'wildcards' | 'openid';
/** A fact that is not there is not known. */
export type ClientFacts = { readonly [fact in ClientFact]?: boolean };

/** Where a rule holds: `only` where all of them are so, not where one of `unless` is. */
interface Where {
  readonly only?: readonly ClientFact[];
  readonly unless?: readonly ClientFact[];
  /** The source does not say for sure: where only such a rule would accept, the answer is "not known". */
  readonly unsure?: boolean;
}

/** A difference that does not count. */
export type Ignored =
  | 'scheme-case'
  | 'userinfo'
  | 'host-case'
  | 'default-port'
  | 'root-slash'
  | 'trailing-slash'
  | 'percent-encoding-case'
  | 'dot-segments'
  | 'query'
  | 'query-order'
  | 'query-extra'
  | 'fragment'
  | 'case';

/** A way in which a registered and a requested URI belong together. */
export type Acceptance = Where & {
  /** Not counted when the two are compared. */
  readonly ignores?: readonly Ignored[];
  /** What the requested one must not be for this way. */
  readonly except?: readonly Refused[];
  readonly schemes?: readonly string[];
} & (
    | { readonly by: 'exact' }
    /** RFC 8252 section 7.3: any port where the host is one of these. */
    | {
        readonly by: 'loopback-port';
        readonly hosts: readonly string[];
        /** The registered one must be written without a port. */
        readonly registered?: 'without-port';
        /** Where the registered one has no path, any path and query is taken. */
        readonly below?: boolean;
        /** Any of the hosts stands for any other, and http for https. */
        readonly hostless?: boolean;
      }
    /** `end`: a `*` at the end; `all`: `*` and nothing else; `subdomain`: one in the first label; `glob`: `*`, `**`, `?`. */
    | { readonly by: 'wildcard'; readonly at: 'end' | 'all' | 'subdomain' | 'subdomains' | 'glob' }
    /** The path goes on below that of the registered one. */
    | { readonly by: 'prefix'; readonly subdomains?: boolean }
    /** Nothing is registered, and the requested one is one of these, or leads to one of the hosts. */
    | { readonly by: 'unregistered'; readonly uris?: readonly string[]; readonly hosts?: readonly string[] }
    /** None is sent, and one is registered (RFC 6749 section 3.1.2.3). */
    | { readonly by: 'omitted' }
  );

/** What a requested URI is turned away for, whatever is registered. */
export type Refused =
  | 'relative'
  | 'opaque'
  | 'no-host'
  | 'fragment'
  | 'userinfo'
  | 'path-traversal'
  | 'invalid'
  | 'http'
  | 'custom-scheme'
  | 'script-scheme'
  | 'loopback-name'
  | 'ip-address'
  | 'wildcard';

export type Refusal = Where & {
  readonly what: Refused;
  /** Hosts for which it is let in all the same; `*.localhost` stands for the names below it. */
  readonly hosts?: readonly string[];
};

export interface RedirectUriRules {
  /** The name in `redirect_uri_rules`. */
  readonly id: string;
  /** The product, and versions where they matter. */
  readonly title: string;
  /** What the rules are taken from. */
  readonly basis: 'standard' | 'source' | 'documentation';
  /** Where that stands. */
  readonly sources: readonly string[];
  readonly accepts: readonly Acceptance[];
  readonly refuses: readonly Refusal[];
  /** In a sentence or two. */
  readonly says: string;
}

/** One file of `redirect-uri-rules`. */
export interface RedirectUriRulesFile extends RedirectUriRules {
  readonly examples: readonly {
    readonly registered: readonly string[];
    readonly requested: string;
    readonly accepted: boolean | null;
    readonly client?: ClientFacts;
  }[];
}

let loaded: readonly RedirectUriRules[] | null = null;

/** In the order of docs/redirect-uris.md; the first is the standard. Read when first asked for. */
export function redirectUriRules(): readonly RedirectUriRules[] {
  loaded ??= createRequire(import.meta.url)('./redirect-uri-rules.json') as RedirectUriRules[];
  return loaded;
}

/** Those of a server by their id; null for one that is not known. */
export function findRedirectUriRules(id: string): RedirectUriRules | null {
  return redirectUriRules().find((rules) => rules.id === id) ?? null;
}

/** RFC 6749 section 3.1.2.3, RFC 9700 section 4.1.3, RFC 8252 section 7.3: equal strings, and any port on loopback. */
export function standardRules(): RedirectUriRules {
  const [standard] = redirectUriRules();
  if (standard?.id !== 'standard') throw new Error('The rules of the standards do not stand first.');
  return standard;
}
