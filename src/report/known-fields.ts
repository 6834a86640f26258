/** Secrets that a server names itself: tokens and codes in answers to which no credential belongs. */
import { metaRefresh } from '../http/refresh.ts';
import type { Exchange, Hop, RunEvent } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { received } from './hop.ts';

/** Shorter values are words, not secrets. */
const shortest = 16;
/** Bytes of a body that are searched. */
const searched = 65_536;

/** An address within the query of another is encoded once more. */
const deepest = 3;

const inAddress = /[?&#](code|access_token|id_token|refresh_token)=([^&#\s"'<>]+)/g;
const inUserinfo = /\/\/[^/?#@:\s]*:([^/?#@\s]{8,})@/g;
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
  for (const name of ['location', 'content-location', 'refresh'])
    for (const address of received(hop, name)) learnFromAddress(address, redactor);
  const bytes = Buffer.from(hop.response.body.content.subarray(0, searched));
  const isPage = bytes.includes('<input');
  if (bytes.includes('http-equiv')) {
    const { reference } = metaRefresh(bytes.toString('utf8')) ?? { reference: null };
    learnFromAddress(reference ?? '', redactor);
  }
  if (!isPage && !words.some((word) => bytes.includes(word))) return;
  const text = bytes.toString('utf8');
  for (const [, name = '', value = ''] of text.matchAll(inJson)) {
    const parsed: unknown = isJson(value) ? JSON.parse(`"${value}"`) : value;
    learn(name, String(parsed), redactor);
  }
  if (isPage) for (const [, name = '', value = ''] of text.matchAll(inForm)) learn(name, value, redactor);
}

function learnFromAddress(address: string, redactor: Redactor): void {
  for (const [, password = ''] of address.matchAll(inUserinfo))
    redactor.learn('password', unescaped(password));
  let text = address;
  for (let depth = 0; depth <= deepest; depth += 1) {
    for (const [, name = '', value = ''] of text.matchAll(inAddress)) {
      const plain = unescaped(value);
      learn(name, plain, redactor);
      // As it stands there.
      let written = plain;
      for (let times = 0; times < depth; times += 1) written = escaped(written);
      if (depth > 0) learn(name, written, redactor);
    }
    const decoded = text.replace(/%[2-7][0-9A-Fa-f]/g, (code) => unescaped(code));
    if (decoded === text) return;
    text = decoded;
  }
}

/** What stands in a report that is read again; the name may be cut off at a blank. */
const placeholder = /^\[secret:[^\]]*\]?$/;

function learn(name: string, value: string, redactor: Redactor): void {
  if (value.length >= shortest && !placeholder.test(value)) redactor.learn(name, value);
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return value;
  }
}

function escaped(value: string): string {
  try {
    return encodeURIComponent(value);
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
