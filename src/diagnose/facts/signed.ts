/** Requests that carry a signature (RFC 9421, AWS Signature Version 4, a keyed hash): when and over what it was made. */
import type { CauseId, CredentialUse } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { type Clocks, clocksOf, describeInstant } from './clocks.ts';
import { lostUses } from './delivery.ts';
import { sentField } from './wire.ts';

/** The use that signs the request itself; null: none does. */
export function signedUse({ uses }: Subject): CredentialUse | null {
  return (
    uses.find(({ type }) => type === 'hmac' || type === 'aws_sigv4' || type === 'http_signature') ?? null
  );
}

export interface SignedRequest {
  readonly use: CredentialUse;
  /** As the request names it: `keyid` or the access key; null: it names none. */
  readonly keyId: string | null;
  /** Names of what is signed, as the request or the project file states them. */
  readonly covered: string;
  /** Milliseconds since the epoch, and the field that tells; null: nothing does. */
  readonly made: { readonly at: number; readonly field: string } | null;
  /** Milliseconds since the epoch after which it does not hold. */
  readonly expires: number | null;
}

/** What the last hop carried; null where it carried no signature. */
export function signedRequest(subject: Subject): SignedRequest | null {
  const use = signedUse(subject);
  if (use === null || lostUses(subject).includes(use)) return null;
  if (use.type === 'aws_sigv4') return bySigV4(subject, use);
  return use.type === 'http_signature' ? byMessage(subject, use) : byHash(subject, use);
}

function bySigV4(subject: Subject, use: CredentialUse): SignedRequest {
  const authorization = sentField(subject.hop, 'authorization') ?? '';
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(sentField(subject.hop, 'x-amz-date') ?? '');
  const [, year, month, day, hour, minute, second] = time ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return {
    use,
    keyId: /\bCredential=([^,\s]+)/.exec(authorization)?.[1] ?? null,
    covered: (/\bSignedHeaders=([^,\s]+)/.exec(authorization)?.[1] ?? '').replaceAll(';', ', '),
    made: Number.isNaN(at) ? null : { at, field: 'x-amz-date' },
    expires: null,
  };
}

function byMessage(subject: Subject, use: CredentialUse): SignedRequest {
  const input = sentField(subject.hop, 'signature-input') ?? '';
  const seconds = (name: string): number | null => {
    const value = new RegExp(`;${name}=(\\d{1,12})(?!\\d)`).exec(input)?.[1];
    return value === undefined ? null : Number(value) * 1000;
  };
  const created = seconds('created');
  return {
    use,
    keyId: /;keyid="([^"]*)"/.exec(input)?.[1] ?? null,
    covered: [...(/\(([^)]*)\)/.exec(input)?.[1] ?? '').matchAll(/"([^"]+)"/g)]
      .map(([, name]) => name)
      .join(', '),
    made: created === null ? null : { at: created, field: 'signature-input created' },
    expires: seconds('expires'),
  };
}

function byHash({ hop, credential }: Subject, use: CredentialUse): SignedRequest {
  const hmac = credential?.type === 'hmac' ? credential : null;
  const templates = hmac ? [hmac.over, hmac.value, ...Object.values(hmac.headers)] : [];
  const timed = templates.some((template) => /\$\{timestamp(?:_ms)?\}/.test(template));
  return {
    use,
    keyId: null,
    covered: hmac?.over ?? '',
    made: timed ? { at: hop.clock.sent, field: 'timestamp' } : null,
    expires: null,
  };
}

export function signedFacts(subject: Subject): Evidence[] {
  const signed = subject.stage === 'resource' ? signedRequest(subject) : null;
  if (signed === null) return [];
  return [...made(subject, signed), ...atAnotherTime(subject, signed, clocksOf(subject))];
}

/** What may be wrong with it wherever it is refused: a hint. */
function made({ hop }: Subject, { use, keyId, covered }: SignedRequest): Evidence[] {
  const names: readonly CauseId[] = [
    'signature-invalid',
    use.type === 'aws_sigv4' ? 'api-key-invalid' : 'key-unknown',
  ];
  const key = keyId === null ? [] : [{ hop: hop.index, field: 'key', seen: keyId }];
  const parts = covered === '' ? [] : [{ hop: hop.index, field: `signed in ${use.field}`, seen: covered }];
  return [evidence('signature/made', { names, weight: 1, lines: [...key, ...parts] })];
}

/** Most verifiers take five minutes in either direction. */
const usualTolerance = 285_000;
/** None takes less, as clocks go. */
const leastTolerance = 30_000;

/** That the server's clock reads another time is arithmetic; that it minds is not. */
function atAnotherTime({ hop }: Subject, { made: at, expires }: SignedRequest, clocks: Clocks): Evidence[] {
  if (at === null || clocks.server === null) return [];
  const apart = Math.abs(clocks.server - clocks.local);
  const over = expires !== null && expires < clocks.server && apart >= leastTolerance;
  if (apart < leastTolerance) return [];
  const lines = [{ hop: hop.index, field: at.field, seen: describeInstant(at.at, clocks) }];
  const weight = over || apart >= usualTolerance ? 2 : 1;
  return [evidence('signature/of-another-time', { names: ['clock-skew'], weight, lines })];
}
