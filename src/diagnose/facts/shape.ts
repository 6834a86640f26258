/** The form of what was presented: faults that no server can see past, whatever it says (RFC 6750 section 2.1, RFC 7617). */
import { authorizationFaults } from '../../http/credential-shape.ts';
import type { CauseId, CredentialUse, ShapeFault } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { tokenValidity } from '../groups.ts';
import type { Subject } from '../subject.ts';
import { misreadFacts } from './misread.ts';

interface Reading {
  readonly names: readonly CauseId[];
  /** Of a bearer token. Of a password or a key, which may hold anything, it is one less. */
  readonly weight: 1 | 2 | 3;
}

const readings: Readonly<Record<ShapeFault['fault'], Reading>> = {
  empty: { names: ['credentials-missing', 'unresolved-variable'], weight: 2 },
  placeholder: { names: ['unresolved-variable'], weight: 3 },
  template: { names: ['unresolved-variable'], weight: 3 },
  quoted: { names: ['authorization-malformed'], weight: 3 },
  'scheme-repeated': { names: ['authorization-malformed'], weight: 3 },
  'token-in-basic': { names: ['scheme-mismatch', 'authorization-malformed'], weight: 2 },
  'not-a-pair': { names: ['authorization-malformed'], weight: 3 },
  document: { names: ['authorization-malformed'], weight: 3 },
  'line-break': { names: ['authorization-malformed'], weight: 3 },
  'outer-space': { names: ['authorization-malformed'], weight: 1 },
  'inner-space': { names: ['authorization-malformed'], weight: 2 },
  'percent-encoded': { names: ['authorization-malformed', 'token-malformed'], weight: 2 },
  'not-ascii': { names: ['authorization-malformed'], weight: 1 },
};

/** What cannot be the fault of a value that was never a token. */
const notOfPlaceholders: readonly CauseId[] = tokenValidity.filter(
  (cause) => cause !== 'token-unknown' && cause !== 'token-invalid-unspecified',
);

export function shapeFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'resource') return [];
  return [
    ...subject.uses.flatMap((use) => ofUse(subject, use)),
    ...byHand(subject),
    ...broken(subject),
    ...misreadFacts(subject),
  ];
}

function ofUse(subject: Subject, use: CredentialUse): Evidence[] {
  const bearer = use.type === 'bearer' || use.type === 'oauth2' || /^bearer$/i.test(use.scheme ?? '');
  return (use.shape ?? []).map((fault) =>
    shaped(subject, fault, `credential "${use.name}"`, bearer || fault.fault === 'not-a-pair'),
  );
}

/** An Authorization field that the step wrote itself. */
function byHand(subject: Subject): Evidence[] {
  if (subject.uses.some(({ field }) => field === 'authorization')) return [];
  return subject.hop.request.headers
    .filter(([name]) => name.toLowerCase() === 'authorization')
    .flatMap(([, value]) => authorizationFaults(value))
    .map((fault) => shaped(subject, fault, 'authorization', true));
}

function shaped(subject: Subject, { fault, seen }: ShapeFault, field: string, sure: boolean): Evidence {
  const { names, weight } = readings[fault];
  const never = sure && (fault === 'placeholder' || fault === 'template');
  return evidence(`shape/${fault}`, {
    names,
    excludes: [
      ...(never ? notOfPlaceholders : []),
      ...(fault !== 'token-in-basic' && asksForOwnScheme(subject) ? ['scheme-mismatch'] : []),
    ],
    weight: sure || weight === 1 ? weight : ((weight - 1) as 1 | 2),
    lines: [{ hop: subject.hop.index, field, seen }],
  });
}

/** Schemes whose names mean nothing else: "token" and "key" stand in many an answer. */
const schemeWords = /^(?:bearer|dpop|digest|negotiate)$/i;

/** The answer names the scheme that was sent: another one is not what it misses. */
function asksForOwnScheme({ uses, challenges, text }: Subject): boolean {
  return uses.some(
    ({ scheme }) =>
      scheme !== null &&
      (challenges.some((challenge) => challenge.scheme.toLowerCase() === scheme.toLowerCase()) ||
        (schemeWords.test(scheme) && new RegExp(`\\b${scheme}\\b`, 'i').test(text))),
  );
}

/** It looks like a JWT and does not decode. */
function broken(subject: Subject): Evidence[] {
  return subject.uses.flatMap((use) => {
    const { token } = use;
    if (!token || token.malformed === null || token.format === 'opaque' || use.shape) return [];
    // Base64 in the place of base64url is read by many libraries.
    const lenient = /base64, not base64url/.test(token.malformed);
    return [
      evidence('token/malformed', {
        names: ['token-malformed'],
        weight: lenient ? 1 : 3,
        lines: [{ hop: subject.hop.index, field: 'token', seen: token.malformed }],
      }),
    ];
  });
}
