/** Checks that hold an answer against what came before it in the run, by environment and origin. */
import { isMap } from '../source.ts';
import { asksNonce } from './checks/proof.ts';
import { idTokenOf } from './checks/token-answer.ts';
import type { Hit } from './families.ts';
import type { Seen } from './seen.ts';

interface Issued {
  /** When it came, ms since the epoch. */
  readonly at: number;
  readonly sub: string;
}
export interface Memory {
  /** `kid` values of the last key set. */
  readonly kids: Map<string, ReadonlySet<string>>;
  /** The nonce of the last authorization request. */
  readonly nonces: Map<string, string>;
  readonly idTokens: Map<string, Issued[]>;
  /** The last poll of a device code: when, and the seconds to wait from then on. */
  readonly polls: Map<string, { readonly at: number; readonly wait: number }>;
  /** Whether the document stands at the path that RFC 8414 section 3.1 gives to an issuer with a path. */
  readonly inserted: Map<string, boolean>;
}

export function createMemory(): Memory {
  return {
    kids: new Map(),
    nonces: new Map(),
    idTokens: new Map(),
    polls: new Map(),
    inserted: new Map(),
  };
}

type Look = (seen: Seen, key: string, memory: Memory) => string | null;

/** Each compares first and remembers then. */
const looks: Readonly<Record<string, Look>> = {
  'jwks-overlap'(seen, key, { kids }) {
    if (seen.endpoint !== 'jwks' || seen.status !== 200 || !Array.isArray(seen.members?.['keys']))
      return null;
    const place = `${key}${seen.url.pathname}`;
    const own = new Set(
      seen.members['keys'].filter(isMap).flatMap(({ kid }) => (typeof kid === 'string' ? [kid] : [])),
    );
    const before = kids.get(place);
    kids.set(place, own);
    const changed = before !== undefined && before.size > 0 && own.size > 0;
    return changed && ![...before].some((kid) => own.has(kid))
      ? 'replaced all its keys between two requests for them'
      : null;
  },
  'idtoken-nonce'(seen, key, { nonces }) {
    if (seen.endpoint === 'authorization') {
      const nonce = seen.url.searchParams.get('nonce');
      if (nonce !== null) nonces.set(key, nonce);
      return null;
    }
    const asked = nonces.get(key);
    const claims = issuedTo(seen);
    if (asked === undefined || !claims || seen.form?.get('grant_type') !== 'authorization_code') return null;
    nonces.delete(key);
    if (claims['nonce'] === undefined) return 'gives an ID token without the nonce that was sent';
    return claims['nonce'] === asked ? null : 'gives an ID token with another nonce than was sent';
  },
  'userinfo-sub'(seen, key, { idTokens }) {
    const claims = issuedTo(seen);
    if (claims && typeof claims['sub'] === 'string') {
      const issued = { at: seen.hop.clock.received, sub: claims['sub'] };
      idTokens.set(key, [...(idTokens.get(key) ?? []), issued].slice(-100));
      return null;
    }
    if (!seen.isSuccess || !isUserinfo(seen)) return null;
    const sub = seen.members?.['sub'];
    const at = seen.carried.find(({ obtained }) => obtained !== null)?.obtained?.at;
    if (typeof sub !== 'string' || at === undefined) return null;
    const near = (idTokens.get(key) ?? []).filter((each) => Math.abs(each.at - at) < 5000);
    return near.length > 0 && near.every((each) => each.sub !== sub)
      ? 'gives another sub in userinfo than in the ID token'
      : null;
  },
  'device-interval'(seen, key, { polls }) {
    if (seen.endpoint !== 'token' || !(seen.form?.get('grant_type') ?? '').endsWith(':device_code'))
      return null;
    const code = `${key} ${seen.form?.get('device_code') ?? ''}`;
    const before = polls.get(code);
    const { sent, received } = seen.hop.clock;
    const slower = seen.members?.['error'] === 'slow_down' ? 5 : 0;
    polls.set(code, { at: received, wait: (before?.wait ?? 0) + slower });
    return before && before.wait > 0 && sent - before.at < before.wait * 1000 - 500
      ? 'was polled again too soon after slow_down'
      : null;
  },
  'wellknown-path'(seen, key, { inserted }) {
    if (seen.endpoint !== 'metadata') return null;
    const [, before = '', after = ''] =
      /^(.*)\/\.well-known\/(?:oauth-authorization-server|openid-configuration)(\/.*)?$/.exec(
        seen.url.pathname,
      ) ?? [];
    if (after.length > 1) inserted.set(`${key}${after}`, seen.status === 200);
    else if (before !== '' && seen.status === 200 && inserted.get(`${key}${before}`) === false)
      return `has its metadata behind ${before} only, not at /.well-known/oauth-authorization-server${before}`;
    return null;
  },
};

/** Remembers as well: each hop once, in the order of the run. */
export function remembered(seen: Seen, memory: Memory): Hit[] {
  const key = `${seen.environment.name} ${seen.origin}`;
  return Object.entries(looks).flatMap(([check, look]) => {
    const says = look(seen, key, memory);
    return says === null ? [] : [{ check, seen, says }];
  });
}

/** What a server asked the client to repeat, and the client did not; hops of one step in their order. */
export function unrepeated(hops: readonly Seen[]): Hit[] {
  return hops.flatMap((seen, index): Hit[] => {
    if (seen.status !== 400 && seen.status !== 401) return [];
    const later = hops.slice(index + 1).some(({ url }) => url.href === seen.url.href);
    if (later) return [];
    if (asksNonce(seen) && seen.header('dpop-nonce') !== null && seen.sent('dpop') !== null)
      return [
        {
          check: 'dpop-nonce-retry',
          seen,
          says: 'gave a DPoP nonce, and the request was not repeated with it',
        },
      ];
    const stale = seen.challenges.some(
      ({ scheme, parameters }) =>
        scheme.toLowerCase() === 'digest' && parameters.get('stale')?.toLowerCase() === 'true',
    );
    return stale && seen.scheme === 'digest'
      ? [
          {
            check: 'digest-stale',
            seen,
            says: 'called the nonce stale, and the request was not repeated with the new one',
          },
        ]
      : [];
  });
}

function issuedTo(seen: Seen): ReturnType<typeof idTokenOf> {
  return seen.endpoint === 'token' && seen.isSuccess ? idTokenOf(seen) : null;
}

function isUserinfo(seen: Seen): boolean {
  const named = seen.known.metadata.get(`${seen.environment.name} ${seen.origin}`)?.['userinfo_endpoint'];
  return typeof named === 'string'
    ? named === `${seen.origin}${seen.url.pathname}`
    : /\/userinfo\/?$/i.test(seen.url.pathname);
}
