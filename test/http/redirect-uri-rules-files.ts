import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { RedirectUriRulesFile } from '../../src/http/redirect-uri-rules.ts';

const folder = new URL('../../../src/http/redirect-uri-rules/', import.meta.url);

/** The files with their examples, which are not shipped. */
export function rulesFiles(): readonly RedirectUriRulesFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .map((file) => parse(readFileSync(new URL(file, folder), 'utf8')) as RedirectUriRulesFile);
}
