/** Exchanges of a JSON report as the model has them; what a report does not hold is left empty. */
import type {
  CookieNote,
  CredentialUse,
  Dropped,
  Exchange,
  FieldSource,
  Hop,
  LostTry,
  RawField,
  RedirectStop,
  TransportFailure,
} from '../model.ts';

export interface ReportedExchange extends Pick<Exchange, 'role' | 'attempt' | 'as' | 'clients'> {
  readonly credentials: readonly { readonly name: string; readonly field: string }[];
  readonly hops: readonly ReportedHop[];
  readonly stopped: {
    readonly reason: RedirectStop['reason'];
    readonly location: string | null;
    readonly client?: string;
    readonly why?: string;
  } | null;
}
interface ReportedBody {
  readonly bytes: number;
  readonly excerpt: string;
  readonly sha256: string | null;
}
interface ReportedAdded {
  readonly header: string;
  readonly by: string;
  readonly credential: string | null;
  readonly changed: boolean;
}
interface ReportedHop {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly RawField[];
    readonly body: ReportedBody | null;
  };
  readonly response: {
    readonly status: number;
    readonly headers: readonly RawField[];
    readonly body: ReportedBody;
  } | null;
  readonly failure: (Omit<TransportFailure, 'busy'> & { readonly busy_ms?: number }) | null;
  readonly lost?: readonly (Omit<LostTry, 'total'> & { readonly total_ms: number })[];
  readonly added: readonly ReportedAdded[];
  readonly dropped: readonly Dropped[];
  readonly cookies: Readonly<Record<'sent' | 'set', readonly string[]>> &
    Readonly<Record<'remarks' | 'refused' | 'withheld', readonly CookieNote[]>>;
  readonly timings_ms: Hop['timings'];
  readonly tls:
    | (Omit<NonNullable<Hop['tls']>, 'notBefore' | 'notAfter'> & {
        readonly not_before: string | null;
        readonly not_after: string | null;
      })
    | null;
  readonly remote: string | null;
}

export function readExchange(reported: ReportedExchange, environment: string): Exchange {
  const { role, attempt, hops, stopped, as, clients } = reported;
  const sources = sourcesOf(hops);
  return {
    role,
    attempt,
    environment,
    hops: hops.map((hop, index) => readHop(hop, index + 1, sources[index])),
    credentials: reported.credentials.map(readCredential),
    stopped: stopped && readStop(stopped),
    ...(as === undefined ? {} : { as }),
    ...(clients?.length ? { clients } : {}),
  };
}

function readCredential({ name, field }: ReportedExchange['credentials'][number]): CredentialUse {
  return { name, field, type: 'bearer', scheme: null, fingerprint: '', token: null, obtained: null };
}

function readStop({ reason, location, client, why }: NonNullable<ReportedExchange['stopped']>): RedirectStop {
  return {
    reason,
    location,
    ...(client === undefined ? {} : { client: { name: client, why: why ?? '' } }),
  };
}

type Sources = Hop['request']['sources'];

/** A report names the source of a field where it is new or changed: it holds until it is named again. */
function sourcesOf(hops: readonly ReportedHop[]): Sources[] {
  // The first hop names all of them, where they are known.
  if (hops[0]?.added.length === 0) return [];
  let known = new Map<string, FieldSource[]>();
  return hops.map(({ request, added }) => {
    const named = new Map<string, FieldSource[]>();
    for (const { header, by, credential } of added) {
      const source = (credential === null ? by : `credential ${credential}`) as FieldSource;
      named.set(header, [...(named.get(header) ?? []), source]);
    }
    known = new Map([...known, ...named]);
    return request.headers.map(([name]) => known.get(name.toLowerCase()) ?? ['transport']);
  });
}

function readHop(reported: ReportedHop, index: number, sources: Sources): Hop {
  const { request, response, failure, lost, added, dropped, cookies, timings_ms, tls, remote } = reported;
  const changed = [...new Set(added.filter((each) => each.changed).map(({ header }) => header))];
  return {
    index,
    request: {
      method: request.method,
      url: request.url,
      headers: request.headers,
      ...(sources ? { sources } : {}),
      body: request.body && { ...request.body, sha256: request.body.sha256 ?? '' },
      httpVersion: '1.1',
    },
    response: response && {
      status: response.status,
      statusText: '',
      httpVersion: '1.1',
      headers: response.headers,
      body: {
        content: Buffer.from(response.body.excerpt),
        bytes: response.body.bytes,
        sha256: response.body.sha256 ?? '',
        truncated: false,
        decodeError: null,
      },
    },
    failure: failure && readFailure(failure),
    ...(lost ? { lost: lost.map(({ total_ms, ...rest }) => ({ ...rest, total: total_ms })) } : {}),
    dropped,
    ...(index > 1 ? { changed } : {}),
    cookies,
    tls: tls && readTls(tls),
    remote,
    timings: timings_ms,
    clock: { sent: 0, received: 0 },
  };
}

function readFailure({ busy_ms, ...failure }: NonNullable<ReportedHop['failure']>): TransportFailure {
  return busy_ms === undefined ? failure : { ...failure, busy: busy_ms };
}

function readTls({ not_before, not_after, ...facts }: NonNullable<ReportedHop['tls']>): Hop['tls'] {
  const instant = (text: string | null): number => (text === null ? Number.NaN : Date.parse(text));
  return { ...facts, notBefore: instant(not_before), notAfter: instant(not_after) };
}
