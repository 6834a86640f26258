/** Authlib, FastAPI, Django REST framework, ruby-jwt, PHP. */
import type { CauseId } from '../../../src/model.ts';
import type { Case } from '../case.ts';
import { mayNot, notActive, oneAnswer } from '../jwt/groups.ts';
import { sharedSecret, signingKey } from '../jwt/issuer.ts';
import type { Scene } from '../jwt/scene.ts';
import { without } from '../jwt/scene.ts';
import {
  after,
  asBasic,
  asBearer,
  asWord,
  billing,
  claiming,
  early,
  expired,
  forbid,
  future,
  holding,
  login,
  past,
  restart,
  revoke,
  sendNone,
  sendOwn,
  stagingLogin,
  wantScope,
  withCredential,
  withScope,
} from './after-case.ts';
import {
  authlibProtector,
  drfBasic,
  drfToken,
  fastapiTelling,
  fastapiTutorial,
} from './middlewares/python.ts';
import { phpByHand, rubyJwt } from './middlewares/scripts.ts';

/** One text for every token that is no good; without one the answer is another. */
export function oneText(real: CauseId): readonly CauseId[] {
  return oneAnswer(real).filter((cause) => cause !== 'credentials-stripped-by-proxy');
}
function strip({ production }: Scene): void {
  production.gate = without('authorization');
}
function open({ production }: Scene): void {
  production.gate = null;
}

const authlib: readonly Case[] = [
  after({
    fault: 'expired',
    middleware: authlibProtector,
    names: ['live', 'test'],
    causes: ['token-expired'],
    decisive: [past],
    twin: 'authlib-protector/revoked',
    fail: expired,
  }),
  after({
    fault: 'revoked',
    middleware: authlibProtector,
    sibling: true,
    causes: oneText('token-revoked'),
    twin: 'authlib-protector/claim-missing',
    fail: revoke,
  }),
  after({
    fault: 'claim-missing',
    middleware: authlibProtector,
    protected: false,
    causes: oneText('token-claims-invalid'),
    twin: 'authlib-protector/revoked',
    fail: claiming({ grant_type: undefined }),
  }),
  after({
    fault: 'scope-missing',
    middleware: authlibProtector,
    causes: ['scope-missing'],
    fail: wantScope,
    heal: withScope,
  }),
  after({
    fault: 'token-scheme',
    middleware: authlibProtector,
    causes: ['scheme-mismatch'],
    decisive: ['Token'],
    fail: withCredential(asWord('Token')),
    heal: withCredential(asBearer),
  }),
  after({
    fault: 'double-bearer',
    middleware: authlibProtector,
    names: ['prod', 'qa'],
    sibling: true,
    causes: ['authorization-malformed'],
    beside: ['token-malformed'],
    decisive: ['Bearer'],
    twin: 'authlib-protector/expired',
    fail: holding((token) => `Bearer ${token}`),
  }),
];

const fastapi: readonly Case[] = [
  after({
    fault: 'expired-one-text',
    middleware: fastapiTutorial,
    sibling: true,
    causes: ['token-expired'],
    decisive: [past],
    twin: 'fastapi/revoked-one-text',
    fail: expired,
  }),
  after({
    fault: 'revoked-one-text',
    middleware: fastapiTutorial,
    names: ['eu', 'eu-test'],
    causes: oneText('token-revoked'),
    twin: 'fastapi/expired-one-text',
    fail: revoke,
  }),
  after({
    fault: 'audience',
    middleware: fastapiTelling,
    causes: ['audience-mismatch'],
    decisive: [billing],
    fail: claiming({ aud: billing }),
  }),
  after({
    fault: 'basic-sent',
    middleware: fastapiTelling,
    protected: false,
    causes: ['scheme-mismatch'],
    decisive: ['Basic'],
    twin: 'fastapi/no-credential',
    fail: withCredential(asBasic),
    heal: withCredential(asBearer),
  }),
  after({
    fault: 'stripped',
    middleware: fastapiTelling,
    sibling: true,
    causes: ['credentials-stripped-by-proxy'],
    twin: 'fastapi/no-credential',
    fail: strip,
    heal: open,
  }),
  after({
    fault: 'no-credential',
    middleware: fastapiTelling,
    causes: ['credentials-missing'],
    twin: 'fastapi/stripped',
    fail: sendNone,
    heal: sendOwn,
  }),
  after({
    fault: 'scope-missing',
    middleware: fastapiTutorial,
    causes: mayNot('scope-missing'),
    twin: 'fastapi/forbidden',
    fail: wantScope,
    heal: withScope,
  }),
  after({
    fault: 'forbidden',
    middleware: fastapiTutorial,
    sibling: true,
    names: ['production-eu', 'production-us'],
    causes: mayNot('permission-missing'),
    twin: 'fastapi/scope-missing',
    fail: forbid,
    heal: restart,
  }),
];

const wordToken = withCredential(asWord('Token'));
const django: readonly Case[] = [
  after({
    fault: 'bearer-sent',
    middleware: drfToken,
    causes: ['scheme-mismatch'],
    decisive: ['Token', 'Bearer'],
    twin: 'drf-token/no-credential',
    fail: withCredential(asBearer),
    heal: wordToken,
  }),
  after({
    fault: 'no-credential',
    middleware: drfToken,
    causes: ['credentials-missing'],
    twin: 'drf-token/bearer-sent',
    async fail(scene) {
      await wordToken(scene);
      sendNone(scene);
    },
    heal: sendOwn,
  }),
  after({
    fault: 'revoked',
    middleware: drfToken,
    causes: [...notActive('token-revoked'), 'api-key-invalid', 'api-key-expired'],
    twin: 'drf-token/of-staging',
    async fail(scene) {
      await wordToken(scene);
      scene.production.issuer.opaque.delete(scene.production.token);
    },
  }),
  after({
    fault: 'of-staging',
    middleware: drfToken,
    sibling: true,
    names: ['live', 'sandbox'],
    causes: ['environment-mixup'],
    beside: ['token-unknown', 'api-key-invalid'],
    twin: 'drf-token/revoked',
    async fail(scene) {
      await wordToken(scene);
      const reader = { value: 'Token ${secret.STAGING_TOKEN}' };
      scene.staging.project = { ...scene.staging.project, credentials: { reader } };
      scene.production.token = scene.staging.token;
    },
  }),
  after({
    fault: 'inactive',
    middleware: drfToken,
    causes: ['user-disabled'],
    async fail(scene) {
      await wordToken(scene);
      await forbid(scene);
    },
    heal: restart,
  }),
  after({
    fault: 'word-twice',
    middleware: drfToken,
    protected: false,
    causes: ['authorization-malformed'],
    decisive: ['Token'],
    async fail(scene) {
      await wordToken(scene);
      scene.production.token = `Token ${scene.production.token}`;
    },
  }),
  after({
    fault: 'password',
    middleware: drfBasic,
    causes: ['password-wrong', 'user-unknown', 'user-disabled', 'account-locked', 'password-expired'],
    fail(scene) {
      scene.credential = asBasic;
      scene.production.token = 'correct-horse-battery';
    },
  }),
  after({
    fault: 'inactive',
    middleware: drfBasic,
    names: ['main', 'next'],
    causes: ['user-disabled'],
    async fail(scene) {
      scene.credential = asBasic;
      await forbid(scene);
    },
    heal: restart,
  }),
  after({
    fault: 'bearer-sent',
    middleware: drfBasic,
    causes: ['scheme-mismatch', 'basic-shadow'],
    decisive: ['Basic'],
    fail: withCredential(asBearer),
    heal: withCredential(asBasic),
  }),
];

const ruby: readonly Case[] = [
  after({
    fault: 'expired',
    middleware: rubyJwt,
    sibling: true,
    causes: ['token-expired'],
    decisive: [past],
    fail: expired,
  }),
  after({
    fault: 'not-yet-valid',
    middleware: rubyJwt,
    causes: ['token-not-yet-valid'],
    decisive: [future],
    fail: early,
  }),
  after({
    fault: 'issuer-trailing-slash',
    middleware: rubyJwt,
    protected: false,
    causes: ['issuer-mismatch'],
    decisive: [`${login}/`],
    fail: claiming({ iss: `${login}/` }),
  }),
  after({
    fault: 'token-of-staging',
    middleware: rubyJwt,
    sibling: true,
    names: ['blue', 'green'],
    causes: ['environment-mixup'],
    beside: ['key-unknown', 'issuer-mismatch', 'audience-mismatch', 'client-mismatch'],
    decisive: [stagingLogin],
    async fail({ production, staging }) {
      production.token = await staging.issue();
    },
  }),
  after({
    fault: 'hs256',
    middleware: rubyJwt,
    causes: ['alg-not-allowed'],
    beside: ['key-unknown'],
    decisive: ['HS256'],
    async fail({ production }) {
      const key = { ...sharedSecret('a shared secret of thirty-two bytes'), kid: 'production-1' };
      production.token = await production.issuer.sign({}, key);
    },
  }),
];

const php: readonly Case[] = [
  after({
    fault: 'expired',
    middleware: phpByHand,
    protected: false,
    causes: ['token-expired'],
    decisive: [past],
    twin: 'php-by-hand/clock-ahead',
    fail: expired,
  }),
  after({
    fault: 'clock-ahead',
    middleware: phpByHand,
    sibling: true,
    causes: ['clock-skew'],
    hop: null,
    twin: 'php-by-hand/expired',
    fail: ({ production }) => production.serve({ skew: 7200 }),
    heal: restart,
  }),
  after({
    fault: 'stripped',
    middleware: phpByHand,
    sibling: true,
    names: ['www', 'preview'],
    causes: ['credentials-stripped-by-proxy'],
    twin: 'php-by-hand/no-credential',
    fail: strip,
    heal: open,
  }),
  after({
    fault: 'no-credential',
    middleware: phpByHand,
    causes: ['credentials-missing'],
    twin: 'php-by-hand/stripped',
    fail: sendNone,
    heal: sendOwn,
  }),
  after({
    fault: 'lower-case-bearer',
    middleware: phpByHand,
    protected: false,
    causes: ['scheme-mismatch'],
    beside: ['authorization-malformed'],
    decisive: ['bearer'],
    twin: 'php-by-hand/no-credential',
    fail: withCredential(asWord('bearer')),
    heal: withCredential(asBearer),
  }),
  after({
    fault: 'key-replaced-under-its-name',
    middleware: phpByHand,
    causes: ['signature-invalid', 'key-unknown', 'credentials-replaced-by-proxy'],
    async fail({ production }) {
      production.issuer.keys = [await signingKey('production-1', 3)];
      production.token = await production.issue();
    },
    heal: restart,
  }),
  after({
    fault: 'forbidden',
    middleware: phpByHand,
    causes: mayNot('permission-missing'),
    fail: forbid,
    heal: restart,
  }),
];

export const programCases: readonly Case[] = [...authlib, ...fastapi, ...django, ...ruby, ...php];
