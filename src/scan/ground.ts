/** What kind of file a path names: how its text is to be read. */
import { basename, extname } from 'node:path';
import type { Ground } from './values.ts';

export interface FileKind {
  readonly ground: Ground;
  /** Values stand without quotation marks: YAML, dotenv, shells, header fields. */
  readonly unquoted: boolean;
  /** `NAME=value` without blanks around the sign, flags before values. */
  readonly shell: boolean;
  /** A blank may stand between a name and its value: `ENV NAME value`, `password x`. */
  readonly spaced?: true;
}

const kind = (ground: Ground, unquoted: boolean, shell = false): FileKind => ({ ground, unquoted, shell });
const code = kind('code', false);
const shell = kind('settings', false, true);
const settings = kind('settings', true);
const spaced: FileKind = { ...settings, spaced: true };
const values = kind('values', true);
const prose = kind('prose', false);

const endings: ReadonlyMap<string, FileKind> = new Map(
  (
    [
      [
        code,
        `py pyi js mjs cjs jsx ts mts cts tsx rb go java kt kts cs php c h cc cpp hpp rs swift scala groovy gradle lua pl
        pm r ex exs erl clj dart vue svelte sql ipynb jenkinsfile css scss html htm xhtml erb`,
      ],
      [shell, 'sh bash zsh fish ksh ps1 psm1 psd1 bat cmd mk service tmpl'],
      [
        settings,
        `yml yaml json json5 jsonc toml ini cfg conf config properties xml plist tf tfvars hcl har http rest hurl bru
        curl npmrc pypirc editorconfig gitconfig cnf`,
      ],
      [values, 'env postman_environment postman_globals'],
      [prose, 'md markdown rst txt adoc tex log csv tsv'],
    ] as const
  ).flatMap(([each, list]) => list.split(/\s+/).map((ending) => [ending, each] as const)),
);

/** By its name, and by its first line where the name does not tell. */
export function fileKind(path: string, text: string): FileKind {
  const name = basename(path).toLowerCase();
  if (
    /^\.env(?:\.|$)|(?:^|[._-])env(?:\.(?:local|staging|production|prod|test|dev|development))?$|^\.?envrc$/.test(
      name,
    )
  )
    return values;
  if (/\.postman_(?:environment|globals)\.json$/.test(name)) return values;
  if (/^(?:dockerfile|containerfile)|\.dockerfile$/.test(name)) return { ...shell, spaced: true };
  if (/^[._]?netrc$/.test(name)) return spaced;
  if (/^(?:gnu)?makefile|^\.?(?:bash|zsh)rc$|^\.profile$|^vagrantfile$|^procfile$/.test(name)) return shell;
  if (/^jenkinsfile/.test(name)) return code;
  if (/^[._]?(?:npmrc|pypirc|curlrc|pgpass|gitconfig|git-credentials|yarnrc)$/.test(name)) return settings;
  const known = endings.get(extname(name).slice(1));
  if (known) return known;
  if (!text.startsWith('#!')) return prose;
  const [first = ''] = text.slice(0, 200).split('\n', 1);
  return /(?:ba|z|k|da|fi)?sh\b|pwsh/.test(first) ? shell : code;
}

/** `NAME=value` as a line: all of it belongs to the value. */
export function isDotenv(text: string, start: number, left: number, file: FileKind): boolean {
  if (file.ground !== 'values' || text.charAt(start - 1) !== '=') return false;
  return /(?:^|\n)(?:export[ \t]{1,4})?$/.test(text.slice(Math.max(0, left - 12), left));
}
