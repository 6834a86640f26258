/**
 * An endpoint of the same origin that shows what it received: which credential fields came through. It sees the way to
 * its own route, not that of the failing one, so that nothing it shows is more than likely.
 */
import type { CauseId } from '../../model.ts';
import { authorization, otherCredentials } from '../cause-lists.ts';
import type { Echoed, Fate, FieldFate } from '../echoed.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { challengeFacts } from '../facts/challenge.ts';
import { deliveryFacts, lostUses } from '../facts/delivery.ts';
import { isMisread } from '../facts/misread.ts';
import { originText } from '../facts/wire.ts';
import { delivery, tokenValidity } from '../groups.ts';
import { read } from '../signatures.ts';
import { usualOf } from '../situations.ts';
import type { Subject } from '../subject.ts';
import { another } from './answer.ts';
import { type Experiment, notSent, statusOf } from './experiment.ts';
import { elsewhere, withoutCredential } from './without-credential.ts';

const intact = 'arrived as sent';
const absent = 'did not arrive';
const replaced = 'arrived as another value';
const twice = 'arrived twice';
const nothing = 'shows nothing';

const outcomes: Readonly<Record<Fate, string>> = {
  intact,
  absent,
  moved: absent,
  replaced,
  recased: replaced,
  cut: replaced,
  twice,
  masked: intact,
};

/** Credentials in headers, Cookie included. */
function fieldsOf({ uses }: Subject): string[] {
  return [...new Set(uses.map(({ field }) => field).filter((field) => !/^(?:query|form):/.test(field)))];
}

function isCustom(field: string): boolean {
  return field !== 'authorization' && !field.startsWith('cookie:');
}

/** The cause that an absent field stands for. */
function lostCause(field: string): CauseId {
  return isCustom(field) ? 'header-dropped-by-proxy' : 'credentials-stripped-by-proxy';
}

/** The answer speaks of the credential: something that the server reads as one was there. */
function speaksOfToken(subject: Subject): boolean {
  return read(subject).some(
    ({ names, weight }) =>
      weight >= 2 &&
      names.length > 0 &&
      names.every((cause) => tokenValidity.includes(cause) || otherCredentials.includes(cause)),
  );
}

/** `told`: in words; `hinted`: by a challenge that names no error, as servers do for anything. */
function saysMissing(subject: Subject): 'told' | 'hinted' | null {
  const isMissing = (cause: CauseId): boolean =>
    ['credentials-stripped-by-proxy', 'header-dropped-by-proxy', 'credentials-missing'].includes(cause);
  const names = (items: readonly Evidence[], least: number): boolean =>
    items.some((item) => item.weight >= least && item.names.some(isMissing));
  if (names([...read(subject), ...deliveryFacts(subject)], 2)) return 'told';
  return names(challengeFacts(subject), 1) ? 'hinted' : null;
}

export function isAtOrigin({ environment, hop }: Subject): boolean {
  return environment.echo !== undefined && originText(environment.echo.url) === originText(hop.request.url);
}

export const echo: Experiment = {
  id: 'echo',
  classOf: () => 'A0',
  cost: 1,
  resends: true,
  showsArrival: true,
  applies(subject, earlier) {
    const { environment, response } = subject;
    if (subject.stage !== 'resource' || !environment.echo || !response || response.status < 300) return false;
    if (elsewhere(response.status) || fieldsOf(subject).length === 0 || lostUses(subject).length > 0)
      return false;
    const without = earlier.get(withoutCredential.id)?.outcome;
    // What makes a difference reaches the server, if not always as it was sent.
    if (without === another) return isMisread(subject);
    return without !== undefined || !speaksOfToken(subject);
  },
  predicts(cause, subject) {
    const fields = fieldsOf(subject);
    if (fields.some((field) => lostCause(field) === cause)) return absent;
    if (cause === 'credentials-replaced-by-proxy') return replaced;
    if (cause === 'credentials-duplicated') return twice;
    const judged = [...tokenValidity, ...otherCredentials, ...authorization];
    return judged.includes(cause) ? intact : null;
  },
  async run(subject, probe) {
    const url = subject.environment.echo?.url ?? '';
    const echoed = await probe.echo();
    if (!echoed) return notSent('the origin is not to be asked');
    const status = statusOf(echoed.exchange);
    const exchanges = [echoed.exchange];
    const why = unreadable(echoed);
    if (why !== null) {
      const seen = `${status ?? 'no answer'}: ${why}`;
      return { outcome: nothing, seen, exchanges, evidence: [], proves: null };
    }
    const telling = echoed.fields.find(({ fate }) => fate !== 'intact') ?? echoed.fields[0];
    if (!telling) return notSent('there is no credential in a header');
    const trust = trustOf(echoed, subject);
    const seen = `${status}, ${shown(telling)}${trust === 'weak' ? `; ${weakness(echoed, subject)}` : ''}`;
    const found = conclude(telling, trust, subject, url, seen);
    const outcome = outcomes[telling.fate];
    const sight = trust === 'good' ? { seenAtEcho: { ...telling, url } } : {};
    return { outcome, seen, exchanges, evidence: found, proves: null, ...sight };
  },
};

function unreadable({ readable, control }: Echoed): string | null {
  if (!readable) return 'no header fields are shown';
  return control === 'other' ? 'another request than this one is shown' : null;
}

/** `authorization did not arrive; its value is in x-original-authorization`. */
function shown({ field, fate, detail }: FieldFate): string {
  const name = field.replace(':', ' ');
  const texts: Record<Fate, string> = {
    intact: `${name} arrived as it was sent`,
    absent: `${name} did not arrive`,
    moved: `${name} did not arrive; its value stands in ${detail}`,
    replaced: `${name} arrived with another value${detail === null ? '' : `: ${detail}`}`,
    recased: `${name} arrived in other letters, upper case and lower case`,
    cut: `${name} arrived cut: ${detail}`,
    twice: `${name} arrived beside another of its name`,
    masked: `${name} arrived; its value is not shown`,
  };
  return texts[fate];
}

/** Good: the same origin, and other fields of ours came through, so that it shows what there is. */
function trustOf(echoed: Echoed, subject: Subject): 'good' | 'weak' {
  const shows = echoed.control === 'intact' || echoed.ours;
  return shows && isAtOrigin(subject) ? 'good' : 'weak';
}

function weakness(echoed: Echoed, subject: Subject): string {
  if (!isAtOrigin(subject))
    return `that is ${originText(subject.environment.echo?.url ?? '')}, not the origin that refused`;
  return echoed.control === 'absent' ? 'no other header of ours is shown either' : 'it may show a part only';
}

function conclude(
  fate: FieldFate,
  trust: 'good' | 'weak',
  subject: Subject,
  url: string,
  seen: string,
): Evidence[] {
  const lines = [{ hop: null, field: `echo ${url}`, seen: `${seen}${spelling(fate, subject)}` }];
  // Who judged a token had one: an endpoint may hide the header on its own.
  const gone = fate.fate === 'absent' || fate.fate === 'moved';
  const doubtful = trust === 'weak' || (gone && speaksOfToken(subject));
  const names = namesOf(fate);
  if (names.length === 0) return arrived(fate, trust, subject, lines);
  if (doubtful) return [evidence('echo/hint', { names, weight: 1, lines })];
  const weak = fate.fate === 'recased' || fate.fate === 'cut';
  return [
    weak
      ? evidence(`echo/${fate.fate}`, { names, weight: 2, lines })
      : evidence(`experiment/echo-${fate.fate}`, {
          kind: 'experiment',
          names,
          excludes: ruledOut(fate),
          lines,
        }),
  ];
}

/** Worth a word only where the server finds none. */
function spelling({ fate, detail }: FieldFate, subject: Subject): string {
  if (fate !== 'intact' || detail === null || saysMissing(subject) !== 'told') return '';
  return `, ${detail}: an application that minds the case of names finds none (RFC 9110 section 5.1)`;
}

function namesOf({ field, fate }: FieldFate): CauseId[] {
  if (fate === 'absent' || fate === 'moved') return [lostCause(field)];
  if (fate === 'replaced') return ['credentials-replaced-by-proxy'];
  if (fate === 'twice') return ['credentials-duplicated'];
  if (fate === 'cut') return [isCustom(field) ? 'header-dropped-by-proxy' : 'credentials-replaced-by-proxy'];
  return fate === 'recased' ? ['credentials-replaced-by-proxy'] : [];
}

function ruledOut({ fate }: FieldFate): CauseId[] {
  const here = fate !== 'absent' && fate !== 'moved';
  return here ? ['credentials-missing', 'credentials-stripped-by-proxy', 'header-dropped-by-proxy'] : [];
}

/** Of the causes that a silent refusal most often hides, those named before a rule for one route. */
const mostUsual = 2;
const onTheWay: readonly CauseId[] = ['credentials-stripped-by-proxy', 'header-dropped-by-proxy'];

/** Of the same origin: nothing that holds for all of it takes the field away. A rule for one route is still possible. */
function arrived(
  { field, fate }: FieldFate,
  trust: 'good' | 'weak',
  subject: Subject,
  lines: Evidence['lines'],
): Evidence[] {
  if (trust === 'weak') return [];
  const missing = saysMissing(subject);
  if (missing === 'told') {
    // A header of its own has no scheme that could be the wrong one.
    const names: CauseId[] = isCustom(field) ? [lostCause(field)] : ['scheme-mismatch', lostCause(field)];
    return [evidence('echo/arrives-elsewhere', { names, weight: isCustom(field) ? 2 : 1, lines })];
  }
  if (missing === 'hinted') {
    const names = usualOf(subject, 'unknown').filter((cause) => !delivery.includes(cause));
    return [evidence('echo/arrives', { names: names.slice(0, mostUsual), weight: 1, lines })];
  }
  // Two of ours are no matter of what is between.
  const alone = subject.uses.length === 1 ? ['credentials-duplicated'] : [];
  const excludes = fate === 'intact' ? [...onTheWay, 'credentials-replaced-by-proxy', ...alone] : onTheWay;
  return [evidence('experiment/echo-arrives', { kind: 'experiment', excludes, lines })];
}
