/** Causes about the client at the authorization server. */

import type { Subject } from '../subject.ts';
import {
  answered,
  clientId,
  clientKey,
  clientSource,
  credentialName,
  credentialSource,
  type Explain,
  type Explanations,
  secretName,
  takenIn,
} from './explanation.ts';
import { redirectUri } from './redirect-uri.ts';

export const client: Explanations = {
  'client-unknown': unknown,
  'client-disabled': (subject) => ({
    summary: `${answered(subject)}: ${clientId(subject)} is switched off there.`,
    fix: `Enable the client there, or use another (${clientKey(subject, 'client_id')}).`,
    fixSource: clientSource(subject, 'client_id'),
  }),
  'client-secret-wrong': secretWrong,
  'client-secret-expired': (subject) => ({
    summary: `${answered(subject)}: the secret of ${clientId(subject)} has expired.`,
    fix: `Create a new secret there and replace the stored one${secretName(subject.client?.client_secret)}.`,
    fixSource: clientSource(subject, 'client_secret'),
  }),
  'client-auth-missing': authMissing,
  'client-auth-method-wrong': method,
  'client-type-wrong': type,
  'client-assertion-invalid': (subject) =>
    assertion(
      subject,
      'it is refused',
      'Sign with the key that is registered for the client in this environment, and set iss and sub to its client_id.',
      'private_key',
    ),
  'client-assertion-audience': (subject) =>
    assertion(
      subject,
      'its aud names another server',
      `Set aud to the issuer identifier${subject.client ? ` ${subject.client.issuer.issuer}` : ' of this environment'}; some servers want the token endpoint.`,
      'assertion_audience',
    ),
  'client-assertion-replayed': (subject) =>
    assertion(
      subject,
      'its jti was used before',
      'Make a new assertion with a new jti for every request, retries included.',
      'private_key',
    ),
  'redirect-uri-mismatch': redirectUri,
};

function authMethod(subject: Subject): string {
  return subject.client?.token_endpoint_auth_method ?? 'client authentication';
}

function unknown(subject: Subject): ReturnType<Explain> {
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
    summary: `${answered(subject)}: it does not know ${clientId(subject)}${foreign}.`,
    fix: `Register ${id || 'the client'} there, or correct ${clientKey(subject, 'client_id')}.`,
    fixSource: clientSource(subject, 'client_id'),
  };
}

function secretWrong(subject: Subject): ReturnType<Explain> {
  const secret = secretName(subject.client?.client_secret);
  return {
    summary: `${answered(subject)}: it refuses the secret of ${clientId(subject)}, sent with ${authMethod(subject)}.`,
    fix: `Set the secret that is registered now${secret === '' ? '' : `:${secret}`}; look for an old value, a space or a line break at its end.`,
    fixSource: clientSource(subject, 'client_secret'),
  };
}

function authMissing(subject: Subject): ReturnType<Explain> {
  const has = subject.client?.client_secret != null;
  return {
    summary: `${answered(subject)}: it finds no authentication of ${clientId(subject)}${subject.client ? `; why401.yml says ${authMethod(subject)}${has ? '' : ' and gives no secret'}` : ''}.`,
    fix: `Set ${clientKey(subject, 'client_secret')}, and ${clientKey(subject, 'token_endpoint_auth_method')} to the method that is registered; check that the secret is not empty.`,
    fixSource: clientSource(subject, 'client_secret', 'token_endpoint_auth_method'),
  };
}

function method(subject: Subject): ReturnType<Explain> {
  const supported = subject.client?.issuer.metadata['token_endpoint_auth_methods_supported'];
  const listed = Array.isArray(supported) ? `; it supports ${supported.map(String).join(', ')}` : '';
  return {
    summary: `${answered(subject)}: it does not take the client authentication method ${authMethod(subject)} from ${clientId(subject)}${listed}.`,
    fix: `Set ${clientKey(subject, 'token_endpoint_auth_method')} to the method that is registered.`,
    fixSource: clientSource(subject, 'token_endpoint_auth_method'),
    references: ['RFC 6749 section 2.3', 'RFC 7591 section 2'],
  };
}

function type(subject: Subject): ReturnType<Explain> {
  const isPublic = subject.client?.token_endpoint_auth_method === 'none';
  const used = subject.client ? `, used here as a ${isPublic ? 'public' : 'confidential'} one` : '';
  return {
    summary: `${answered(subject)}: ${clientId(subject)} is registered there as another type of client${used}.`,
    fix: `Change its type there, or correct ${clientKey(subject, 'token_endpoint_auth_method')} (none for a public client).`,
    fixSource: clientSource(subject, 'token_endpoint_auth_method'),
  };
}

function assertion(subject: Subject, what: string, fix: string, key: string): ReturnType<Explain> {
  const [taken] = subject.uses;
  // A client that signs assertions of its own may be meant instead.
  if (subject.stage === 'token' && taken && !authMethod(subject).endsWith('_jwt')) {
    const own = what === 'it is refused';
    return {
      summary: `${answered(subject)} to the ${takenIn(taken)} of ${credentialName(subject)}: ${what}.`,
      fix: own
        ? `Take in a ${takenIn(taken)} that the authorization server trusts: its issuer, key and subject.`
        : fix,
      fixSource: credentialSource(subject, takenIn(taken)),
    };
  }
  return {
    summary: `${answered(subject)} to the client assertion of ${clientId(subject)}: ${what}.`,
    fix,
    fixSource: clientSource(subject, key, 'token_endpoint_auth_method'),
  };
}
