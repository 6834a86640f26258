/** A browser challenge that shows twice: in a header of the edge, and in the page of the same maker. */
import { type Evidence, evidence } from '../evidence.ts';
import { headerValue, type Subject } from '../subject.ts';
import { textOf } from './wire.ts';

interface Mark {
  readonly header: string;
  readonly value: RegExp;
  readonly page: RegExp;
}

const marks: readonly Mark[] = [
  {
    header: 'cf-mitigated',
    value: /^challenge$/i,
    page: /\/cdn-cgi\/challenge-platform\/|_cf_chl_|<title>just a moment|challenges\.cloudflare\.com/i,
  },
  {
    header: 'x-amzn-waf-action',
    value: /^(?:captcha|challenge)$/i,
    page: /awswaf|aws-?waf|human verification/i,
  },
  { header: 'x-vercel-mitigated', value: /^challenge$/i, page: /vercel security checkpoint/i },
  { header: 'x-datadome', value: /./, page: /captcha-delivery\.com|datadome/i },
];

export function challengePageFacts({ response, hop }: Subject): Evidence[] {
  if (!response) return [];
  const text = textOf(response);
  const mark = marks.find(
    ({ header, value, page }) => value.test(headerValue(response, header)?.trim() ?? '') && page.test(text),
  );
  if (!mark) return [];
  const seen = `${headerValue(response, mark.header)}, and the page of the same maker`;
  return [
    evidence('edge/challenge-twice', {
      fits: ['edge-challenge'],
      lines: [{ hop: hop.index, field: mark.header, seen }],
    }),
  ];
}
