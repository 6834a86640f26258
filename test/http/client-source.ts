/** The files of src/http/clients, with their examples, which the build leaves out. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { ClientFile, ClientSource } from '../../src/http/client-source.ts';

const folder = new URL('../../../src/http/clients/', import.meta.url);

export function clientSources(): readonly ClientSource[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));
  return files
    .sort()
    .flatMap((name) => [...(parse(readFileSync(new URL(name, folder), 'utf8')) as ClientFile).clients]);
}
