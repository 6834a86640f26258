/** One token for each credential that the scenarios use, where that needs nobody and is allowed (class B). */
import { observeToken } from '../compare/observe/token.ts';
import { observeTokenAnswer, tokenAnswer } from '../compare/observe/token-answer.ts';
import { nothing, type Surveyed, together } from '../compare/surveyed.ts';
import { isAllowed, isSomebodyElses } from '../diagnose/experiments/experiments.ts';
import type {
  Credential,
  Finding,
  Job,
  OAuth2Credential,
  Observation,
  StepResult,
  TokenSource,
} from '../model.ts';
import { later, leftOut, type SurveyContext, surveyStep } from './context.ts';
import { tokenFindings } from './token-findings.ts';

export async function surveyTokens(context: SurveyContext): Promise<Surveyed> {
  // Those of the scenarios are looked at where they are replayed.
  if (context.scenarios) return nothing;
  const parts: Surveyed[] = [];
  for (const credential of context.credentials.values()) {
    if (context.signal.aborted) break;
    parts.push(await survey(credential, context));
  }
  return together(parts);
}

async function survey(credential: Credential, context: SurveyContext): Promise<Surveyed> {
  switch (credential.type) {
    case 'bearer':
    case 'self_signed_jwt':
      return asPresented(credential, context, null);
    case 'oauth2':
    case 'ci_oidc':
    case 'command':
    case 'session': {
      const why = whyNot(credential, context);
      if (why !== null) return { ...nothing, left: [left(credential, why, context)] };
      const stop = await stopOf(credential, context);
      if (stop === null) return got(credential, context);
      return {
        ...nothing,
        left: [leftOut(context, `the token of ${credential.name}`, stop, later, ['token.*'])],
      };
    }
    default:
      return nothing;
  }
}

function left({ name }: Credential, why: string, context: SurveyContext): Surveyed['left'][number] {
  const fix = 'Add --scenarios: the scenarios are then replayed with their credentials.';
  return leftOut(context, `the token of ${name}`, why, fix, ['token.*']);
}

/** Why no token is asked for; null: one may be. */
function whyNot(credential: Credential, { environment, experiments }: SurveyContext): string | null {
  if (!experiments) return 'experiments are off';
  if (credential.type === 'session') return 'it takes a login';
  if (!needsNobody(credential)) return 'it takes a login, a program, or a token that is used up';
  if (!isAllowed('fresh-token', 'B', environment.experiments))
    return 'token requests (class B) are not allowed here';
  const issuers = issuersOf(credential);
  return issuers.some((issuer) => isSomebodyElses(issuer, environment.experiments))
    ? 'the authorization server is shared with others'
    : null;
}

/** The stop sign that was met where the token, or what it is made of, would be asked for. */
async function stopOf(credential: Credential, context: SurveyContext): Promise<string | null> {
  for (const issuer of issuersOf(credential)) {
    const { values } = await context.store.metadata(context.environment, issuer.name);
    for (const url of [issuer.issuer, String(values?.['token_endpoint'] ?? '')]) {
      const stop = context.stopped(url);
      if (stop !== null) return stop;
    }
  }
  return null;
}

/** Without a person, a program, and without using up what cannot be got again. */
function needsNobody(credential: Credential): boolean {
  if (credential.type === 'bearer' || credential.type === 'self_signed_jwt') return true;
  if (credential.type === 'ci_oidc') return true;
  if (credential.type !== 'oauth2') return false;
  if (!['client_credentials', 'jwt_bearer', 'token_exchange'].includes(credential.grant_type)) return false;
  return sourcesOf(credential).every(
    (from) => typeof from === 'string' || !('type' in from) || needsNobody(from),
  );
}

function sourcesOf({ asks }: OAuth2Credential): TokenSource['from'][] {
  return [asks?.assertion, asks?.subject_token, asks?.actor_token].flatMap((each) =>
    each ? [each.from] : [],
  );
}

function issuersOf(credential: Credential): OAuth2Credential['client']['issuer'][] {
  if (credential.type !== 'oauth2') return [];
  const inner = sourcesOf(credential).flatMap((from) =>
    typeof from !== 'string' && 'type' in from ? issuersOf(from) : [],
  );
  return [credential.client.issuer, ...inner];
}

/** A `token` step of its own: a refusal is explained as in a run. */
async function got(credential: Credential, context: SurveyContext): Promise<Surveyed> {
  const { name, source } = credential;
  const step = {
    kind: 'token',
    index: 0,
    name: `token of ${name}`,
    source,
    credential: name,
    expect: {},
    capture: {},
    timeout: context.timeout,
    retry: 0,
  } as const;
  const job: Job = {
    index: 0,
    file: source.file,
    name: 'tokens',
    source,
    tags: [],
    environment: { ...context.environment, credentials: context.credentials },
    variables: [],
    steps: [step],
  };
  const [result] = (await context.run(job)).steps;
  if (!result) return nothing;
  const named: StepResult = { ...result, credential: name };
  if (result.status !== 'passed') return { ...nothing, steps: [named] };
  return asPresented(credential, context, named);
}

/** The token at hand, or one that needs no request. `step`: how it was got. */
export async function asPresented(
  credential: Credential,
  context: SurveyContext,
  step: StepResult | null,
): Promise<Surveyed> {
  const { environment, doors } = context;
  const { use } = await context.store.present(credential, environment, { stale: true });
  const answer = step?.exchanges.findLast((each) => tokenAnswer(each) !== null) ?? null;
  const findings = use ? tokenFindings(credential, use, context) : [];
  const read = step ?? (use?.token?.claims ? readStep(credential) : null);
  const steps = read ? [withFindings(read, findings)] : [];
  const now = use?.obtained?.at ?? doors.clock.now();
  return {
    ...nothing,
    steps,
    observations: [
      ...withoutTold(use ? observeToken(credential, environment, use, now) : [], credential.name, findings),
      ...(answer ? observeTokenAnswer(credential, answer, use) : []),
    ],
  };
}

/** A token that came from outside, and was not sent. */
export function readStep({ name, sources, source }: Credential): StepResult {
  const at = sources['token'] ?? source;
  return surveyStep({ name: `token of ${name}`, credential: name, source: at, exchanges: [], findings: [] });
}

export function withFindings(step: StepResult, more: readonly Finding[]): StepResult {
  const isWrong = more.some(({ severity }) => severity === 'error');
  return { ...step, status: isWrong ? 'failed' : step.status, findings: [...step.findings, ...more] };
}

/** What is wrong with a token by itself is not told as a difference, too. */
export function withoutTold(
  observations: readonly Observation[],
  name: string,
  findings: readonly Finding[],
): readonly Observation[] {
  if (!findings.some(({ cause }) => cause === 'environment-mixup')) return observations;
  return observations.filter(({ kind, of }) => of !== name || !/^token\.(?:issuer|audience)$/.test(kind));
}
