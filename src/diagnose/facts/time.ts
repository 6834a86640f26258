/** exp, nbf and iat against two clocks: ours, and the answer's Date (RFC 7519 section 4.1). */
import type { JsonMap } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { localMidpoint, type Subject, serverDate, tokenUse } from '../subject.ts';

/** Difference of clocks that is worth telling: Date has a resolution of a second, and answers take time. */
const notableSkew = 30_000;

export function timeFacts(subject: Subject): Evidence[] {
  const claims = tokenUse(subject)?.token?.claims ?? null;
  if (subject.stage !== 'resource' || claims === null) return [];
  const clocks = { local: localMidpoint(subject.hop), server: serverDate(subject) };
  return [...expiry(subject, claims, clocks), ...start(subject, claims, clocks), ...skew(subject, clocks)];
}

interface Clocks {
  readonly local: number;
  readonly server: number | null;
}

function seconds(claims: JsonMap, name: string): number | null {
  const value = claims[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function expiry(subject: Subject, claims: JsonMap, clocks: Clocks): Evidence[] {
  const exp = seconds(claims, 'exp');
  if (exp === null) return [];
  const hop = subject.hop.index;
  if (exp > 1e11) {
    return [
      evidence('token/exp-in-milliseconds', {
        names: ['token-lifetime-wrong'],
        lines: [{ hop, field: 'token exp', seen: `${exp} is not a time in seconds` }],
      }),
    ];
  }
  const instant = exp * 1000;
  const pastLocal = instant <= clocks.local;
  const pastServer = clocks.server === null ? null : instant <= clocks.server + 999;
  const line = { hop, field: 'token exp', seen: describe(instant, clocks) };
  if (pastLocal && pastServer !== false)
    return [evidence('token/expired', { names: ['token-expired'], lines: [line] })];
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

function start(subject: Subject, claims: JsonMap, clocks: Clocks): Evidence[] {
  const from = seconds(claims, 'nbf') ?? seconds(claims, 'iat');
  if (from === null) return [];
  const hop = subject.hop.index;
  const instant = from * 1000;
  const aheadServer = clocks.server !== null && instant > clocks.server + 1000;
  const aheadLocal = instant > clocks.local + 1000;
  const line = {
    hop,
    field: claims['nbf'] === undefined ? 'token iat' : 'token nbf',
    seen: describe(instant, clocks),
  };
  if (aheadServer && aheadLocal)
    return [evidence('token/not-yet-valid', { names: ['token-not-yet-valid'], lines: [line] })];
  if (aheadServer)
    return [evidence('token/ahead-of-server', { names: ['clock-skew'], weight: 2, lines: [line] })];
  return [evidence('token/has-begun', { excludes: ['token-not-yet-valid'], lines: [] })];
}

function skew(subject: Subject, clocks: Clocks): Evidence[] {
  if (clocks.server === null) return [];
  const difference = clocks.server - clocks.local;
  if (Math.abs(difference) < notableSkew)
    return [evidence('clock/agrees', { excludes: ['clock-skew'], lines: [] })];
  const seen = `the server's clock is ${span(Math.abs(difference))} ${difference < 0 ? 'behind' : 'ahead of'} ours`;
  return [evidence('clock/differs', { lines: [{ hop: subject.hop.index, field: 'date', seen }] })];
}

function describe(instant: number, clocks: Clocks): string {
  const reference = clocks.server ?? clocks.local;
  const difference = reference - instant;
  const name = clocks.server === null ? 'our clock' : "the answer's Date";
  const when =
    Number.isFinite(instant) && Math.abs(instant) < 8.64e15
      ? new Date(instant).toISOString()
      : String(instant);
  return `${when}, ${span(Math.abs(difference))} ${difference >= 0 ? 'before' : 'after'} ${name}`;
}

export function span(ms: number): string {
  const total = Math.round(ms / 1000);
  if (total < 120) return `${total} s`;
  if (total < 7200) return `${Math.round(total / 60)} min`;
  if (total < 172_800) return `${Math.round(total / 3600)} h`;
  return `${Math.round(total / 86_400)} d`;
}
