/** Client assertions and certificates of a refused token request (RFC 7523 section 3, RFC 8705 section 2). */
import type { Hop, JsonMap } from '../../model.ts';
import {
  assertionFault,
  assertionOf,
  certificateOf,
  impossible,
  type Presented,
  proofKind,
  usualFault,
} from '../client-proof.ts';
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { clocksOf, describeInstant } from './clocks.ts';
import { listOf, metadataOf } from './server-metadata.ts';
import { formOf } from './wire.ts';

export function clientProofFacts(subject: Subject): Evidence[] {
  const kind = proofKind(subject);
  const [hop] = subject.failing.hops;
  if (kind === null || !hop) return [];
  const unsent = impossible[kind].filter((cause) => !cause.startsWith('client-assertion-') || !takesIn(hop));
  if (kind === 'secret') return [evidence('client/not-sent', { excludes: unsent })];
  const refused = isClientRefused(subject);
  const certificate = kind === 'certificate' ? certificateOf(subject) : null;
  const header = assertionOf(hop)?.header;
  const made = ['alg', 'kid'].filter((name) => typeof header?.[name] === 'string');
  const seen = [words[kind], ...made.map((name) => `${name} ${String(header?.[name])}`)].join(', ');
  const lines = [{ hop: hop.index, field: 'client authentication', seen }];
  const found = [evidence('client/not-sent', { excludes: unsent })];
  if (certificate) lines.push({ hop: hop.index, ...certificateLine(subject, certificate) });
  if (refused) found.push(evidence('client/proof', { names: [usualFault(kind, subject)], weight: 1, lines }));
  if (refused && certificate && isOver(subject, certificate))
    found.push(evidence('client/certificate-over', { names: ['client-cert-invalid'], weight: 2 }));
  const assertion = assertionOf(hop);
  if (!refused || !assertion) return found;
  return [...found, ...claims(subject, hop, assertion.claims), ...algorithm(subject, hop, assertion.header)];
}

/** One that is over is refused by whoever looks. */
function isOver(subject: Subject, { end }: Presented): boolean {
  const { server, local } = clocksOf(subject);
  return end <= (server ?? local);
}

function certificateLine(
  subject: Subject,
  presented: Presented,
): { readonly field: string; readonly seen: string } {
  const { name, end } = presented;
  const until = isOver(subject, presented)
    ? `it ended ${describeInstant(end, clocksOf(subject))}`
    : `until ${new Date(end).toISOString()}`;
  return { field: 'client certificate', seen: `${name}, ${until}` };
}

/** The grant has an assertion or a token of its own (RFC 7523 section 2.1, RFC 8693 section 2.1), which may be meant. */
function takesIn(hop: Hop): boolean {
  const form = formOf(hop);
  return form?.has('assertion') === true || form?.has('subject_token') === true;
}

const words = {
  key: 'a client assertion, signed with a private key',
  'secret-jwt': 'a client assertion, signed with the client_secret',
  certificate: 'by the client certificate alone',
  none: 'none was sent: it is used as a public client',
} as const;

function isClientRefused({ error, response }: Subject): boolean {
  return error === 'invalid_client' || (error === null && response?.status === 401);
}

/** What its claims show; a server may yet have refused it for another reason first. */
function claims(subject: Subject, hop: Hop, assertion: JsonMap): Evidence[] {
  const fault = assertionFault(subject);
  if (fault === null) return [];
  const line = fault === 'clock-skew' ? timeLine(subject, assertion) : audienceLine(assertion);
  const lines = [{ hop: hop.index, ...line }];
  return [evidence('client/assertion-claims', { names: [fault], weight: 2, lines })];
}

function audienceLine(assertion: JsonMap): { readonly field: string; readonly seen: string } {
  const named = [assertion['aud']].flat().filter((each) => typeof each === 'string');
  return {
    field: 'client assertion aud',
    seen: `${named.join(', ')}: neither the issuer nor the token endpoint`,
  };
}

function timeLine(subject: Subject, assertion: JsonMap): { readonly field: string; readonly seen: string } {
  const clocks = clocksOf(subject);
  const name = Number(assertion['exp']) * 1000 <= (clocks.server ?? clocks.local) ? 'exp' : 'iat';
  const seen = describeInstant(Number(assertion[name]) * 1000, clocks);
  return { field: `client assertion ${name}`, seen };
}

function algorithm(subject: Subject, hop: Hop, header: JsonMap): Evidence[] {
  const { alg } = header;
  const listed = listOf(metadataOf(subject)?.['token_endpoint_auth_signing_alg_values_supported']);
  if (typeof alg !== 'string' || listed.length === 0 || listed.includes(alg)) return [];
  const seen = `${alg}; announced are ${listed.join(', ')}`;
  return [
    evidence('client/assertion-algorithm', {
      names: ['client-assertion-invalid'],
      weight: 2,
      lines: [{ hop: hop.index, field: 'client assertion alg', seen }],
    }),
  ];
}
