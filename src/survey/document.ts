/** JSON documents that servers publish at well-known places, read as what they are. */
import { describeFailure, finalResponse } from '../credential/answer.ts';
import { withinOrigin } from '../credential/metadata.ts';
import type { Metadata } from '../credential/presentation.ts';
import { parseJson } from '../http/json.ts';
import type { Exchange, Issuer, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';
import type { SurveyContext } from './context.ts';

export interface Document {
  readonly exchanges: readonly Exchange[];
  /** Null: there is no such document, or it cannot be read; `problem` says why. */
  readonly members: JsonMap | null;
  /** `unanswered`: nothing came; `absent`: 404 or 410; `unreadable`: anything else that is no JSON object. */
  readonly state: 'read' | 'unanswered' | 'absent' | 'unreadable';
  /** One sentence about it; empty where it was read. */
  readonly problem: string;
  /** What is odd about a document that could be read, as clauses. */
  readonly remarks: readonly string[];
}

const asked = new WeakMap<SurveyContext, Map<string, Promise<Metadata>>>();

/** Metadata as the credential store has it; asked for once, also where no answer came. */
export function metadataOf(context: SurveyContext, { name }: Issuer): Promise<Metadata> {
  const known = asked.get(context) ?? new Map<string, Promise<Metadata>>();
  asked.set(context, known);
  const found = known.get(name) ?? context.store.metadata(context.environment, name);
  known.set(name, found);
  return found;
}

/** A document that is not there shows nothing but that: its answer is no answer that the standards checks judge. */
export async function fetchOptional(context: SurveyContext, url: string, subject: string): Promise<Document> {
  const document = await fetchDocument(context, url, subject);
  if (document.members) return document;
  const exchanges = document.exchanges.map((each): Exchange => ({ ...each, role: 'experiment' }));
  return { ...document, exchanges };
}

/** A GET without credentials and cookies; one redirect within the origin is followed. */
export async function fetchDocument(context: SurveyContext, url: string, subject: string): Promise<Document> {
  const get = (address: string): Promise<Exchange> =>
    context.perform({
      role: 'metadata',
      environment: context.environment,
      method: 'GET',
      url: address,
      headers: [['Accept', 'application/json']],
      body: null,
    });
  const first = await get(url);
  const moved = withinOrigin(first);
  const exchanges = moved === null ? [first] : [first, await get(moved)];
  return readDocument(exchanges, subject, context);
}

/** The document in the last of `exchanges`. */
export function readDocument(
  exchanges: readonly Exchange[],
  subject: string,
  { doors }: SurveyContext,
): Document {
  const exchange = exchanges.at(-1);
  const response = exchange ? finalResponse(exchange) : null;
  const failed = (state: Document['state'], problem: string): Document => ({
    exchanges,
    members: null,
    state,
    problem,
    remarks: [],
  });
  if (!exchange || !response) {
    const problem = exchange ? describeFailure(subject, exchange, doors.redactor) : `${subject}: not asked.`;
    return failed('unanswered', problem);
  }
  if (response.status !== 200) {
    // Nothing is said of a document by a server that wants to be asked later.
    if (response.status === 429)
      return failed('unanswered', describeFailure(subject, exchange, doors.redactor));
    const absent = response.status === 404 || response.status === 410;
    return failed(absent ? 'absent' : 'unreadable', describeFailure(subject, exchange, doors.redactor));
  }
  const { body } = response;
  const broken = exchange.hops.at(-1)?.failure;
  if (broken) return failed('unanswered', `${subject} broke off (${broken.code}).`);
  if (body.truncated) return failed('unreadable', `${subject} is longer than is read (${body.bytes} bytes).`);
  if (body.decodeError) return failed('unreadable', `${subject} cannot be decoded: ${body.decodeError}`);
  const text = new TextDecoder().decode(body.content);
  const parsed = parseJson(text);
  if ('error' in parsed || !isMap(parsed.value))
    return failed('unreadable', `${subject} is ${kindOf(text)}, not a JSON object.`);
  return {
    exchanges,
    members: parsed.value,
    state: 'read',
    problem: '',
    remarks: remarks(body.content, text),
  };
}

function kindOf(text: string): string {
  if (text.trim() === '') return 'empty';
  return /^\s*</.test(text) ? 'an HTML or XML page' : 'something else';
}

function remarks(content: Uint8Array, text: string): string[] {
  const found: string[] = [];
  if (content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf)
    found.push('begins with a byte order mark, at which strict JSON parsers stop (RFC 8259 section 8.1)');
  const twice = duplicates(text);
  if (twice.length > 0)
    found.push(`has ${twice.slice(0, 3).join(', ')} more than once, of which readers take one or the other`);
  return found;
}

/** Characters in which duplicates are looked for; documents of authorization servers are far shorter. */
const searched = 131_072;

/** Names of the outermost object that stand there more than once; `whole` is a JSON text. */
function duplicates(whole: string): string[] {
  const text = whole.slice(0, searched);
  const seen = new Set<string>();
  const twice = new Set<string>();
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && /^\s*:/.test(text.slice(index + token.length, index + token.length + 64))) {
      if (seen.has(token)) twice.add(token.slice(1, -1));
      seen.add(token);
    }
  }
  return [...twice];
}
