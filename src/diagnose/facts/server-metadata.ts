/** The metadata of the authorization server, as facts read them (RFC 8414). */
import type { Json, JsonMap } from '../../model.ts';
import type { Subject } from '../subject.ts';
import { jsonOf, lastHop } from './wire.ts';

/** The metadata document of the client's issuer that this run has read. */
export function publishedMetadata(subject: Subject): JsonMap | null {
  const issuer = subject.client?.issuer.issuer;
  for (const { exchange } of subject.past.toReversed()) {
    const response = exchange.role === 'metadata' ? lastHop(exchange)?.response : null;
    const read = response?.status === 200 ? jsonOf(response) : null;
    if (read && read['issuer'] === issuer) return read;
  }
  return null;
}

/** The metadata document of the client's issuer that this run has read, or what the project file states. */
export function metadataOf(subject: Subject): JsonMap | null {
  const issuer = subject.client?.issuer;
  if (!issuer) return null;
  const read = publishedMetadata(subject);
  if (read) return { ...read, ...issuer.metadata };
  return Object.keys(issuer.metadata).length > 0 ? issuer.metadata : null;
}

export function listOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
