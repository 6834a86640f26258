/** The device flow (RFC 8628): a person confirms a code in any browser, the program asks until it is done. */
import { parseJson } from '../http/json.ts';
import type { Exchange, JsonMap } from '../model.ts';
import type { Secret } from '../secret.ts';
import { isMap } from '../source.ts';
import { describeFailure, finalResponse } from './answer.ts';
import { askedFor, conclude, endpointOf, type LoginContext, type LoginOutcome } from './login.ts';
import { sendLogin } from './login-request.ts';
import type { CredentialFailure } from './presentation.ts';
import { readRefusal } from './token-answer.ts';

export interface DeviceLogin {
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string | null;
  /** Asks until the person has decided; null when `signal` ended it. */
  wait(signal: AbortSignal): Promise<LoginOutcome | null>;
}

/** Seconds between questions (RFC 8628 section 3.2), and what slow_down adds (section 3.5). */
const defaultInterval = 5;
const slowDown = 5;

export async function beginDeviceLogin(
  context: LoginContext,
): Promise<DeviceLogin | { readonly failure: CredentialFailure }> {
  const { credential, environment, parts, authentication, exchanges } = context;
  const { client } = credential;
  const { client_id } = client;
  const device = endpointOf('device_authorization_endpoint', context);
  if ('failure' in device) return device;
  const token = endpointOf('token_endpoint', context);
  if ('failure' in token) return token;
  const server = { issuer: client.issuer.issuer, device_authorization_endpoint: device.url.href };
  const request = {
    environment,
    client,
    authentication,
    endpoint: device.url,
    secrets: new Map<string, Secret>(),
  };
  const exchange = await sendLogin(request, parts.perform, (oauth, auth, options) =>
    oauth.deviceAuthorizationRequest(server, { client_id }, auth, askedFor(credential), options),
  );
  exchanges.push(exchange);
  const answer = readDeviceAnswer(exchange, context);
  if ('message' in answer) return { failure: answer };
  return { ...answer.shown, wait: (signal) => poll(context, token.url, answer, signal) };
}

interface DeviceAnswer {
  readonly device_code: Secret;
  /** Seconds. */
  readonly interval: number;
  readonly shown: Omit<DeviceLogin, 'wait'>;
}

function readDeviceAnswer(
  exchange: Exchange,
  { credential, parts }: LoginContext,
): DeviceAnswer | CredentialFailure {
  const { ledger, redactor } = parts;
  const fails = (message: string, error: string | null = null): CredentialFailure => ({
    error,
    message: redactor.redact(message.replace('The token endpoint', 'The device authorization endpoint')),
    exchange,
    shared: false,
  });
  const members = membersOf(exchange);
  const device_code = members?.['device_code'];
  if (typeof device_code === 'string') ledger.secret(`${credential.name} device_code`, device_code);
  const refusal = readRefusal(exchange, redactor);
  if (refusal) return fails(refusal.message, refusal.error);
  if (finalResponse(exchange)?.status !== 200)
    return fails(describeFailure('The device authorization endpoint', exchange, redactor));
  const text = (name: string): string | null => {
    const value = members?.[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const [code, user_code, verification_uri] = ['device_code', 'user_code', 'verification_uri'].map(text);
  if (!code || !user_code || !verification_uri) {
    return fails(
      'The device authorization endpoint answered without device_code, user_code and verification_uri (RFC 8628 section 3.2).',
    );
  }
  const interval = members?.['interval'];
  return {
    device_code: ledger.secret(`${credential.name} device_code`, code),
    interval: typeof interval === 'number' && interval > 0 ? interval : defaultInterval,
    shown: { user_code, verification_uri, verification_uri_complete: text('verification_uri_complete') },
  };
}

function membersOf(exchange: Exchange): JsonMap | null {
  const parsed = parseJson(new TextDecoder().decode(finalResponse(exchange)?.body.content));
  return 'value' in parsed && isMap(parsed.value) ? parsed.value : null;
}

async function poll(
  context: LoginContext,
  endpoint: URL,
  { device_code, interval }: DeviceAnswer,
  signal: AbortSignal,
): Promise<LoginOutcome | null> {
  const { credential, environment, parts, authentication } = context;
  const { client } = credential;
  const server = { issuer: client.issuer.issuer, token_endpoint: endpoint.href };
  const secrets = new Map([['device_code', device_code]]);
  const request = { environment, client, authentication, endpoint, secrets };
  let pause = interval;
  for (;;) {
    await parts.clock.sleep(pause * 1000, signal);
    if (signal.aborted) return null;
    const exchange = await sendLogin(request, parts.perform, (oauth, auth, options) =>
      oauth.deviceCodeGrantRequest(
        server,
        { client_id: client.client_id },
        auth,
        device_code.reveal(),
        options,
      ),
    );
    const outcome = await conclude(exchange, context);
    if (!('failure' in outcome)) return outcome;
    const { error } = outcome.failure;
    if (error === 'slow_down') pause += slowDown;
    else if (finalResponse(exchange) === null) pause *= 2;
    else if (error !== 'authorization_pending') return outcome;
  }
}
