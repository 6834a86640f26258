/** Device authorization (RFC 8628): a person approves elsewhere, and the token endpoint is asked until it is done. */

import { wireNames } from '../../http/grant-types.ts';
import { parseJson } from '../../http/json.ts';
import type { Exchange, JsonMap } from '../../model.ts';
import type { Secret } from '../../secret.ts';
import { isMap } from '../../source.ts';
import { address, describeFailure, finalResponse } from '../answer.ts';
import {
  type AcquisitionDoors,
  type AcquisitionParts,
  type Attempt,
  type Failed,
  unsentFailure,
} from './acquiring.ts';
import { deviceRequestOf, redemptionOf } from './grant.ts';
import { endpointOf, type Granted, sendGrant } from './grant-request.ts';
import { readRefusal } from './token-answer.ts';
import { requestToken } from './token-request.ts';

/** Seconds, where the answer says nothing (RFC 8628 section 3.2), and by which slow_down makes it longer. */
const usualInterval = 5;
/** Seconds. A server that names none would be asked without end. */
const shortestInterval = 1;
/** Seconds; the answer must say it. */
const usualLife = 600;

interface Device {
  readonly device_code: Secret;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string | null;
  /** Seconds. */
  readonly expires_in: number;
  readonly interval: number;
}

export async function grantByDevice(attempt: Attempt, parts: AcquisitionParts): Promise<Granted> {
  const { doors, breaker } = parts;
  const { credential } = attempt;
  const { prompt } = doors;
  if (!prompt) {
    const { name, asks } = credential;
    const once = asks?.store ? ` Log in once: why401 login ${name} --env ${attempt.environment.name}.` : '';
    const why = `The credential "${name}" has grant_type device_code, which needs a person at a terminal who approves it; this run has none.${once}`;
    return { failure: unsentFailure(doors.redactor.redact(why), attempt.environment), closes: 'credential' };
  }
  // The wait for the person keeps no other credential of the client waiting.
  const asked = await breaker.firstAlone(attempt.clientKey, async () => {
    const stopped = breaker.refusal(attempt.credentialKey, attempt.clientKey);
    return stopped ? { failure: stopped, closes: null } : askForCodes(attempt, doors);
  });
  if ('failure' in asked) return asked;
  const endpoint = await endpointOf('token_endpoint', attempt, doors, null);
  if ('failure' in endpoint) return { failure: endpoint.failure, closes: null };
  prompt(promptOf(asked, credential.name, attempt.environment.name, doors));
  return poll(attempt, endpoint.url, asked, doors);
}

async function askForCodes(attempt: Attempt, doors: AcquisitionDoors): Promise<Device | Failed> {
  const { credential, environment, authentication, exchanges } = attempt;
  const found = await endpointOf('device_authorization_endpoint', attempt, doors, wireNames.device_code);
  if ('failure' in found) return { failure: found.failure, closes: null };
  const grant = deviceRequestOf(credential);
  const exchange = await requestToken(
    { credential, environment, endpoint: found.url, authentication, grant },
    doors.perform,
  );
  exchanges.push(exchange);
  const refusal = readRefusal(exchange, doors.redactor);
  if (refusal) {
    const { error, message, closes } = refusal;
    const said = message.replace(/^The token endpoint/, 'The device authorization endpoint');
    return { failure: failureOf(said, exchange, doors, error), closes: closes ?? 'credential' };
  }
  const device = readDevice(exchange, credential.name, doors);
  if (device) return device;
  const subject = 'The device authorization endpoint';
  const response = finalResponse(exchange);
  const hop = exchange.hops.at(-1);
  const said =
    response?.status === 200 && hop
      ? `${subject} (${address(hop)}) answered 200 without device_code, user_code and verification_uri (RFC 8628 section 3.2).`
      : describeFailure(subject, exchange, doors.redactor);
  return { failure: failureOf(said, exchange, doors), closes: null };
}

function readDevice(exchange: Exchange, name: string, { ledger }: AcquisitionDoors): Device | null {
  const response = finalResponse(exchange);
  if (response?.status !== 200) return null;
  const parsed = parseJson(new TextDecoder().decode(response.body.content));
  const members: JsonMap = 'value' in parsed && isMap(parsed.value) ? parsed.value : {};
  const text = (key: string): string | null => {
    const value = members[key];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const number = (key: string, otherwise: number): number => {
    const value = members[key];
    return typeof value === 'number' && value >= 0 ? value : otherwise;
  };
  const device_code = text('device_code');
  const user_code = text('user_code');
  // Some servers use the name of an early draft.
  const verification_uri = text('verification_uri') ?? text('verification_url');
  if (device_code === null || user_code === null || verification_uri === null) return null;
  return {
    device_code: ledger.secret(`${name} device_code`, device_code),
    user_code,
    verification_uri,
    verification_uri_complete: text('verification_uri_complete'),
    expires_in: number('expires_in', usualLife),
    interval: number('interval', usualInterval),
  };
}

function promptOf(
  { verification_uri, verification_uri_complete, user_code, expires_in }: Device,
  name: string,
  environment: string,
  { redactor }: AcquisitionDoors,
): string {
  // Control characters are commands to a terminal.
  const shown = (text: string): string => redactor.redact(text).replace(/\p{Cc}+/gu, ' ');
  const whole =
    verification_uri_complete === null
      ? ''
      : `or open this one, which has the code in it:\n\n  ${shown(verification_uri_complete)}\n\n`;
  return (
    `Credential "${name}" (${environment}) needs a person. Open this address in any browser, and enter the code ${shown(user_code)}:\n\n` +
    `  ${shown(verification_uri)}\n\n${whole}The code is good for ${Math.round(expires_in / 60)} min.`
  );
}

/** RFC 8628 section 3.5. */
async function poll(
  attempt: Attempt,
  endpoint: URL,
  { device_code, expires_in, interval }: Device,
  doors: AcquisitionDoors,
): Promise<Granted> {
  const { clock, signal } = doors;
  const grant = redemptionOf(attempt.credential, [['device_code', device_code]]);
  const end = clock.monotonic() + expires_in * 1000;
  let wait = Math.max(interval, shortestInterval);
  let last: Exchange | null = null;
  while (true) {
    const left = Math.max(0, end - clock.monotonic());
    await clock.sleep(Math.min(wait * 1000, left + 1), signal);
    const why = signal?.aborted ? 'The run was ended' : clock.monotonic() > end ? 'The code ended' : null;
    if (why) {
      const message = `${why} before a person had approved the credential "${attempt.credential.name}".`;
      const failure = { ...unsentFailure(message, attempt.environment), ...(last ? { exchange: last } : {}) };
      return { failure, closes: 'credential' };
    }
    const granted = await sendGrant(attempt, endpoint, grant, doors);
    if ('answer' in granted) return granted;
    const { error, exchange } = granted.failure;
    last = exchange;
    // Whoever hears nothing asks less often.
    if (error === null && finalResponse(exchange) === null) wait *= 2;
    else if (error === 'slow_down') wait += usualInterval;
    else if (error !== 'authorization_pending')
      return { failure: granted.failure, closes: granted.closes ?? 'credential' };
  }
}

function failureOf(
  message: string,
  exchange: Exchange,
  { redactor }: AcquisitionDoors,
  error: string | null = null,
): Failed['failure'] {
  return { error, message: redactor.redact(message), exchange, shared: false };
}
