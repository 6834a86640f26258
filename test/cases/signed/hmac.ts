/** Keyed hashes, as webhooks carry them, at receivers that verify them. */
import { createHmac } from 'node:crypto';
import { fieldOf } from '../../support/verifiers.ts';
import type { Case } from '../case.ts';
import { minutes, type Refusal, type Signed, signedCase, type Truth, type Verify } from './signed-case.ts';

const key = 'hook-key-of-production-0123456789';
export const old = 'hook-key-of-last-year-0123456789';
const credential = {
  type: 'hmac',
  key: '${secret.HOOK_KEY}',
  over: '${timestamp}.${body}',
  header: 'X-Signature',
  value: 't=${timestamp},v1=${signature}',
};
const steps = [{ POST: '/events', writes: true, body: { json: { id: 7 } } }];

export interface Words {
  readonly missing: Refusal;
  readonly time: Refusal;
  readonly signature: Refusal;
}
interface Rules {
  readonly words: Words;
  readonly ahead?: number;
  readonly body?: (body: string) => string;
  readonly key?: string;
}

function verifier({ words, ahead = 0, key: own = key, body = (same) => same }: Rules): Verify {
  return (request) => {
    const [, time, signature] = /^t=(\d+),v1=(\w+)$/.exec(fieldOf(request, 'x-signature')) ?? [];
    if (time === undefined) return words.missing;
    if (Math.abs(Number(time) * 1000 - Date.now() - ahead) > 5 * minutes) return words.time;
    const wanted = createHmac('sha256', own)
      .update(`${time}.${body(request.body)}`)
      .digest('hex');
    return wanted === signature ? null : words.signature;
  };
}

export const no = (body: string | object, status = 401): Refusal => ({ status, body });
const silent: Words = {
  missing: no('Unauthorized'),
  time: no('Unauthorized'),
  signature: no('Unauthorized'),
};
const plain: Words = {
  missing: no({ error: 'Missing X-Signature header' }),
  time: no({ error: 'Timestamp is outside of the allowed window' }),
  signature: no({ error: 'Signature mismatch' }),
};
const payments: Words = {
  missing: no('Webhook Error: No stripe-signature header value was provided.', 400),
  time: no('Webhook Error: Timestamp outside the tolerance zone', 400),
  signature: no(
    'Webhook Error: No signatures found matching the expected signature for payload. Are you passing the raw request body you received?',
    400,
  ),
};
const messages: Words = {
  missing: no({ message: 'Missing required headers' }, 400),
  time: no({ message: 'Message timestamp too old' }, 400),
  signature: no({ message: 'No matching signature found' }, 400),
};

export function hookCase(fault: string, truth: Truth, rules: Rules, parts: Partial<Signed> = {}): Case {
  return signedCase(
    `hmac-${fault}`,
    { servers: ['a webhook receiver'], ...truth },
    {
      verify: verifier(rules),
      healedVerify: verifier({ words: rules.words }),
      credential,
      env: { HOOK_KEY: key },
      healedEnv: { HOOK_KEY: key },
      ahead: rules.ahead ?? 0,
      steps,
      ...parts,
    },
  );
}

const wrong = { env: { HOOK_KEY: old } };
const wrongKey = ['signature-invalid', 'header-dropped-by-proxy', 'key-unknown'];

export const hmacCases: readonly Case[] = [
  hookCase(
    'key-wrong',
    { causes: ['signature-invalid'], decisive: ['x-signature'], onlyTold: true },
    { words: plain },
    wrong,
  ),
  hookCase(
    'key-wrong-payments',
    { causes: ['signature-invalid'], decisive: [], onlyTold: true },
    { words: payments },
    wrong,
  ),
  hookCase(
    'key-wrong-messages',
    { causes: ['signature-invalid'], decisive: [], onlyTold: true },
    { words: messages },
    wrong,
  ),
  hookCase(
    'key-wrong-silent',
    { causes: wrongKey, decisive: [], twin: 'signed/hmac-header-dropped-silent' },
    { words: silent },
    wrong,
  ),
  hookCase(
    'header-dropped-silent',
    { causes: ['header-dropped-by-proxy', ...wrongKey], decisive: [], twin: 'signed/hmac-key-wrong-silent' },
    { words: silent },
    { verify: (request) => verifier({ words: silent })({ ...request, headers: [] }) },
  ),
  hookCase(
    'body-rewritten',
    { causes: ['signature-invalid'], decisive: ['body'], onlyTold: true },
    { words: plain, body: (body) => JSON.stringify(JSON.parse(body), null, 2) },
  ),
  hookCase('clock', { causes: ['clock-skew'], decisive: ['ahead'] }, { words: plain, ahead: 9 * minutes }),
  hookCase(
    'clock-payments',
    { causes: ['clock-skew'], decisive: ['behind'] },
    { words: payments, ahead: -9 * minutes },
  ),
  hookCase(
    'clock-messages',
    { causes: ['clock-skew'], decisive: ['ahead'] },
    { words: messages, ahead: 9 * minutes },
  ),
  hookCase(
    'clock-silent',
    {
      causes: ['clock-skew', 'signature-invalid'],
      decisive: ['9 min ahead'],
      twin: 'signed/hmac-key-wrong-at-another-time-silent',
    },
    { words: silent, ahead: 9 * minutes },
  ),
  hookCase(
    'key-wrong-at-another-time-silent',
    {
      causes: ['signature-invalid', 'clock-skew'],
      decisive: ['9 min ahead'],
      twin: 'signed/hmac-clock-silent',
    },
    { words: silent },
    { ...wrong, ahead: 9 * minutes },
  ),
  hookCase(
    'other-header',
    { causes: ['credentials-missing'], decisive: ['X-Signature', 'x-hub-signature'] },
    { words: plain },
    {
      credential: { ...credential, header: 'X-Hub-Signature' },
      healedCredential: credential,
    },
  ),
  hookCase(
    'key-of-staging',
    {
      causes: ['environment-mixup', 'signature-invalid'],
      beside: ['environment-mixup', 'signature-invalid'],
      decisive: ['staging'],
    },
    { words: plain },
    {
      env: { HOOK_KEY: old, STAGING_HOOK_KEY: old },
      staging: {
        credential: { key: '${secret.STAGING_HOOK_KEY}' },
        verify: verifier({ words: plain, key: old }),
      },
    },
  ),
];
