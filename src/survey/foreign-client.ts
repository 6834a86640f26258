/** Whether a client_id of this environment is rather that of another one. Nothing is sent. */
import type { Client, Environment, Finding } from '../model.ts';
import type { SurveyContext } from './context.ts';

type FileContext = Pick<SurveyContext, 'environment' | 'known' | 'compared'>;

export interface ForeignClient {
  /** The environment that it seems to belong to. */
  readonly environment: string;
  /** After the client_id: `is client "admin" of staging`. */
  readonly words: string;
}

/**
 * The id of a client of another name at another authorization server, or one with the other environment's name in it
 * where the ids of this client are told apart by such names. The same id for the same client says nothing by itself.
 */
export function foreignClient(client: Client, context: FileContext): ForeignClient | null {
  const { environment, known } = context;
  const others = known.filter(({ name }) => name !== environment.name);
  return (
    others.flatMap((other) => {
      const found = [...other.clients.values()].find(
        ({ client_id, issuer }) => client_id === client.client_id && issuer.issuer !== client.issuer.issuer,
      );
      if (found && found.name !== client.name && !hasName(client, environment))
        return [{ environment: other.name, words: `is that of client ${found.name} of ${other.name}` }];
      const named = isNamedAfter(client, other, environment);
      const words = found
        ? `is that of client ${found.name} of ${other.name}`
        : `holds the name of ${other.name}`;
      return named ? [{ environment: other.name, words }] : [];
    })[0] ?? null
  );
}

/** An unknown client whose id is that of another environment: what was never registered here need not be. */
export function asMixup(finding: Finding, client: Client, context: FileContext): Finding {
  const foreign = finding.cause === 'client-unknown' ? foreignClient(client, context) : null;
  if (!foreign) return finding;
  const { name } = context.environment;
  const seen = `${client.client_id} ${foreign.words}`;
  const others = finding.alternatives.filter(({ cause }) => cause !== 'environment-mixup');
  return {
    ...finding,
    cause: 'environment-mixup',
    certainty: finding.certainty === 'possible' ? 'possible' : 'likely',
    summary: `${finding.summary.replace(/; it is a client of .*$|\.$/, '')}; the id ${foreign.words}.`,
    evidence: [
      ...finding.evidence.filter((line) => line.field !== 'client_id'),
      { hop: null, field: 'client_id', seen },
    ],
    fix: `Write the client_id of ${name} at environments.${name}.clients.${client.name}.client_id.`,
    alternatives: [
      { cause: 'client-unknown', why_not: 'it is so if this id is meant, and was never registered here' },
      ...others,
    ],
  };
}

/** The same id is used for several clients here as well. */
function hasName(client: Client, { clients }: Environment): boolean {
  return [...clients.values()].some(
    (each) => each.name !== client.name && each.client_id === client.client_id,
  );
}

function isNamedAfter(client: Client, other: Environment, own: Environment): boolean {
  const { client_id, name, issuer } = client;
  if (!holds(client_id, other.name) || holds(client_id, own.name)) return false;
  const theirs = other.clients.get(name);
  // With the same server the same client may be meant, and with ids of another kind the word means something else.
  return (
    theirs === undefined || (theirs.issuer.issuer !== issuer.issuer && holds(theirs.client_id, other.name))
  );
}

/** As a word of its own: `web-staging`, not `webstaging`. */
function holds(text: string, name: string): boolean {
  const words = (value: string): string[] =>
    value
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== '');
  const wanted = words(name);
  const found = words(text);
  return (
    wanted.length > 0 && found.some((_, at) => wanted.every((word, index) => found[at + index] === word))
  );
}
