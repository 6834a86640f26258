/** A browser challenge that shows twice: a header calls the answer one, and its page runs the script of one. */
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { isHtml, textOf } from './wire.ts';

const asks = /captcha|challenge|just a moment|\bhuman\b|your browser|security check/i;

export function challengePageFacts({ response, hop }: Subject): Evidence[] {
  const text = response ? textOf(response) : '';
  if (!response || !isPage(text) || !/<script\b/i.test(text) || !asks.test(text)) return [];
  const told = response.headers.find(([, value]) => /^(?:challenge|captcha)$/i.test(value.trim()));
  if (!told) return [];
  const [name, value] = told;
  const seen = `${value.trim()}, and a page that runs a script to let nobody but a browser through`;
  return [
    evidence('edge/challenge-twice', {
      fits: ['edge-challenge'],
      lines: [{ hop: hop.index, field: name.toLowerCase(), seen }],
    }),
  ];
}

/** Such pages are not always whole documents. */
function isPage(text: string): boolean {
  return isHtml(text) || /<title\b/i.test(text);
}
