/** All facts about a subject, in the order of the procedure. */
import type { Evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { algorithmFacts } from './algorithm.ts';
import { arrivalFacts } from './arrival.ts';
import { askedFacts } from './asked.ts';
import { bindingFacts } from './binding.ts';
import { bodyFacts } from './body.ts';
import { cacheFacts } from './cache.ts';
import { challengeFacts } from './challenge.ts';
import { claimFacts } from './claims.ts';
import { clientFacts } from './client.ts';
import { clientProofFacts } from './client-proof.ts';
import { codeFacts } from './code.ts';
import { cookieFacts } from './cookies.ts';
import { csrfFacts } from './csrf.ts';
import { deliveryFacts } from './delivery.ts';
import { differenceFacts } from './difference.ts';
import { staleFacts } from './digest.ts';
import { fieldNameFacts, hopByHopFacts } from './field-name.ts';
import { grantFacts } from './grant.ts';
import { grantInputFacts } from './grant-inputs.ts';
import { headSizeFacts } from './head-size.ts';
import { issuerFacts } from './issuer.ts';
import { keyFacts } from './keys.ts';
import { loginFacts } from './login.ts';
import { authorizationAnswerFacts, loginFormFacts } from './login-form.ts';
import { metadataFacts } from './metadata.ts';
import { passesFacts } from './passes.ts';
import { presentedFacts } from './presented.ts';
import { quotedFacts } from './quoted.ts';
import { redirectFacts } from './redirects.ts';
import { scopeFacts } from './scope.ts';
import { shapeFacts } from './shape.ts';
import { sharedValueFacts } from './shared-value.ts';
import { siblingTokenFacts } from './sibling-token.ts';
import { signedFacts } from './signed.ts';
import { statusFacts } from './status.ts';
import { stepUpFacts } from './step-up.ts';
import { timeFacts } from './time.ts';
import { tokenEndpointFacts } from './token-endpoint.ts';
import { tokenRequestFacts } from './token-request.ts';
import { tokenTypeFacts } from './token-type.ts';

type Kind = (subject: Subject) => Evidence[];

/** About what was presented: these explain a refusal and nothing else. */
const ofCredentials: readonly Kind[] = [
  deliveryFacts,
  presentedFacts,
  fieldNameFacts,
  hopByHopFacts,
  passesFacts,
  arrivalFacts,
  challengeFacts,
  shapeFacts,
  timeFacts,
  signedFacts,
  staleFacts,
  issuerFacts,
  keyFacts,
  algorithmFacts,
  tokenTypeFacts,
  claimFacts,
  quotedFacts,
  differenceFacts,
  siblingTokenFacts,
  bindingFacts,
  stepUpFacts,
  scopeFacts,
  sharedValueFacts,
  metadataFacts,
  clientFacts,
  clientProofFacts,
  tokenRequestFacts,
  codeFacts,
  grantFacts,
  grantInputFacts,
  tokenEndpointFacts,
  askedFacts,
];

/** About the answer and the way to it: these hold for any status, success included, and mind it themselves. */
const ofAnswers: readonly Kind[] = [
  statusFacts,
  headSizeFacts,
  redirectFacts,
  loginFacts,
  cookieFacts,
  csrfFacts,
  cacheFacts,
  bodyFacts,
];

export function facts(subject: Subject): Evidence[] {
  if (subject.stage === 'login') return loginFormFacts(subject);
  return [
    ...authorizationAnswerFacts(subject),
    ...[...ofCredentials, ...ofAnswers].flatMap((kind) => kind(subject)),
  ];
}

/** Those that need no refusal: for answers of any status. */
export function answerFacts(subject: Subject): Evidence[] {
  return ofAnswers.flatMap((kind) => kind(subject));
}
