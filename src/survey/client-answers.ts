/** What was asked about a client, and what came back; sent first, judged when all clients of the server were asked. */
import type { Asked } from '../diagnose/authorization-verdict.ts';
import { isAccepted } from '../diagnose/likeness.ts';
import type { Exchange } from '../model.ts';
import type { Asker, Target } from './authorization-asker.ts';

/** One redirect_uri of the project file, tried. */
export interface Tried {
  readonly redirect_uri: string;
  /** Place in the client's list. */
  readonly index: number;
  readonly exchange: Exchange;
}
export interface ClientAnswers {
  readonly target: Target;
  readonly tried: readonly Tried[];
  /** In their place where the client has none: a redirect_uri that nobody has. */
  readonly bare: Exchange | null;
  /** Not asked, since the server is not to be asked any more. */
  readonly untried: readonly string[];
  readonly byClient: Exchange | null;
  readonly byUri: Exchange | null;
  /** What was sent for this client, controls included. */
  readonly sent: readonly Exchange[];
}

/** Most redirect_uris of one client that are tried. */
const most = 30;

/** `judged`: redirect_uris of which nothing is to be asked any more. */
export async function askAbout(
  target: Target,
  asker: Asker,
  judged: ReadonlySet<string> = new Set(),
): Promise<ClientAnswers> {
  const { redirect_uris } = target.client;
  const tried: Tried[] = [];
  for (const [index, redirect_uri] of redirect_uris.slice(0, most).entries()) {
    if (judged.has(redirect_uri)) continue;
    const exchange = await asker.authorize(target, redirect_uri);
    if (exchange) tried.push({ redirect_uri, index, exchange });
  }
  const [first] = redirect_uris;
  const bare = first === undefined ? await asker.randomUri(target) : null;
  const byClient = await asker.randomClient(target, first ?? asker.nowhere());
  const byUri = first === undefined ? null : await asker.randomUri(target);
  const untried = redirect_uris.filter(
    (uri) => !judged.has(uri) && !tried.some(({ redirect_uri }) => redirect_uri === uri),
  );
  return { target, tried, bare, untried, byClient, byUri, sent: asker.take() };
}

/** The answer that says most of the client: one that it was let in by. */
export function best({ tried, bare }: ClientAnswers): Exchange | null {
  const accepted = tried.find(({ exchange }) => isAccepted(exchange));
  return accepted?.exchange ?? tried[0]?.exchange ?? bare;
}

export function askedOf(exchange: Exchange, answers: ClientAnswers, all: readonly ClientAnswers[]): Asked {
  const { byClient, byUri, bare } = answers;
  // Without a redirect_uri of its own, what was asked is the control.
  return { ours: exchange, byClient, byUri: byUri ?? bare, good: knownGood(answers, all) };
}

/** Another client of the same server that was let in, where the server does not let everybody in. */
function knownGood({ target }: ClientAnswers, all: readonly ClientAnswers[]): Exchange | null {
  for (const other of all) {
    const { client, endpoint } = other.target;
    if (endpoint !== target.endpoint || client.client_id === target.client.client_id) continue;
    if (other.byUri && isAccepted(other.byUri)) continue;
    const accepted = other.tried.find(({ exchange }) => isAccepted(exchange));
    if (accepted) return accepted.exchange;
  }
  return null;
}
