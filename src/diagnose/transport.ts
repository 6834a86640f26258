/** No complete answer: told apart by code, at the door, so that nothing is left to diagnose but the words. */
import type { CauseId, Finding } from '../model.ts';
import type { Subject } from './subject.ts';

/** The code of the failure maps to this one cause. The others may hide another: a firewall that drops, a busy server. */
const exact: ReadonlySet<CauseId> = new Set([
  'dns-failure',
  'connection-refused',
  'tls-untrusted',
  'tls-expired',
  'tls-not-yet-valid',
  'tls-host-mismatch',
  'tls-to-plain-port',
  'plain-to-tls-port',
  'proxy-auth-required',
]);

const fixes: Readonly<Record<CauseId, string>> = {
  'dns-failure':
    'Check the host name in origins or issuers, and the name server of this machine; connect_to reaches a machine under a name that DNS does not know.',
  'connection-refused': 'Start the server, or correct the port in origins or connect_to.',
  'connection-timeout': 'Check routing and firewall between this machine and the server.',
  'connection-closed': 'Look into the log of the server, or of the proxy in front of it, at this time.',
  'response-timeout':
    'Raise the timeout of the step if the server is known to be slow; else look into its log.',
  'tls-untrusted':
    'Add the issuing CA under tls: {ca: FILE}, or let the server send its intermediate certificates.',
  'tls-expired': 'Renew the certificate of the server.',
  'tls-not-yet-valid': 'Check the clock of this machine, then the certificate.',
  'tls-host-mismatch': 'Use a name that the certificate lists, or add this name to the certificate.',
  'tls-to-plain-port': 'Write http:// for this port, or use the TLS port.',
  'plain-to-tls-port': 'Write https:// for this port.',
  'tls-protocol': 'Enable a protocol version and cipher that both sides have.',
  'proxy-auth-required': 'Add the credentials to proxy: as secrets.',
  'body-truncated': 'Look at the proxy or the compression in front of the server: it ended the body early.',
  'client-cert-missing': 'Set tls: {cert, key} for this environment.',
};

export function transportFinding(subject: Subject): Finding | null {
  const { failure } = subject.hop;
  if (!failure || failure.phase === 'aborted' || failure.cause === '') return null;
  const hop = subject.hop.index;
  return {
    cause: failure.cause,
    check: null,
    environment: subject.environment.name,
    severity: 'error',
    expected: false,
    certainty: exact.has(failure.cause) ? 'certain' : 'likely',
    summary: failure.message,
    hop,
    evidence: [
      { hop, field: 'request', seen: `${subject.hop.request.method} ${subject.hop.request.url}` },
      { hop, field: failure.phase, seen: failure.code },
    ],
    experiments: [],
    fix: fixes[failure.cause] ?? 'Look into the log of the server at this time.',
    fixSource: subject.environment.source,
    references: [],
    alternatives: [],
  };
}
