/** Called malformed, but well-formed as it was sent: what the server cannot read is not what left. */
import type { CauseId, CredentialUse } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { read } from '../signatures.ts';
import type { Subject } from '../subject.ts';
import { sentField } from './wire.ts';

const notParsed =
  /\bmalformed\b|\bnot (?:a |an )?(?:valid )?(?:jwt|json web token|compact)|\bsegments?\b|\btwo dots\b|\bthree (?:parts|segments)\b|\binvalid (?:compact|jwt) (?:jws|jwt|form|serialization|structure)|\binvalid (?:header|payload) (?:padding|string)/i;
/** A list of what may be wrong says nothing of the form. */
const otherFaults = /\b(?:expired|revoked|signature|issuer|audience|claims?|blacklisted|disabled)\b/i;

export function misreadFacts(subject: Subject): Evidence[] {
  const token = misreadToken(subject);
  return token.length > 0 ? token : misreadField(subject);
}

/** Whether the server complains of a form that was right when it left. */
export function isMisread(subject: Subject): boolean {
  return misreadFacts(subject).length > 0;
}

function misreadToken(subject: Subject): Evidence[] {
  const use = subject.uses.find(({ token }) => token?.format === 'jwt');
  const { token } = use ?? { token: null };
  if (!use || !token || token.malformed !== null || (use.shape?.length ?? 0) > 0) return [];
  const said = `${subject.description ?? ''} ${subject.text}`;
  if (!notParsed.test(said) || otherFaults.test(said)) return [];
  const seen = 'was sent as a JWT that decodes; the server reads another';
  const lines = [{ hop: subject.hop.index, field: 'token', seen }];
  return [
    evidence('token/well-formed', {
      names: ['credentials-replaced-by-proxy'],
      excludes: ['token-malformed', 'authorization-malformed'],
      lines,
    }),
    // Two in one line are read as one that is too long; another kind of token is none to a parser either.
    evidence('token/well-formed-otherwise', {
      names: ['credentials-duplicated', 'token-type-wrong'],
      weight: 1,
      lines,
    }),
  ];
}

/** What is said of a field that cannot be read. */
const ofField: readonly CauseId[] = ['authorization-malformed', 'scheme-mismatch'];

/** The text is about the field, and names no other scheme. */
function misreadField(subject: Subject): Evidence[] {
  const [use] = subject.uses;
  if (!use || subject.uses.length > 1 || !isPlainBearer(subject, use)) return [];
  const told = read(subject).filter(({ names, weight }) => weight === 3 && names.length > 0);
  const ofForm = told.length > 0 && told.every(({ names }) => names.every((each) => ofField.includes(each)));
  if (!ofForm || !asksForBearer(subject)) return [];
  const seen = 'was sent once, as "Bearer" and a token without a space; the server reads something else';
  const lines = [{ hop: subject.hop.index, field: 'authorization', seen }];
  return [
    evidence('authorization/well-formed', {
      names: ['credentials-duplicated', 'credentials-replaced-by-proxy'],
      excludes: ofField,
      lines,
    }),
  ];
}

/** RFC 6750 section 2.1, as far as it was looked at: nothing is odd about the value, and there is one line. */
function isPlainBearer({ hop }: Subject, { field, scheme, shape }: CredentialUse): boolean {
  const value = sentField(hop, 'authorization') ?? '';
  const once = hop.request.headers.filter(([name]) => name.toLowerCase() === 'authorization').length === 1;
  return (
    field === 'authorization' &&
    once &&
    scheme === 'Bearer' &&
    (shape ?? []).length === 0 &&
    /^Bearer \S/.test(value)
  );
}

/** Else another scheme may be what it wants. */
function asksForBearer({ challenges, text }: Subject): boolean {
  return challenges.some(({ scheme }) => /^bearer$/i.test(scheme)) || /\bbearer\b/i.test(text);
}
