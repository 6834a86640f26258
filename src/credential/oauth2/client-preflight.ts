/** What is wrong with a client before anything is sent. */
import { clientCertificates } from '../../http/client-certificate.ts';
import type { Client, Environment, OAuth2Credential } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import { bindClientEndpoint, isStated } from '../endpoint.ts';
import { certificateProblem, needsCertificate } from './client-authentication.ts';
import { parseClientKey } from './client-key.ts';
import { proofAlgorithm } from './dpop.ts';

export interface ClientProblem {
  /** The key of the client that is wrong. */
  readonly key: string;
  readonly message: string;
  readonly fix: string;
}

/** Keys, secrets and certificates against the authentication method; the secrets must be rendered. */
export async function clientProblems(
  client: Client,
  environment: Environment,
): Promise<readonly ClientProblem[]> {
  return [
    ...secretProblems(client),
    ...keyProblems(client),
    ...contradictions(client),
    ...certificateProblems(client, environment),
  ];
}

/** Proofs that the authorization server takes none of, by what the project file says of it. */
export function dpopProblems({ asks, client }: OAuth2Credential): readonly ClientProblem[] {
  const supported = client.issuer.metadata['dpop_signing_alg_values_supported'];
  const wanted = asks?.dpop ?? client.settings?.dpop_bound_access_tokens ?? false;
  if (!wanted || proofAlgorithm(supported) !== null) return [];
  return [
    {
      key: 'dpop_bound_access_tokens',
      message: `Issuer "${client.issuer.name}" takes no DPoP proof that can be made here: it lists ${JSON.stringify(supported)}.`,
      fix: 'List ES256 under metadata.dpop_signing_alg_values_supported, if the server takes it; else leave dpop out.',
    },
  ];
}

/** Bytes (RFC 7518 section 3.2). */
const shortest: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };

function secretProblems(client: Client): ClientProblem[] {
  const { name, client_secret, settings, token_endpoint_auth_method: method } = client;
  if (!method.startsWith('client_secret_')) return [];
  if (client_secret === null || client_secret.length === 0) {
    return [
      {
        key: 'client_secret',
        message: `Client "${name}" has no client_secret, which ${method} needs.`,
        fix: 'Add client_secret by reference: "${secret.NAME}"; or name another token_endpoint_auth_method.',
      },
    ];
  }
  if (method !== 'client_secret_jwt') return [];
  const alg = settings?.token_endpoint_auth_signing_alg ?? 'HS256';
  const least = shortest[alg];
  if (least === undefined) {
    return [
      {
        key: 'token_endpoint_auth_signing_alg',
        message: `Client "${name}" cannot sign with ${alg}: client_secret_jwt signs with the client_secret.`,
        fix: 'Write HS256, HS384 or HS512; or use private_key_jwt.',
      },
    ];
  }
  const bytes = Buffer.byteLength(reveal(client_secret));
  if (bytes >= least) return [];
  return [
    {
      key: 'client_secret',
      message: `The client_secret of client "${name}" has ${bytes} bytes; ${alg} needs ${least} or more (RFC 7518 section 3.2).`,
      fix: 'Use a longer secret, as the authorization server registers it; or client_secret_basic.',
    },
  ];
}

function keyProblems(client: Client): ClientProblem[] {
  const { name, settings, token_endpoint_auth_method: method } = client;
  if (method !== 'private_key_jwt') return [];
  const written = settings?.private_key ?? null;
  if (written === null || written.length === 0) {
    const message = `Client "${name}" has no private_key, which private_key_jwt needs.`;
    return [{ key: 'private_key', message, fix: 'Add private_key by reference: "${secret.NAME}".' }];
  }
  const key = parseClientKey(written);
  if ('fault' in key) {
    return [
      {
        key: 'private_key',
        message: `The private_key of client "${name}" ${key.fault}.`,
        fix: 'Give the private key as PEM (PKCS#8, PKCS#1 or SEC 1) or as one JWK.',
      },
    ];
  }
  const stated = settings?.token_endpoint_auth_signing_alg ?? null;
  const alg = stated ?? key.alg;
  if (key.algs.includes(alg)) return [];
  return [
    {
      key: stated === null ? 'private_key' : 'token_endpoint_auth_signing_alg',
      message: `The private_key of client "${name}" cannot sign with ${alg}.`,
      fix: `Write ${key.algs.join(', ').replace(/, (?=[^,]*$)/, ' or ')}; or give another key.`,
    },
  ];
}

function contradictions({ name, settings, token_endpoint_auth_method: method }: Client): ClientProblem[] {
  const problems: ClientProblem[] = [];
  if (settings?.private_key && method !== 'private_key_jwt') {
    problems.push({
      key: 'private_key',
      message: `Client "${name}" has a private_key, but ${method} uses none.`,
      fix: 'Write token_endpoint_auth_method: private_key_jwt, or leave private_key out.',
    });
  }
  if (settings?.basic_encoding === 'none' && method !== 'client_secret_basic') {
    problems.push({
      key: 'basic_encoding',
      message: `Client "${name}" has a basic_encoding, but ${method} is not client_secret_basic.`,
      fix: 'Leave basic_encoding out.',
    });
  }
  return problems;
}

function certificateProblems(client: Client, environment: Environment): ClientProblem[] {
  if (!needsCertificate(client)) return [];
  const method = client.token_endpoint_auth_method;
  const byMethod = method.includes('tls_client_auth');
  const key = byMethod ? 'token_endpoint_auth_method' : 'tls_client_certificate_bound_access_tokens';
  const fix = `Add cert and key under environments.${environment.name}.tls, or under its hosts.`;
  if (clientCertificates(environment.transport).length === 0) {
    const whose = byMethod
      ? `which ${method} of client "${client.name}" needs`
      : `to which the tokens of client "${client.name}" are to be bound`;
    const message = `Environment "${environment.name}" has no client certificate, ${whose}.`;
    return [{ key, message, fix }];
  }
  if (!isStated('token_endpoint', client)) return [];
  const endpoint = bindClientEndpoint('token_endpoint', client, {}, environment);
  const message = 'url' in endpoint ? certificateProblem(client, environment, endpoint.url) : null;
  return message === null ? [] : [{ key, message, fix }];
}

function reveal(value: Value): string {
  return value instanceof Secret ? value.reveal() : value;
}
