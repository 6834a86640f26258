/** Secrets that requests and answers name themselves: tokens, codes and session ids to which no credential belongs. */
import { parseSetCookie } from '../http/cookie-parse.ts';
import { metaRefresh } from '../http/refresh.ts';
import type { Exchange, Hop, RunEvent } from '../model.ts';
import { namedIn, nameTells, type Redactor, tokenNames } from '../secret.ts';
import { received } from './hop.ts';

/** Shorter values are words, not secrets. */
const shortest = 16;
/** Bytes of a body that are searched: what a check quotes may stand far behind what a report shows. */
const searched = 1 << 20;

/** An address within the query of another is encoded once more. */
const deepest = 3;

/** Pushed requests (RFC 9126), not addresses that a client publishes. */
const pushed = 'request_uri=(?=urn(?::|%3A))';
/** Session ids of servlet containers, PHP, ASP.NET and others; CAS tickets; signatures of signed addresses. */
const short =
  'code|jsessionid|phpsessid|sessionid|session_id|sid|ticket|SAMLResponse|SAMLart|sig|X-Amz-Signature';
const inAddress = new RegExp(`[?&#](?:(${tokenNames.join('|')}|${short})=|${pushed})([^&#\\s"'<>]+)`, 'gi');
/** RFC 3986 section 3.3: parameters of a segment. */
const inSegment = /;(jsessionid|phpsessid|sid)=([^;?&#/\s"'<>]+)/gi;
const inUserinfo = /\/\/[^/?#@:\s]*:([^/?#@\s]{8,})@/g;
const pushedInJson = /"request_uri"\s{0,20}:\s{0,20}"(urn:[^"\\]+)"/g;
/** A field of a form: hostile pages have thousands that never end. */
const field = /<(?:input|meta)\b([^<>]{1,8192})>/gi;
const fieldName = /\bname\s*=\s*["']?([^"'\s>]+)/i;
const fieldValue = /\b(?:value|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'\s>]+))/i;
const secretField = /^(?:code|SAMLResponse|[\w.-]*(?:token|csrf|xsrf|viewstate|nonce)[\w.-]*)$/i;

/** A session id and its signature, as Express writes them. */
const signed = /^s:([^.]+)\./;

/** The redactor learns what the answers of the event name; what it knows already keeps its name. */
export function learnKnownFields(event: RunEvent, redactor: Redactor): void {
  if (event.type === 'step-finished') learnFrom(event.step.exchanges, redactor);
  if (event.type === 'job-finished') for (const step of event.job.steps) learnFrom(step.exchanges, redactor);
}

export function learnFrom(exchanges: readonly Exchange[], redactor: Redactor): void {
  for (const { hops } of exchanges) for (const hop of hops) learnFromHop(hop, redactor);
}

const learnt = new WeakMap<Redactor, WeakSet<Hop>>();

/** A hop comes with its step, with its job, and for each reporter. */
function isNew(hop: Hop, redactor: Redactor): boolean {
  const hops = learnt.get(redactor) ?? new WeakSet();
  learnt.set(redactor, hops);
  const known = hops.has(hop);
  hops.add(hop);
  return !known;
}

function learnFromHop(hop: Hop, redactor: Redactor): void {
  if (!isNew(hop, redactor)) return;
  learnFromAddress(hop.request.url, redactor);
  for (const [name, value] of hop.request.headers) learnSent(name.toLowerCase(), value, redactor);
  if (!hop.response) return;
  for (const line of received(hop, 'set-cookie')) {
    const { name, value } = parseSetCookie(line);
    if (isShown(value)) continue;
    learn(`cookie ${name}`, value, redactor);
    learnNamed(value, redactor);
    // What the server calls the session by.
    learn(`cookie ${name}`, signed.exec(unescaped(value))?.[1] ?? '', redactor);
  }
  const fields = hop.response.headers.filter(([name]) => name.toLowerCase() !== 'set-cookie');
  learnNamed(fields.map(([name, value]) => `${name}: ${value}`).join('\n'), redactor);
  for (const name of ['location', 'content-location', 'refresh'])
    for (const address of received(hop, name)) learnFromAddress(address, redactor);
  learnFromBody(Buffer.from(hop.response.body.content.subarray(0, searched)), redactor);
}

function learnNamed(text: string, redactor: Redactor): void {
  for (const [name, value] of namedIn(text)) learn(name, value, redactor);
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
  } else learnNamed(`${name}: ${value}`, redactor);
}

/** It went through the redactor before. */
function isShown(value: string): boolean {
  return value.includes('[secret:');
}

function learnFromBody(bytes: Buffer, redactor: Redactor): void {
  if (bytes.length < shortest) return;
  const text = bytes.toString('utf8');
  learnNamed(text, redactor);
  if (bytes.includes('http-equiv')) learnFromAddress(metaRefresh(text)?.reference ?? '', redactor);
  if (bytes.includes('request_uri'))
    for (const [, value = ''] of text.matchAll(pushedInJson)) learn('request_uri', value, redactor);
  for (const [, attributes = ''] of text.matchAll(field)) {
    const [, name = ''] = fieldName.exec(attributes) ?? [];
    if (!secretField.test(name) && nameTells(name) === null) continue;
    const [, double, single, bare = ''] = fieldValue.exec(attributes) ?? [];
    learn(name, double ?? single ?? bare, redactor);
  }
}

function learnFromAddress(address: string, redactor: Redactor): void {
  for (const [, password = ''] of address.matchAll(inUserinfo))
    redactor.learn('password', unescaped(password));
  learnNamed(address, redactor);
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
