/** All facts about a subject, in the order of the procedure. */
import type { Evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { challengeFacts } from './challenge.ts';
import { claimFacts } from './claims.ts';
import { clientFacts } from './client.ts';
import { deliveryFacts } from './delivery.ts';
import { keyFacts } from './keys.ts';
import { timeFacts } from './time.ts';

const kinds: readonly ((subject: Subject) => Evidence[])[] = [
  deliveryFacts,
  challengeFacts,
  timeFacts,
  claimFacts,
  keyFacts,
  clientFacts,
];

export function facts(subject: Subject): Evidence[] {
  return kinds.flatMap((kind) => kind(subject));
}
