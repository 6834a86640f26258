/** Verifiers of signatures in words that the rules were not written by; nothing in the rules was changed for the first run. */
import type { Case } from '../case.ts';
import { hookCase, no, old, type Words } from '../signed/hmac.ts';
import { type Fault, messageCase, other } from '../signed/message-signatures.ts';
import { minutes, type Refusal, type Truth } from '../signed/signed-case.ts';

const told = { onlyTold: true, written: 'after the rules' } as const;
const wrong = { env: { HOOK_KEY: old } };

function hook(
  name: string,
  causes: readonly string[],
  words: Partial<Words>,
  given: { readonly ahead?: number } = {},
): Case {
  const refusals = {
    missing: no('Unauthorized'),
    time: no('Unauthorized'),
    signature: no('Unauthorized'),
    ...words,
  };
  const timed = given.ahead !== undefined;
  const truth: Truth = timed
    ? { causes, decisive: [], written: told.written }
    : { causes, decisive: [], ...told };
  return hookCase(`after-${name}`, truth, { words: refusals, ...given }, timed ? {} : wrong);
}

const skew = { ahead: 9 * minutes };

const hooks: readonly Case[] = [
  hook('chat-signature', ['signature-invalid'], { signature: no({ error: 'invalid_request_signature' }) }),
  hook('chat-time', ['clock-skew'], { time: no({ error: 'request timestamp is stale' }, 403) }, skew),
  hook('forge', ['signature-invalid'], { signature: no("Signatures didn't match!", 401) }),
  hook('gateway', ['signature-invalid'], { signature: no({ message: 'HMAC signature does not match' }) }),
  hook(
    'gateway-time',
    ['clock-skew'],
    { time: no({ message: 'HMAC signature cannot be verified, a valid date or x-date header is required' }) },
    skew,
  ),
  hook('exchange', ['signature-invalid'], {
    signature: no({ code: -1022, msg: 'Signature for this request is not valid.' }, 400),
  }),
  hook(
    'exchange-time',
    ['clock-skew'],
    { time: no({ code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' }, 400) },
    skew,
  ),
  hook('exchange-expired', ['clock-skew'], { time: no({ message: 'request timestamp expired' }, 400) }, skew),
  hook('cloud', ['signature-invalid'], {
    signature: no(
      {
        code: 'SignatureDoesNotMatch',
        message: 'Specified signature is not matched with our calculation.',
      },
      400,
    ),
  }),
  hook('cloud-credentials', ['signature-invalid'], {
    signature: no({
      code: 'AuthFailure.SignatureFailure',
      message: 'The provided credentials could not be validated. Please check your signature is correct.',
    }),
  }),
  hook('storage', ['signature-invalid'], {
    signature: no(
      {
        code: 'AuthenticationFailed',
        detail:
          "The MAC signature found in the HTTP request 'x' is not the same as any computed signature. Server used following string to sign: 'POST'.",
      },
      403,
    ),
  }),
  hook('edge', ['signature-invalid'], {
    signature: no({ title: 'Not authorized', detail: 'The signature does not match' }),
  }),
  hook(
    'edge-time',
    ['clock-skew'],
    { time: no({ title: 'Bad request', detail: 'Invalid timestamp' }, 400) },
    skew,
  ),
  hook('phone', ['signature-invalid'], { signature: no('Request validation failed: signature', 403) }),
  hook('shop', ['signature-invalid'], { signature: no({ errors: 'HMAC validation failed' }) }),
  hook('framework', ['signature-invalid'], { signature: no({ detail: 'Bad signature' }, 400) }),
  hook('computed', ['signature-invalid'], {
    signature: no({ error: 'Computed signature differs from the one in X-Signature' }),
  }),
];

function says(detail: string, status = 401): (fault: Fault) => Refusal {
  return (fault) => ({ status, body: { error: fault === 'none' ? 'Request not signed' : detail } });
}

const messages: readonly Case[] = [
  messageCase(
    'after-federation-key',
    { causes: ['key-unknown'], decisive: ['ci-2026'], ...told },
    { says: says('Public key not found for key ci-2026'), keys: [] },
  ),
  messageCase(
    'after-federation',
    { causes: ['signature-invalid'], decisive: ['ci-2026'], ...told },
    { says: says('Verification failed for ci using rsa-sha256') },
    { env: { KEY: other } },
  ),
  messageCase(
    'after-federation-time',
    { causes: ['clock-skew'], decisive: ['ahead'], written: 'after the rules' },
    { says: says('Signed request date outside acceptable time window'), ahead: 10 * minutes },
  ),
  messageCase(
    'after-federation-digest',
    { causes: ['signature-invalid'], decisive: ['content-digest'], ...told },
    {
      says: says('Invalid Digest value. Computed SHA-256 digest: abc; given: def'),
      between: (request) => ({ ...request, body: `${request.body} ` }),
    },
    { steps: [{ POST: '/orders', writes: true, body: { json: { id: 7 } } }] },
  ),
  messageCase(
    'after-registry',
    { causes: ['key-unknown'], decisive: ['ci-2026'], ...told },
    { says: says('The key ci-2026 is not registered with this service'), keys: [] },
  ),
  messageCase(
    'after-age',
    { causes: ['clock-skew'], decisive: ['ahead'], written: 'after the rules' },
    { says: says('Signature parameter created is too far in the past'), ahead: 10 * minutes },
  ),
  messageCase(
    'after-base',
    { causes: ['signature-invalid'], decisive: ['@target-uri'], ...told },
    {
      says: says('signature base does not verify'),
      between: (request) => ({ ...request, url: `/v1${request.url}` }),
    },
  ),
];

export const cases: readonly Case[] = [...hooks, ...messages];
