/** Causes about tokens that are bound to a key or a certificate (RFC 9449, RFC 8705). */

import { clientCertificateFor } from '../../http/client-certificate.ts';
import { isUrl } from '../../http/url.ts';
import { isMap } from '../../source.ts';
import { missingCertificate } from '../certificate-fix.ts';
import { certificateOf } from '../client-proof.ts';
import { nonceGiven } from '../facts/binding.ts';
import { clocksOf } from '../facts/clocks.ts';
import { headerValue, type Subject, tokenUse } from '../subject.ts';
import {
  answered,
  clientId,
  clientSource,
  credentialName,
  credentialSource,
  type Explain,
  type Explanations,
  originOfHop,
  tokenName,
} from './explanation.ts';

export const binding: Explanations = {
  'token-binding-mismatch': mismatch,
  'dpop-proof-missing': missing,
  'dpop-proof-invalid': invalid,
  'dpop-nonce-required': nonce,
  'client-cert-missing': certificateMissing,
  'client-cert-invalid': certificateInvalid,
};

function cnf(subject: Subject): string | null {
  const claim = tokenUse(subject)?.token?.claims?.['cnf'];
  if (!isMap(claim)) return null;
  if (claim['jkt'] !== undefined) return 'a DPoP key (cnf.jkt)';
  return claim['x5t#S256'] === undefined ? null : 'a client certificate (cnf.x5t#S256)';
}

function mismatch(subject: Subject): ReturnType<Explain> {
  const bound = cnf(subject);
  const sent = subject.hop.request.headers.some(([name]) => name.toLowerCase() === 'dpop')
    ? 'a DPoP proof'
    : 'no DPoP proof';
  const certificate =
    clientCertificateFor(subject.environment.transport, subject.hop.request.url) === null
      ? 'no client certificate'
      : 'the client certificate of tls.cert';
  const scheme = subject.uses[0]?.scheme ?? null;
  const token = tokenName(subject);
  return {
    summary:
      bound === null
        ? `${answered(subject)}: it finds ${token} bound to another key or certificate than was used.`
        : `T${token.slice(1)} is bound to ${bound}; it was sent with ${bound.startsWith('a DPoP') ? `${sent}${scheme === null ? '' : ` in scheme ${scheme}`}` : certificate}, and ${answered(subject)}.`,
    fixSource: credentialSource(subject, 'token'),
  };
}

function missing(subject: Subject): ReturnType<Explain> {
  const algs = subject.challenges
    .find(({ scheme }) => scheme.toLowerCase() === 'dpop')
    ?.parameters.get('algs');
  return {
    summary: `${answered(subject)}: it wants a DPoP proof with ${tokenName(subject)}, and ${subject.hop.request.headers.some(([name]) => name.toLowerCase() === 'dpop') ? 'does not see the one that was sent' : 'none was sent'}.`,
    fix: `Send the token in the scheme DPoP with a proof for ${subject.hop.request.method} ${target(subject)}${algs === undefined ? '' : `, signed with one of ${algs}`}; or let the authorization server issue tokens that are not bound.`,
    fixSource: credentialSource(subject, 'token'),
  };
}

/** The URL that htu is to name: without query and fragment. */
function target(subject: Subject): string {
  const { url } = subject.hop.request;
  if (!isUrl(url)) return url;
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function invalid(subject: Subject): ReturnType<Explain> {
  const { method } = subject.hop.request;
  return {
    summary: `${answered(subject)}: it refuses the DPoP proof of ${credentialName(subject)}, which must have htm ${method} and htu ${target(subject)}.`,
    fix: 'Make a new proof for every request and hop, with iat now and a new jti. Behind a proxy, let the server compare htu with its public URL.',
  };
}

function nonce(subject: Subject): ReturnType<Explain> {
  const latest = subject.response ? headerValue(subject.response, 'dpop-nonce') : null;
  const again = latest !== null && nonceGiven(subject);
  const given =
    latest === null
      ? 'and sent none in DPoP-Nonce'
      : again
        ? 'and refuses the proof with the nonce that it sent in DPoP-Nonce as well'
        : 'and sent one in DPoP-Nonce';
  return {
    summary: `${answered(subject)}: it wants its nonce in the DPoP proof, ${given}.`,
    ...(latest !== null && !again
      ? {}
      : {
          fix: `Let ${originOfHop(subject)} give a nonce in DPoP-Nonce with each use_dpop_nonce, and take it in the next request: servers behind a load balancer must know each other's nonces.`,
        }),
  };
}

function certificateMissing(subject: Subject): ReturnType<Explain> {
  const { transport, name, source } = subject.environment;
  const has = clientCertificateFor(transport, subject.hop.request.url) !== null;
  return {
    summary: `${answered(subject)}: it wants a client certificate, and ${has ? 'did not get that of this environment' : `environment "${name}" has none${transport.clientCertificate ? ' for this host' : ''}`}.`,
    fix:
      missingCertificate(subject) ??
      'Check that the server lists the CA of this certificate, and that nothing in front of it ends TLS.',
    fixSource: source,
  };
}

function certificateInvalid(subject: Subject): ReturnType<Explain> {
  const { name, source, transport } = subject.environment;
  if (subject.stage === 'token' && subject.client?.token_endpoint_auth_method.includes('tls_client_auth'))
    return ofClient(subject);
  return {
    summary: `${answered(subject)}: it refuses the client certificate${clientCertificateFor(transport, subject.hop.request.url) === null ? '' : ` of environment "${name}"`}.`,
    fix: `Use the certificate that was issued for ${name} (environments.${name}.tls.cert); renew it if it is over, or add its CA to what the server trusts.`,
    fixSource: source,
  };
}

/** The certificate is all that proves the client (RFC 8705 section 2). */
function ofClient(subject: Subject): ReturnType<Explain> {
  const { name } = subject.environment;
  const method = subject.client?.token_endpoint_auth_method ?? '';
  const what = method === 'tls_client_auth' ? 'the subject of the certificate' : 'the certificate itself';
  const own = certificateOf(subject);
  const { server, local } = clocksOf(subject);
  const over = own !== null && own.end <= (server ?? local);
  return {
    summary: `${answered(subject)}: it does not take the client certificate of environment "${name}" for ${clientId(subject)} (${method})${over ? `; the certificate ended ${new Date(own.end).toISOString()}` : ''}.`,
    fix: over
      ? `Renew the certificate of environments.${name}.tls.`
      : `Register ${what} for ${clientId(subject)} there, or set environments.${name}.tls to the certificate that is registered.`,
    fixSource: clientSource(subject, 'token_endpoint_auth_method'),
    references: ['RFC 8705 section 2'],
  };
}
