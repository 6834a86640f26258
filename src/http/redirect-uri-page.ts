/** The rules of authorization servers as tables of the documentation (docs/redirect-uris.md). */
import { compareRedirectUri } from './redirect-uri.ts';
import type { ClientFacts, RedirectUriRules } from './redirect-uri-rules.ts';

const [start, end] = [
  '<!-- rules: made by the build from src/http/redirect-uri-rules/*.yml -->',
  '<!-- /rules -->',
];

/** The page with what stands between the two marks made anew. Throws where they are not there. */
export function withRules(page: string, rules: readonly RedirectUriRules[]): string {
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error('docs/redirect-uris.md has no place for the rules.');
  return `${page.slice(0, from)}${start}\n\n${tables(rules)}\n\n${page.slice(to)}`;
}

function tables(rules: readonly RedirectUriRules[]): string {
  const lines = [
    `| Name | Server | ${columns.map(([title]) => title).join(' | ')} |`,
    `| --- | --- | ${columns.map(() => '---').join(' | ')} |`,
    ...rules.map(
      (each) => `| ${each.id} | ${each.title} | ${columns.map((row) => cell(each, row)).join(' | ')} |`,
    ),
  ];
  const sections = rules.flatMap(({ id, title, basis, sources, says }) => [
    '',
    `### ${id}`,
    '',
    `${title}. ${says}`,
    '',
    `From ${words[basis]}: ${sources.map((each) => (/^https:/.test(each) ? `<${each}>` : each)).join('; ')}.`,
  ]);
  return [...lines, ...sections].join('\n');
}

const words = { standard: 'the standards', source: 'the source', documentation: 'the documentation' };

type Column = readonly [title: string, registered: string, requested: string];
const app = 'https://app.example.com';
const columns: readonly Column[] = [
  ['slash', `${app}/cb`, `${app}/cb/`],
  ['host case', `${app}/cb`, 'https://APP.example.com/cb'],
  ['path case', `${app}/cb`, `${app}/CB`],
  [':443', `${app}/cb`, `${app}:443/cb`],
  ['query', `${app}/cb`, `${app}/cb?a=1`],
  ['127.0.0.1 port', 'http://127.0.0.1/cb', 'http://127.0.0.1:49152/cb'],
  ['localhost port', 'http://localhost/cb', 'http://localhost:49152/cb'],
  ['/*', `${app}/*`, `${app}/cb`],
  ['*. host', 'https://*.example.com/cb', `${app}/cb`],
];

const known: ClientFacts = { openid: true };

function cell(rules: RedirectUriRules, [, registered, requested]: Column): string {
  const { accepted, depends } = compareRedirectUri([registered], requested, rules, known);
  if (accepted !== null) return accepted ? 'yes' : 'no';
  return depends.length > 0 ? depends.join(', ') : '?';
}
