/** The client that an authorization server refused, against what why401.yml says of it here and elsewhere. */
import type { Environment } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { clientExists } from '../groups.ts';
import { headerValue, type Subject } from '../subject.ts';
import { isHtml, textOf } from './wire.ts';

export function clientFacts(subject: Subject): Evidence[] {
  if (!subject.client || (subject.stage !== 'token' && subject.stage !== 'authorization')) return [];
  return [...sharedId(subject), ...basicRefused(subject)];
}

/** The id of another environment, used here. A hint: two servers may well know a client by the same id. */
function sharedId(subject: Subject): Evidence[] {
  const { client, environment, response } = subject;
  // A server that fails says nothing of whom it knows.
  if (!client || (response?.status ?? 500) >= 500) return [];
  const other = subject.known.find(
    (each) =>
      each.name !== environment.name &&
      sameId(each, client.client_id) &&
      !sameIssuer(each, client.issuer.issuer),
  );
  if (!other) return [];
  const theirs = [...other.clients.values()].find(({ client_id }) => client_id === client.client_id);
  const line = {
    hop: null,
    field: 'client_id',
    seen: `${client.client_id} is also ${theirs?.name ?? 'a client'} of ${other.name}, at another authorization server`,
  };
  return [
    evidence('client/id-of-other-environment', {
      names: ['environment-mixup'],
      weight: 1,
      lines: [line],
    }),
  ];
}

function sameId(environment: Environment, client_id: string): boolean {
  return [...environment.clients.values()].some((client) => client.client_id === client_id);
}

function sameIssuer(environment: Environment, issuer: string): boolean {
  return [...environment.issuers.values()].some((each) => each.issuer === issuer);
}

/** 401 with a Basic challenge at the token endpoint is about the client, unless a page says so (RFC 6749 section 5.2). */
function basicRefused(subject: Subject): Evidence[] {
  const { response } = subject;
  if (subject.stage !== 'token' || response?.status !== 401 || subject.error !== null) return [];
  // JSON is what such an endpoint answers; a page is of somebody in front of it.
  if (isHtml(textOf(response))) return [];
  const seen = headerValue(response, 'www-authenticate') ?? '401';
  return [
    evidence('client/refused', {
      names: ['client-secret-wrong', 'client-unknown'],
      only: [...clientExists, 'client-unknown', 'client-disabled', 'environment-mixup', 'edge-blocked'],
      weight: 1,
      lines: [{ hop: subject.hop.index, field: 'answer', seen }],
    }),
  ];
}
