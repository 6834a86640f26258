/** One hop as checks look at it: what costs anything is read when it is asked for, and once. */

import { localMidpoint } from '../diagnose/subject.ts';
import { type Challenge, parseChallenges } from '../http/challenge.ts';
import { type Assessed, assessSetCookie } from '../http/cookie-store.ts';
import { parseJson } from '../http/json.ts';
import { isLoopback } from '../http/origin.ts';
import { isUrl } from '../http/url.ts';
import type { CredentialUse, Environment, Exchange, Hop, Issuer, Json, JsonMap, Response } from '../model.ts';
import { isMap } from '../source.ts';
import { type Endpoint, endpointOf } from './endpoint.ts';
import { byName, firstByte, startsJson } from './fields.ts';
import type { Known } from './known.ts';

/** Bytes of a body in which words are looked for. */
const searched = 65_536;
/** Bytes of a JSON document that is read; metadata and token answers are far shorter. */
const longestDocument = 262_144;
const noChallenges: readonly Challenge[] = [];

export class Seen {
  readonly environment: Environment;
  readonly exchange: Exchange;
  readonly hop: Hop;
  readonly known: Known;
  readonly url: URL;
  readonly response: Response | null;
  /** 0 where there is no answer. */
  readonly status: number;
  readonly endpoint: Endpoint;
  readonly #received: Map<string, string[]>;
  readonly #sent: Map<string, string[]>;
  #challenges: readonly Challenge[] | null = null;
  #text: string | null = null;
  #json: Json | undefined;
  #jsonRead = false;
  #form: URLSearchParams | null | undefined;
  #cookies: readonly Assessed[] | null = null;
  #cached: string | null | undefined;

  constructor(environment: Environment, exchange: Exchange, hop: Hop, known: Known) {
    this.environment = environment;
    this.exchange = exchange;
    this.hop = hop;
    this.known = known;
    this.url = new URL(hop.request.url);
    this.response = hop.response;
    this.status = hop.response?.status ?? 0;
    this.#received = byName(hop.response?.headers ?? []);
    this.#sent = byName(hop.request.headers);
    this.endpoint = endpointOf(exchange, hop, this.url, () => this.form);
  }

  get origin(): string {
    return this.url.origin;
  }

  /** The hop that followed this one. */
  get next(): Hop | null {
    return this.exchange.hops[this.hop.index] ?? null;
  }

  get isLast(): boolean {
    return this.hop.index === this.exchange.hops.length;
  }

  get isSuccess(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get isHttps(): boolean {
    return this.url.protocol === 'https:';
  }

  /** Nothing of it left this machine. */
  get isLocal(): boolean {
    const { hostname } = this.url;
    const address = this.hop.remote?.replace(/:\d+$/, '').replace(/^\[|\]$/g, '') ?? hostname;
    const key = `${hostname} ${address}`;
    const known = this.known.local.get(key);
    if (known !== undefined) return known;
    const local = isLoopback(hostname) || isLoopback(address);
    this.known.local.set(key, local);
    return local;
  }

  /** Values of a field of the answer; `name` in lower case. */
  received(name: string): readonly string[] {
    return this.#received.get(name) ?? [];
  }

  /** The values joined as RFC 9110 section 5.3 allows, or null. */
  header(name: string): string | null {
    return this.#received.get(name)?.join(', ') ?? null;
  }

  sent(name: string): string | null {
    return this.#sent.get(name)?.join(', ') ?? null;
  }

  /** Media type without parameters, in lower case; empty where none is said. */
  get mediaType(): string {
    return (this.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  }

  /** The body begins as markup does. */
  get isMarkup(): boolean {
    return firstByte(this.response?.body.content) === 0x3c;
  }

  get isJsonType(): boolean {
    return /[/+]json$/.test(this.mediaType);
  }

  /** Directives of Cache-Control in lower case, values included. */
  get cacheControl(): readonly string[] {
    return (this.header('cache-control') ?? '')
      .toLowerCase()
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
  }

  /** How it shows that a cache answered, or null: Age above 0, or a field that says hit. */
  get cached(): string | null {
    if (this.#cached === undefined) this.#cached = this.#received.size === 0 ? null : this.#cachedBy();
    return this.#cached;
  }

  #cachedBy(): string | null {
    const age = this.header('age');
    if (age !== null && Number(age) > 0) return `Age: ${age}`;
    for (const name of ['x-cache', 'cf-cache-status', 'x-cache-status', 'cache-status']) {
      const value = this.header(name);
      if (value !== null && /(?:^|[\s;,])hit\b/i.test(value)) return `${name}: ${value}`;
    }
    return null;
  }

  get challenges(): readonly Challenge[] {
    if (!this.#received.has('www-authenticate')) return noChallenges;
    this.#challenges ??= parseChallenges(this.received('www-authenticate'));
    return this.#challenges;
  }

  /** Of the challenges and of JSON bodies of refusals. */
  get error(): string | null {
    for (const { parameters } of this.challenges) {
      const error = parameters.get('error');
      if (error !== undefined) return error;
    }
    return null;
  }

  /** Beginning of the body. */
  get text(): string {
    this.#text ??= Buffer.from(this.response?.body.content.subarray(0, searched) ?? []).toString('utf8');
    return this.#text;
  }

  /** The body where it is a JSON text of a size that documents have; undefined otherwise. */
  get json(): Json | undefined {
    if (this.#jsonRead) return this.#json;
    this.#jsonRead = true;
    const body = this.response?.body;
    if (!body || body.content.length > longestDocument || !startsJson(body.content)) return undefined;
    const parsed = parseJson(Buffer.from(body.content).toString('utf8'));
    if ('value' in parsed) this.#json = parsed.value;
    return this.#json;
  }

  get members(): JsonMap | null {
    return isMap(this.json) ? this.json : null;
  }

  /** The form that was sent, as far as the trace keeps it, secrets by name. */
  get form(): URLSearchParams | null {
    if (this.#form !== undefined) return this.#form;
    const { body } = this.hop.request;
    const isForm = body && (this.sent('content-type') ?? '').toLowerCase().includes('form-urlencoded');
    this.#form = isForm ? new URLSearchParams(body.excerpt) : null;
    return this.#form;
  }

  /** Those that have a name, as a browser reads them where a user typed in the address. */
  get cookies(): readonly Assessed[] {
    const request = { method: this.hop.request.method, url: this.url, initiator: null };
    this.#cookies ??= this.received('set-cookie')
      .map((line) => assessSetCookie(line, request, this.midpoint))
      .filter(({ parsed }) => parsed.name !== '');
    return this.#cookies;
  }

  /** Credentials that this hop carried: later hops may have lost those of the first. None that was made wrong on purpose. */
  get carried(): readonly CredentialUse[] {
    const credentials = this.exchange.credentials.filter(({ fault }) => !fault);
    if (this.hop.index === 1 || credentials.length === 0) return credentials;
    return credentials.filter(({ field }) => {
      const [kind = '', name = ''] = field.split(':');
      if (kind === 'query') return this.url.searchParams.has(name);
      if (kind === 'cookie') return this.sent('cookie')?.includes(`${name}=`) ?? false;
      return this.#sent.has(field);
    });
  }

  /** A credential came with the request, of the project file or written in the step. */
  get isAuthenticated(): boolean {
    return this.#sent.has('authorization') || this.carried.length > 0;
  }

  /** The scheme in Authorization, in lower case. */
  get scheme(): string | null {
    return this.sent('authorization')?.split(' ', 1)[0]?.toLowerCase() ?? null;
  }

  /** A token that was sent and can be read. */
  get token(): CredentialUse | null {
    return this.carried.find(({ token }) => token?.format === 'jwt' && token.claims !== null) ?? null;
  }

  /** Milliseconds of the answer's Date, or null. */
  get date(): number | null {
    const instant = Date.parse(this.header('date') ?? '');
    return Number.isNaN(instant) ? null : instant;
  }

  /** Our clock when the server answered. */
  get midpoint(): number {
    return localMidpoint(this.hop);
  }

  /** `GET /orders`. */
  get place(): string {
    return `${this.hop.request.method} ${this.url.pathname}`;
  }

  /** The issuer of the environment that this request went to. */
  get issuer(): Issuer | null {
    for (const issuer of this.environment.issuers.values()) {
      if (isUrl(issuer.issuer) && new URL(issuer.issuer).origin === this.origin) return issuer;
    }
    return null;
  }
}
