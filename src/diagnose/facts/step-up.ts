/** How and when the user signed in, against what the challenge asks for (RFC 9470 section 3). */
import { type Evidence, evidence } from '../evidence.ts';
import { type Subject, serverDate, tokenUse } from '../subject.ts';
import { texts } from './claims.ts';
import { span } from './time.ts';

export function stepUpFacts(subject: Subject): Evidence[] {
  const claims = tokenUse(subject)?.token?.claims;
  if (subject.stage !== 'resource' || !claims) return [];
  const hop = subject.hop.index;
  const asked = (name: string): string | null =>
    subject.challenges.map(({ parameters }) => parameters.get(name)).find((value) => value) ?? null;
  const found: Evidence[] = [];
  const add = (name: string, seen: string): void =>
    void found.push(
      evidence(`token/${name}-too-low`, {
        names: ['step-up-required'],
        weight: 2,
        lines: [{ hop, field: `token ${name}`, seen }],
      }),
    );
  const wanted = asked('acr_values')?.split(/\s+/) ?? [];
  const [held] = texts(claims['acr']);
  if (wanted.length > 0 && (held === undefined || !wanted.includes(held)))
    add('acr', `${held ?? 'absent'}; asked for is ${wanted.join(' or ')}`);
  const age = asked('max_age');
  const at = claims['auth_time'];
  const now = serverDate(subject) ?? subject.hop.clock.received;
  if (age !== null && /^\d{1,9}$/.test(age) && typeof at === 'number' && now - at * 1000 > Number(age) * 1000)
    add('auth_time', `${span(now - at * 1000)} before the answer; allowed are ${age} s`);
  return found;
}
