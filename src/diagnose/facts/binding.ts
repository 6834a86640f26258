/** Tokens that are bound to a key or a certificate (RFC 7800, RFC 8705, RFC 9449). */
import { X509Certificate } from 'node:crypto';
import { clientCertificateFor } from '../../http/client-certificate.ts';
import { isMap } from '../../source.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { headerValue, type Subject, tokenUse } from '../subject.ts';
import { clocksOf, describeInstant } from './clocks.ts';
import { jsonOf, lastHop, routeOf, sentField } from './wire.ts';

export function bindingFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'resource' || !tokenUse(subject)) return [];
  return [...dpop(subject), ...certificate(subject), ...unasked(subject)];
}

function confirmation(subject: Subject, name: string): string | null {
  const cnf = tokenUse(subject)?.token?.claims?.['cnf'];
  const value = isMap(cnf) ? cnf[name] : undefined;
  return typeof value === 'string' ? value : null;
}

function dpop(subject: Subject): Evidence[] {
  const use = tokenUse(subject);
  const jkt = confirmation(subject, 'jkt');
  const hop = subject.hop.index;
  const proof = sentField(subject.hop, 'dpop') !== null;
  const scheme = use?.scheme ?? null;
  if (/^dpop$/i.test(scheme ?? '') && !proof) {
    return [
      evidence('binding/proof-missing', {
        names: ['dpop-proof-missing'],
        excludes: ['dpop-proof-invalid'],
        lines: [{ hop, field: 'dpop', seen: 'not sent, although the scheme is DPoP' }],
      }),
    ];
  }
  const own = use?.proof?.jkt ?? null;
  if (jkt !== null && own !== null && proof && own !== jkt) {
    return [
      evidence('binding/other-key', {
        names: ['token-binding-mismatch'],
        // However it is put: such a proof is never taken.
        excludes: namesPart(subject) ? [] : ['dpop-proof-invalid'],
        lines: [{ hop, field: 'token cnf.jkt', seen: `${jkt}; the key of the proofs is ${own}` }],
      }),
    ];
  }
  if (jkt !== null && !/^dpop$/i.test(scheme ?? '')) {
    const seen = `binds the token to a key; it was sent with scheme ${scheme ?? 'none'}${proof ? '' : ' and without a proof'}`;
    return [
      evidence('binding/sent-as-bearer', {
        names: proof ? ['token-binding-mismatch', 'scheme-mismatch'] : ['dpop-proof-missing'],
        weight: 2,
        lines: [{ hop, field: 'token cnf.jkt', seen }],
      }),
    ];
  }
  return proof ? [...nonces(subject), ...ofAnotherTime(subject)] : [];
}

/** The protocol has the client repeat with the nonce (RFC 9449 section 9); here that could not be done, or did not do. */
function nonces(subject: Subject): Evidence[] {
  const { hop, response, error } = subject;
  if (error !== 'use_dpop_nonce' || response === null) return [];
  const given = nonceGiven(subject);
  const latest = headerValue(response, 'dpop-nonce');
  if (latest !== null && !given) return [];
  const seen = latest === null ? 'none was given' : 'refused again with the nonce that was given';
  const lines = [{ hop: hop.index, field: 'dpop-nonce', seen }];
  return [evidence('binding/nonce-in-vain', { names: ['dpop-nonce-required'], weight: 2, lines })];
}

/** An earlier answer of this step to the same request gave a nonce. */
export function nonceGiven({ failing, hop, past }: Subject): boolean {
  const earlier = [
    ...failing.hops,
    ...past.filter(({ sameJob }) => sameJob).flatMap(({ exchange }) => exchange.hops),
  ];
  return earlier.some(
    (each) =>
      each !== hop &&
      each.clock.sent < hop.clock.sent &&
      routeOf(each) === routeOf(hop) &&
      each.response !== null &&
      headerValue(each.response, 'dpop-nonce') !== null,
  );
}

/** The answer says which part of the proof it minds. */
function namesPart({ description, text }: Subject): boolean {
  return /\b(?:htu|htm|ath|jti|nonce|replay\w*|used|uri|url|method)\b/i.test(
    `${description ?? ''} ${text.slice(0, 500)}`,
  );
}

/** Servers take a proof for a minute or two around their own time (RFC 9449 section 11.1). */
const proofTolerance = 55_000;

/** A proof is made as the request is sent, by our clock. */
function ofAnotherTime(subject: Subject): Evidence[] {
  const clocks = clocksOf(subject);
  const apart = clocks.server === null ? 0 : Math.abs(clocks.server - clocks.local);
  if (apart < proofTolerance || subject.error !== 'invalid_dpop_proof' || namesPart(subject)) return [];
  const seen = describeInstant(subject.hop.clock.sent, clocks);
  const lines = [{ hop: subject.hop.index, field: 'dpop iat', seen }];
  return [evidence('binding/proof-of-another-time', { names: ['clock-skew'], weight: 2, lines })];
}

/** RFC 8705 section 3: the certificate's SHA-256, base64url. */
function certificate(subject: Subject): Evidence[] {
  const wanted = confirmation(subject, 'x5t#S256');
  if (wanted === null) return [];
  const hop = subject.hop.index;
  const field = 'token cnf.x5t#S256';
  const clientCertificate = clientCertificateFor(subject.environment.transport, subject.hop.request.url);
  if (clientCertificate === null) {
    return [
      evidence('binding/no-certificate', {
        names: ['client-cert-missing'],
        fits: ['token-binding-mismatch'],
        weight: 2,
        lines: [{ hop, field, seen: 'binds the token to a certificate; none was presented' }],
      }),
    ];
  }
  const own = thumbprint(clientCertificate.cert);
  if (own === null || own === wanted) return [];
  return [
    evidence('binding/other-certificate', {
      names: ['token-binding-mismatch'],
      lines: [{ hop, field, seen: `${wanted}; the certificate of ${subject.environment.name} is ${own}` }],
    }),
  ];
}

function thumbprint(pem: string): string | null {
  try {
    const hex = new X509Certificate(pem).fingerprint256.replaceAll(':', '');
    return Buffer.from(hex, 'hex').toString('base64url');
  } catch {
    return null;
  }
}

/** The authorization server said `"token_type": "DPoP"` of a token that is sent as Bearer. */
function unasked(subject: Subject): Evidence[] {
  const use = tokenUse(subject);
  if (!use?.obtained || !/^bearer$/i.test(use.scheme ?? '') || confirmation(subject, 'jkt') !== null)
    return [];
  const { at } = use.obtained;
  const answer = subject.past.findLast(
    ({ exchange }) =>
      exchange.role === 'token' &&
      exchange.environment === subject.environment.name &&
      Math.abs((lastHop(exchange)?.clock.received ?? 0) - at) < 5000,
  );
  const response = answer ? lastHop(answer.exchange)?.response : null;
  const type = response ? jsonOf(response)?.['token_type'] : undefined;
  if (typeof type !== 'string' || /^bearer$/i.test(type)) return [];
  return [
    evidence('binding/token-type', {
      names: /^dpop$/i.test(type) ? ['dpop-proof-missing', 'token-binding-mismatch'] : ['scheme-mismatch'],
      weight: 2,
      lines: [{ hop: null, field: 'token_type', seen: `${type}; it was sent with scheme ${use.scheme}` }],
    }),
  ];
}
