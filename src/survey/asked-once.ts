/** Questions to authorization servers: each is sent once, and none where a server is to be left alone. */
import { isUrl } from '../http/url.ts';
import type { Exchange } from '../model.ts';
import type { SurveyContext } from './context.ts';

export interface Question {
  /** What distinguishes it from others. */
  readonly key: readonly (string | null)[];
  readonly url: string;
  /** About what nobody has. */
  readonly isControl?: boolean;
}
export interface AskedOnce {
  /** The answer, also to who asks later; null: nothing was sent. */
  ask(question: Question, send: () => Promise<Exchange | null>): Promise<Exchange | null>;
  /** Takes an exchange among those that were sent. */
  keep(exchange: Exchange, isControl?: boolean): Exchange;
  /** Why the server at this URL is not asked any more, or null. */
  stopped(url: string): string | null;
  /** What was sent since the last call. */
  take(): readonly Exchange[];
}

export function createAskedOnce({ signal, ...context }: SurveyContext): AskedOnce {
  const answers = new Map<string, Promise<Exchange | null>>();
  const troubles = new Map<string, string>();
  const sent: Exchange[] = [];
  const stopped = (url: string): string | null => {
    if (signal.aborted) return 'the run was ended';
    return isUrl(url) ? (troubles.get(new URL(url).origin) ?? context.stopped(url)) : 'it is no URL';
  };
  const keep = (exchange: Exchange, isControl = false): Exchange => {
    sent.push(exchange);
    context.note(exchange);
    const trouble = troubleOf(exchange, isControl);
    if (trouble) troubles.set(trouble.origin, trouble.what);
    return exchange;
  };
  return {
    stopped,
    keep,
    ask({ key, url, isControl }, send) {
      const name = JSON.stringify(key);
      const known = answers.get(name);
      if (known) return known;
      const asking =
        stopped(url) === null
          ? send().then((exchange) => exchange && keep(exchange, isControl))
          : Promise.resolve(null);
      answers.set(name, asking);
      return asking;
    },
    take: () => sent.splice(0),
  };
}

/** A server in trouble is left alone as well. That it cannot handle what nobody has is no trouble. */
function troubleOf(
  exchange: Exchange,
  isControl: boolean,
): { readonly origin: string; readonly what: string } | null {
  const [hop] = exchange.hops;
  const status = exchange.hops.at(-1)?.response?.status ?? null;
  if (!hop || !isUrl(hop.request.url) || (status !== null && (status < 500 || isControl))) return null;
  const what = status === null ? 'it gave no answer' : `it answered ${status}`;
  return { origin: new URL(hop.request.url).origin, what };
}
