import type { CauseId } from '../../model.ts';
import type { Subject } from '../subject.ts';
import { clientKey, type Explain, type Explanation, refusal } from './explanation.ts';

export const client: Readonly<Record<CauseId, Explain>> = {
  'client-unknown': unknown,
  'client-secret-wrong': secretWrong,
  'redirect-uri-mismatch': redirectUri,
  'client-auth-method-wrong': (subject) => ({
    summary: `${issuerOf(subject)} does not take the client authentication method ${subject.client?.token_endpoint_auth_method ?? ''} from client ${subject.client?.client_id ?? ''}.`,
    fix: `Set ${clientKey(subject, 'token_endpoint_auth_method')} to the method that is registered.`,
    fixSource: subject.client?.source ?? null,
    references: ['RFC 6749 section 2.3'],
  }),
  'scope-unknown': scope,
  'scope-not-allowed': scope,
};

function issuerOf(subject: Subject): string {
  return subject.client?.issuer.issuer ?? 'the authorization server';
}

function unknown(subject: Subject): Explanation {
  const id = subject.client?.client_id ?? '';
  const owner = subject.known.find(
    (each) =>
      each.name !== subject.environment.name &&
      [...each.clients.values()].some(
        ({ client_id, issuer }) => client_id === id && issuer.issuer !== subject.client?.issuer.issuer,
      ),
  );
  const foreign = owner ? `; it is a client of ${owner.name}` : '';
  return {
    summary: `The authorization server ${issuerOf(subject)} does not know the client ${id}${foreign}.`,
    fix: `Register ${id} there, or correct ${clientKey(subject, 'client_id')}.`,
    fixSource: subject.client?.sources['client_id'] ?? subject.client?.source ?? null,
    references: ['RFC 6749 section 5.2'],
  };
}

function secretWrong(subject: Subject): Explanation {
  const secret = subject.client?.client_secret;
  return {
    summary: `The authorization server ${issuerOf(subject)} knows the client ${subject.client?.client_id ?? ''} and refuses its authentication (${[refusal(subject), subject.error].filter(Boolean).join(' ')}).`,
    fix: `Set the secret that is registered now${secret ? `: ${String(secret)}` : ''}; look for an old value, a space or a line break at its end.`,
    fixSource: subject.client?.sources['client_secret'] ?? subject.client?.source ?? null,
    references: ['RFC 6749 section 2.3.1', 'RFC 6749 section 5.2'],
  };
}

function redirectUri(subject: Subject): Explanation {
  const uri = subject.redirect_uri ?? '';
  return {
    summary: `The authorization server ${issuerOf(subject)} has no redirect_uri ${uri} for client ${subject.client?.client_id ?? ''}.`,
    fix: `Register exactly ${uri}, or correct ${clientKey(subject, 'redirect_uris')}: every character counts, a trailing slash too.`,
    fixSource: subject.client?.sources['redirect_uris'] ?? subject.client?.source ?? null,
    references: ['RFC 6749 section 3.1.2.3', 'RFC 9700 section 2.1'],
  };
}

function scope(subject: Subject): Explanation {
  const asked = subject.credential?.type === 'oauth2' ? subject.credential.scope : null;
  return {
    summary: `The authorization server ${issuerOf(subject)} does not give the scope ${asked ?? ''} to client ${subject.client?.client_id ?? ''}.`,
    fix: 'Allow the scope for this client there, or ask for less.',
    fixSource: subject.credential?.sources['scope'] ?? subject.credential?.source ?? null,
    references: ['RFC 6749 section 5.2'],
  };
}
