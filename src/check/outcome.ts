/** What a step gave, as the checks and captures see it. The body is decoded and parsed once, when first asked for. */

import { parseJson } from '../http/json.ts';
import { isUrl } from '../http/url.ts';
import type { Exchange, Expect, Hop, Json, Response, Source, TokenFacts } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import type { Reveal } from './rendered.ts';

/** `expect:` with templates rendered. */
export type Expectation = { readonly [Key in keyof Expect]: RenderedJson };

export interface Outcome {
  readonly exchange: Exchange;
  /** The last answer, or null where there is none. */
  readonly response: Response | null;
  /** Milliseconds for the whole step. */
  readonly duration: number;
  /** Milliseconds since the Unix epoch, when the step ended. */
  readonly now: number;
  readonly tokenFacts: TokenFacts | null;
  /** Place of the step: for checks that have no place of their own (2xx where no status is expected). */
  readonly source: Source;
  bodyText(): string;
  bodyJson(): { readonly value: Json } | { readonly error: string };
  readonly reveal: Reveal;
  readonly redact: (text: string) => string;
}

export interface OutcomeOptions {
  readonly duration: number;
  readonly now: number;
  readonly source: Source;
  /** Default: the token of the first credential of the exchange that carried one. */
  readonly tokenFacts?: TokenFacts | null;
  readonly reveal: Reveal;
  /** Applied to everything received before it is cut to be shown; default: nothing is known to be secret. */
  readonly redact?: (text: string) => string;
}

export function createOutcome(exchange: Exchange, options: OutcomeOptions): Outcome {
  const response = exchange.hops.at(-1)?.response ?? null;
  let text: string | null = null;
  let json: ReturnType<Outcome['bodyJson']> | null = null;
  const bodyText = (): string => {
    text ??= response ? decodeBody(response) : '';
    return text;
  };
  return {
    exchange,
    response,
    duration: options.duration,
    now: options.now,
    source: options.source,
    tokenFacts:
      options.tokenFacts ??
      exchange.credentials.find((credential) => credential.token !== null)?.token ??
      null,
    bodyText,
    bodyJson() {
      json ??= parseJson(bodyText());
      return json;
    },
    reveal: options.reveal,
    redact: options.redact ?? ((shown) => shown),
  };
}

/** By the charset of Content-Type, UTF-8 otherwise; bytes that do not decode become U+FFFD. */
function decodeBody(response: Response): string {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(fieldValue(response, 'content-type') ?? '')?.[1];
  return decoderFor(charset ?? 'utf-8').decode(response.body.content);
}

function decoderFor(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder();
    throw error;
  }
}

/** Values of all fields of one name, in order. */
export function fieldValues(response: Response, name: string): string[] {
  const wanted = name.toLowerCase();
  return response.headers.filter(([field]) => field.toLowerCase() === wanted).map(([, value]) => value);
}

/** As RFC 9110 section 5.3 combines them; null where there is none. */
export function fieldValue(response: Response, name: string): string | null {
  const values = fieldValues(response, name);
  return values.length === 0 ? null : values.join(', ');
}

/** Against the address from which it came (RFC 3986 section 5); as it is where that cannot be done. */
export function resolveUrl(reference: string, hop: Hop | undefined): string {
  const base = hop?.request.url;
  return base !== undefined && isUrl(reference, base) ? new URL(reference, base).href : reference;
}
