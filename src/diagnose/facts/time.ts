/** exp, nbf and iat against two clocks (RFC 7519 section 4.1). */
import type { JsonMap } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { type Subject, tokenUse } from '../subject.ts';
import { type Clocks, clocksDiffer, clocksOf, describeInstant, skewFacts, span } from './clocks.ts';

export { span };

/** A time in seconds beyond this is one in milliseconds. */
const lastSecond = 1e11;

export function timeFacts(subject: Subject): Evidence[] {
  const claims = tokenUse(subject)?.token?.claims ?? null;
  if (subject.stage !== 'resource' || claims === null) return [];
  const clocks = clocksOf(subject);
  return [
    ...spelling(subject, claims),
    ...lifetimeFacts(subject, claims),
    ...expiry(subject, claims, clocks),
    ...start(subject, claims, clocks),
    ...skewFacts(subject, clocks),
  ];
}

/** Seconds; a string of digits is read as a number, as lenient servers do. */
function seconds(claims: JsonMap, name: string): number | null {
  const value = claims[name];
  const number =
    typeof value === 'string' && /^\d{1,16}(?:\.\d+)?$/.test(value) ? Number(value) : (value ?? null);
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** RFC 7519 section 2: a NumericDate is a number. */
function spelling(subject: Subject, claims: JsonMap): Evidence[] {
  return ['exp', 'nbf', 'iat'].flatMap((name) => {
    const value = claims[name];
    if (value === undefined || typeof value === 'number') return [];
    const seen = `a ${value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value}, not a number of seconds`;
    return [
      evidence(`token/${name}-not-a-number`, {
        names: ['token-claims-invalid', 'token-malformed'],
        weight: 2,
        lines: [{ hop: subject.hop.index, field: `token ${name}`, seen }],
      }),
    ];
  });
}

/** Faults of whoever minted the token, whatever the time is now. */
function lifetimeFacts(subject: Subject, claims: JsonMap): Evidence[] {
  const exp = seconds(claims, 'exp');
  const from = seconds(claims, 'iat') ?? seconds(claims, 'nbf');
  const hop = subject.hop.index;
  const milliseconds = ['exp', 'nbf', 'iat'].filter((name) => (seconds(claims, name) ?? 0) > lastSecond);
  if (milliseconds.length > 0) {
    // Far in the future is no reason to refuse exp, but it is one to refuse nbf and iat.
    return [
      evidence('token/time-in-milliseconds', {
        names: ['token-lifetime-wrong'],
        weight: 2,
        lines: milliseconds.map((name) => ({
          hop,
          field: `token ${name}`,
          seen: `${seconds(claims, name)} is not a time in seconds`,
        })),
      }),
    ];
  }
  if (exp === null || from === null || exp > from) return [];
  const seen =
    exp === from ? 'it ends when it begins' : `it ends ${span((from - exp) * 1000)} before it begins`;
  return [
    evidence('token/lifetime-not-positive', {
      names: ['token-lifetime-wrong'],
      weight: 2,
      lines: [{ hop, field: 'token exp', seen }],
    }),
  ];
}

function expiry(subject: Subject, claims: JsonMap, clocks: Clocks): Evidence[] {
  const exp = seconds(claims, 'exp');
  if (exp === null) return claims['exp'] === undefined ? withoutEnd(subject) : [];
  if (exp > lastSecond) return [];
  const instant = exp * 1000;
  const pastLocal = instant <= clocks.local;
  const pastServer = clocks.server === null ? null : instant <= clocks.server + 999;
  const line = { hop: subject.hop.index, field: 'token exp', seen: describeInstant(instant, clocks) };
  if (pastLocal && pastServer !== false)
    return [evidence('token/expired', { names: ['token-expired'], lines: [line] })];
  if (pastServer === true && clocksDiffer(clocks)) {
    const seen = `${line.seen}, and after our clock`;
    return [
      evidence('token/expired-by-their-clock-only', {
        names: ['clock-skew'],
        excludes: ['token-expired'],
        lines: [{ ...line, seen }],
      }),
    ];
  }
  if (pastLocal || pastServer === true) {
    return [
      evidence('token/expired-by-one-clock', {
        names: ['clock-skew', 'token-expired'],
        weight: 2,
        lines: [line],
      }),
    ];
  }
  return [evidence('token/not-expired', { excludes: ['token-expired'], lines: [] })];
}

/** RFC 7519 makes exp optional, RFC 9068 does not. */
function withoutEnd(subject: Subject): Evidence[] {
  return [
    evidence('token/exp-absent', {
      names: ['token-claims-invalid'],
      weight: 1,
      lines: [{ hop: subject.hop.index, field: 'token exp', seen: 'absent' }],
    }),
    evidence('token/endless', { excludes: ['token-expired', 'token-lifetime-wrong'] }),
  ];
}

/** nbf is checked by everybody, iat by some. */
function start(subject: Subject, claims: JsonMap, clocks: Clocks): Evidence[] {
  const found = ['nbf', 'iat'].flatMap((name) => {
    const value = seconds(claims, name);
    return value === null || value > lastSecond ? [] : [{ name, instant: value * 1000 }];
  });
  const ahead = (clock: number | null) => (each: { instant: number }) =>
    clock !== null && each.instant > clock + 1000;
  const late = found.find(ahead(clocks.server)) ?? found.find(ahead(clocks.local));
  if (!late)
    return found.length === 0
      ? []
      : [evidence('token/has-begun', { excludes: ['token-not-yet-valid'], lines: [] })];
  const byLocal = ahead(clocks.local)(late);
  const byServer = clocks.server === null ? byLocal : ahead(clocks.server)(late);
  const lines = [
    { hop: subject.hop.index, field: `token ${late.name}`, seen: describeInstant(late.instant, clocks) },
  ];
  if (byServer && byLocal) {
    const weight = late.name === 'nbf' ? 3 : 2;
    return [evidence('token/not-yet-valid', { names: ['token-not-yet-valid'], weight, lines })];
  }
  // Begun by the server's clock: only ours is behind.
  if (!byServer) return [];
  const differ = clocksDiffer(clocks);
  return [
    evidence('token/ahead-of-server', {
      names: ['clock-skew'],
      excludes: differ ? ['token-not-yet-valid'] : [],
      weight: differ ? 3 : 2,
      lines,
    }),
  ];
}
