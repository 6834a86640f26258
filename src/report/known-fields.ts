/** Secrets that requests and answers name themselves: tokens, codes and session ids to which no credential belongs. */
import { parseSetCookie } from '../http/cookie-parse.ts';
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

const tokens =
  'access_token|id_token|refresh_token|logout_token|session_token|registration_access_token|device_code|client_secret|client_assertion|assertion|code_verifier';
/** Pushed requests (RFC 9126), not addresses that a client publishes. */
const pushed = 'request_uri=(?=urn(?::|%3A))';
/** Session ids of servlet containers, PHP, ASP.NET and others; CAS tickets; signatures of signed addresses. */
const sessions =
  'jsessionid|phpsessid|sessionid|session_id|sid|ticket|SAMLResponse|SAMLart|sig|X-Amz-Signature';
const inAddress = new RegExp(`[?&#](?:(code|${tokens}|${sessions})=|${pushed})([^&#\\s"'<>]+)`, 'gi');
/** RFC 3986 section 3.3: parameters of a segment. */
const inSegment = /;(jsessionid|phpsessid|sid)=([^;?&#/\s"'<>]+)/gi;
const inUserinfo = /\/\/[^/?#@:\s]*:([^/?#@\s]{8,})@/g;
const inJson = new RegExp(
  `"(${tokens}|accessToken|idToken|refreshToken|sessionToken|clientSecret|deviceCode|csrfToken|request_uri(?="\\s*:\\s*"urn:))"\\s*:\\s*"((?:[^"\\\\]|\\\\.)+)"`,
  'g',
);
/** Parts of the names in `inJson`. */
const words = [
  'oken"',
  'device_code"',
  'deviceCode"',
  'ecret"',
  'assertion"',
  'code_verifier"',
  'request_uri"',
];
/** A field of a form: hostile pages have thousands that never end. */
const field = /<input\b([^<>]{1,8192})>/gi;
const fieldName = /\bname\s*=\s*["']?([^"'\s>]+)/i;
const fieldValue = /\bvalue\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'\s>]+))/i;
const secretField = /^(?:code|SAMLResponse|[\w.-]*(?:token|csrf|xsrf|viewstate|nonce)[\w.-]*)$/i;

/** The redactor learns what the answers of the event name; what it knows already keeps its name. */
export function learnKnownFields(event: RunEvent, redactor: Redactor): void {
  if (event.type === 'step-finished') learnFrom(event.step.exchanges, redactor);
  if (event.type === 'job-finished') for (const step of event.job.steps) learnFrom(step.exchanges, redactor);
}

export function learnFrom(exchanges: readonly Exchange[], redactor: Redactor): void {
  for (const { hops } of exchanges) for (const hop of hops) learnFromHop(hop, redactor);
}

function learnFromHop(hop: Hop, redactor: Redactor): void {
  for (const [name, value] of hop.request.headers) learnSent(name.toLowerCase(), value, redactor);
  if (!hop.response) return;
  for (const line of received(hop, 'set-cookie')) {
    const { name, value } = parseSetCookie(line);
    if (!isShown(value)) learn(`cookie ${name}`, value, redactor);
  }
  for (const name of ['location', 'content-location', 'refresh'])
    for (const address of received(hop, name)) learnFromAddress(address, redactor);
  learnFromBody(Buffer.from(hop.response.body.content.subarray(0, searched)), redactor);
}

/** Credentials that somebody wrote into a request itself; of others the record holds names only. */
function learnSent(name: string, value: string, redactor: Redactor): void {
  if (isShown(value)) return;
  if (name === 'authorization' || name === 'proxy-authorization') {
    const [, scheme = '', token = ''] = /^([\w-]+) +([\w.~+/-]+=*)$/.exec(value) ?? [];
    learn(`${scheme} of ${name}`, token, redactor);
  } else if (name === 'cookie') {
    for (const pair of value.split(/; */)) {
      const at = pair.indexOf('=');
      learn(`cookie ${pair.slice(0, at)}`, pair.slice(at + 1), redactor);
    }
  }
}

/** It went through the redactor before. */
function isShown(value: string): boolean {
  return value.includes('[secret:');
}

function learnFromBody(bytes: Buffer, redactor: Redactor): void {
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
  if (!isPage) return;
  for (const [, attributes = ''] of text.matchAll(field)) {
    const [, name = ''] = fieldName.exec(attributes) ?? [];
    if (!secretField.test(name)) continue;
    const [, double, single, bare = ''] = fieldValue.exec(attributes) ?? [];
    learn(name, double ?? single ?? bare, redactor);
  }
}

function learnFromAddress(address: string, redactor: Redactor): void {
  for (const [, password = ''] of address.matchAll(inUserinfo))
    redactor.learn('password', unescaped(password));
  let text = address;
  for (let depth = 0; depth <= deepest; depth += 1) {
    for (const [, name = '', value = ''] of text.matchAll(inSegment)) learn(name, unescaped(value), redactor);
    for (const [, name = 'request_uri', value = ''] of text.matchAll(inAddress)) {
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

function learn(name: string, value: string, redactor: Redactor): void {
  if (value.length >= shortest && !isShown(value)) redactor.learn(name, value);
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
