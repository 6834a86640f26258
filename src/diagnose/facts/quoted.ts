/** What the answer quotes of the token: a server that names a value has read it, in this token. */
import type { CauseId, Json } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { type Subject, tokenUse } from '../subject.ts';
import { texts } from './claims.ts';

/** Where a server quotes this, it is what it dislikes: it seldom speaks of what is right. */
const meanings: readonly (readonly ['header' | 'claims', string, CauseId])[] = [
  ['header', 'alg', 'alg-not-allowed'],
  ['header', 'kid', 'key-unknown'],
  ['claims', 'iss', 'issuer-mismatch'],
  ['claims', 'aud', 'audience-mismatch'],
];

export function quotedFacts(subject: Subject): Evidence[] {
  const token = tokenUse(subject)?.token ?? null;
  const { status } = subject.response ?? { status: 0 };
  if (subject.stage !== 'resource' || token === null || (status !== 401 && status !== 403)) return [];
  const said = `${subject.error ?? ''} ${subject.description ?? ''} ${subject.text}`;
  const quoted = meanings.flatMap(([part, name, cause]) => {
    const value = texts((token[part]?.[name] ?? null) as Json).find((each) => quotes(said, each));
    return value === undefined ? [] : [{ name, cause, value }];
  });
  const [only, ...others] = quoted;
  if (!only || others.length > 0) return [];
  return [
    evidence('token/quoted', {
      names: [only.cause],
      weight: 1,
      lines: [
        {
          hop: subject.hop.index,
          field: `token ${only.name}`,
          seen: `${only.value}, which the answer names`,
        },
      ],
    }),
  ];
}

/** As a word of its own. */
function quotes(text: string, value: string): boolean {
  const at = value.length < 3 ? -1 : text.indexOf(value);
  if (at < 0) return false;
  const around = `${text[at - 1] ?? ' '}${text[at + value.length] ?? ' '}`;
  return !/[\w/-]/.test(around);
}
