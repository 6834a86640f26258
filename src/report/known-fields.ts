/** Secrets that a server names itself: tokens and codes in answers to which no credential belongs. */
import type { Exchange, Hop, RunEvent } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { received } from './hop.ts';

/** Shorter values are words, not secrets. */
const shortest = 16;
/** Bytes of a body that are searched. */
const searched = 65_536;

const inAddress = /[?&#](code|access_token|id_token|refresh_token)=([^&#\s"'<>]+)/g;
const inJson =
  /"(access_token|id_token|refresh_token|device_code|client_secret|registration_access_token)"\s*:\s*"((?:[^"\\]|\\.)+)"/g;
/** Parts of the names in `inJson`. */
const words = ['_token"', 'device_code"', 'client_secret"'];
const inForm =
  /<input\b[^>]*\bname=["']?(code|[\w-]*(?:token|csrf|xsrf)[\w-]*)["']?[^>]*\bvalue=["']?([^"'\s>]+)/gi;

/** The redactor learns what the answers of the event name; what it knows already keeps its name. */
export function learnKnownFields(event: RunEvent, redactor: Redactor): void {
  if (event.type === 'step-finished') learnFrom(event.step.exchanges, redactor);
  if (event.type === 'job-finished') for (const step of event.job.steps) learnFrom(step.exchanges, redactor);
}

export function learnFrom(exchanges: readonly Exchange[], redactor: Redactor): void {
  for (const { hops } of exchanges) for (const hop of hops) learnFromHop(hop, redactor);
}

function learnFromHop(hop: Hop, redactor: Redactor): void {
  if (!hop.response) return;
  for (const location of received(hop, 'location')) {
    for (const [, name = '', value = ''] of location.matchAll(inAddress))
      learn(name, unescaped(value), redactor);
  }
  const bytes = Buffer.from(hop.response.body.content.subarray(0, searched));
  const isPage = bytes.includes('<input');
  if (!isPage && !words.some((word) => bytes.includes(word))) return;
  const text = bytes.toString('utf8');
  for (const [, name = '', value = ''] of text.matchAll(inJson)) {
    const parsed: unknown = isJson(value) ? JSON.parse(`"${value}"`) : value;
    learn(name, String(parsed), redactor);
  }
  if (isPage) for (const [, name = '', value = ''] of text.matchAll(inForm)) learn(name, value, redactor);
}

function learn(name: string, value: string, redactor: Redactor): void {
  if (value.length >= shortest) redactor.learn(name, value);
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return value;
  }
}

/** Between quotation marks. */
function isJson(text: string): boolean {
  try {
    JSON.parse(`"${text}"`);
    return true;
  } catch {
    return false;
  }
}
