/**
 * How HTTP clients follow redirects: rules, one file a client or family (`clients/*.yml`), that client-engine.ts
 * evaluates. A profile speaks of a released client with its default settings, told to follow redirects where it does
 * not do so by itself; what a user may switch is a profile of its own.
 */

/** What must stay equal between two URLs for a field to be sent on. */
export interface Sameness {
  /** `subdomain`: equal, or below the one it is compared with. `any`: never looked at. */
  readonly host: 'same' | 'subdomain' | 'any';
  /** `no-downgrade`: https to http is a change, http to https is none. */
  readonly scheme: 'same' | 'no-downgrade' | 'any';
  /**
   * `same`: default ports are filled in. `nominal`: a default port counts as none, so that http at 80 and https at 443
   * are equal. `written`: the digits in the URL are compared, `:443` and nothing differ.
   */
  readonly port: 'same' | 'nominal' | 'written' | 'any';
  /** A change that is forgiven: http at port 80 to https at port 443 of the same host; http to https of the same host at any ports. */
  readonly exempt?: 'default-ports-upgrade' | 'upgrade';
}

export interface FieldRule {
  /** Lower-case names, or how they begin (`x-amz-*`); `*` is every field that no rule before this one names. */
  readonly fields: readonly string[];
  /** `always`: sent to wherever the chain leads. `never`: on no redirect, the same origin included. */
  readonly keep: 'always' | 'never' | Sameness;
  /** Compared with the URL of the hop before, or with that of the first hop. */
  readonly base: 'previous' | 'first';
  /** Whether a field that was left behind is sent again where the chain comes back. */
  readonly restored: boolean;
}

export interface MethodRule {
  readonly statuses: readonly number[];
  /** Methods that the rule is for; `*` is every one but those of `except`. */
  readonly methods: readonly string[];
  readonly except?: readonly string[];
  /** `first`: the first request again, with its body and all of its fields, whatever the hops before had left out. */
  readonly becomes: 'GET' | 'same' | 'first';
  /**
   * Whether the body goes along; of a method that stays it does by default, of one that changes it does not. `first`:
   * that of the first request, also where a hop before went without.
   */
  readonly body?: boolean | 'first';
  /** Holds only where the origin changes, or only where it stays; default: both. */
  readonly when?: 'cross-origin' | 'same-origin';
  /** Fields of the caller that the new request is without, such as `content-type`; `*`: all of them, it is a fresh request. */
  readonly drops?: readonly string[];
}

/** Where a client does not go on. What it gives: the redirect itself, or an error. */
export interface RefusalRule {
  readonly when:
    | 'downgrade'
    | 'upgrade'
    /** Another origin, while the request carries one of `fields`. */
    | 'credentials'
    /** The URL that was just asked for, with the same method. */
    | 'same-url'
    /** Any URL that the chain has asked for. */
    | 'visited'
    /** A URL that a redirect of the chain has led to; the first one is not among them. */
    | 'led-to'
    /** Userinfo in the Location; with `fields`: while one of them would go along. */
    | 'userinfo'
    /** One of `methods`, at one of `statuses`. */
    | 'method'
    | 'no-location'
    | 'empty-location'
    | 'invalid-location'
    | 'scheme-unknown'
    | 'limit';
  readonly gives: 'redirect' | 'error';
  readonly fields?: readonly string[];
  readonly statuses?: readonly number[];
  readonly methods?: readonly string[];
  readonly except?: readonly string[];
}

export interface ClientProfile {
  /** The name in `redirect.as` and `survives`; `curl-7.58` for an older rule. */
  readonly id: string;
  /** `curl 7.83 and later, -L`. */
  readonly title: string;
  /** What the rule is taken from: the client was run, or its source or documentation was read. */
  readonly basis: 'measured' | 'source' | 'documentation';
  /** Statuses that are followed where a Location is given; `3xx`: all of them. */
  readonly follows: readonly number[] | '3xx';
  /** Redirects in a row; null: no limit. */
  readonly max: number | null;
  /** Whether redirects are followed without being asked for. */
  readonly byDefault: boolean;
  /** The first rule that names a field holds; a field that none names goes along. */
  readonly fields: readonly FieldRule[];
  /** The first rule that fits holds; none: nothing changes. */
  readonly methods: readonly MethodRule[];
  /** Besides these every client stops where there is no Location (and gives the redirect), or one that it cannot use, or too many (an error). */
  readonly refuses: readonly RefusalRule[];
  /** A redirect without a Location leads to the same URL. */
  readonly noLocation?: 'followed';
  /** An empty Location is a reference, not a missing one: to the same URL, to the folder that it is in (RFC 2396), to `/`. */
  readonly emptyLocation?: 'followed' | 'folder' | 'root';
  /** Userinfo in a Location is sent as Basic credentials, in the place of the field Authorization. */
  readonly userinfo?: 'sent';
  /** Why, in one sentence for the reader of a report; `{header}` is the field. */
  readonly says: string;
}

/** A request that a client is about to send. */
export interface ClientRequest {
  readonly method: string;
  readonly url: URL;
  /** The port as it was written, `''` for none; undefined: not known, that of `url` is taken. */
  readonly writtenPort?: string | undefined;
  /** Lower-case names of the fields that the caller set; those of the client itself and of its cookie jar are not among them. */
  readonly fields: ReadonlySet<string>;
  readonly hasBody: boolean;
}

/** Where a client stands in a chain. Made by `clientStart` and `clientNext`. */
export interface ClientState extends ClientRequest {
  /** 1-based. */
  readonly hop: number;
  readonly first: ClientRequest;
  /** Fields that it does not send again, wherever the chain leads. */
  readonly lost: ReadonlySet<string>;
  /** URLs of the hops before, without fragments. */
  readonly visited: readonly string[];
}

/** A field of the caller that a request is without. */
export interface ClientDrop {
  readonly header: string;
  /**
   * `scheme`, `host` and `port` name the part that changed, the first of them in this order; `dropped-earlier` is all
   * that is said of a field that the request before was without.
   */
  readonly rule:
    | 'scheme'
    | 'host'
    | 'port'
    | 'never-kept'
    | 'replaced-by-userinfo'
    | 'method-changed'
    | 'body-dropped'
    | 'fresh-request'
    | 'dropped-earlier';
}

export type ClientStep =
  | { readonly next: ClientState; readonly dropped: readonly ClientDrop[] }
  | { readonly stop: ClientStop };

export interface ClientStop {
  readonly reason: RefusalRule['when'] | 'not-a-redirect';
  readonly gives: 'redirect' | 'error';
}

/** What a server said: the status, and the Location as it was received. */
export interface ClientAnswer {
  readonly status: number;
  readonly location: string | null;
}

/** A whole chain, as one client would go through it. */
export interface ClientRun {
  /** The requests that it sends, the first one included. */
  readonly hops: readonly { readonly state: ClientState; readonly dropped: readonly ClientDrop[] }[];
  /** Why it stopped before the end of the chain; null: it reached the end. */
  readonly stop: ClientStop | null;
}
