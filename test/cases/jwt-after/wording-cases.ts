/** Applications that refuse in words of their own, and with challenges of newer RFCs. */
import type { Case } from '../case.ts';
import { mayNot } from '../jwt/groups.ts';
import { without } from '../jwt/scene.ts';
import {
  after,
  billing,
  claiming,
  early,
  expired,
  forbid,
  future,
  past,
  restart,
  revoke,
  sendNone,
  sendOwn,
  stagingLogin,
  wantScope,
  withScope,
} from './after-case.ts';
import {
  bound,
  frenchWords,
  gatewayFault,
  germanWords,
  graphql,
  passportMessages,
  problemJson,
  resourceMetadata,
  stepUp,
} from './middlewares/wordings.ts';
import { oneText } from './program-cases.ts';

const languages: readonly Case[] = [
  after({
    fault: 'expired',
    middleware: germanWords,
    causes: ['token-expired'],
    decisive: [past],
    names: ['produktion', 'abnahme'],
    fail: expired,
  }),
  after({
    fault: 'audience',
    middleware: germanWords,
    sibling: true,
    names: ['produktion', 'abnahme'],
    causes: ['audience-mismatch'],
    decisive: [billing],
    fail: claiming({ aud: billing }),
  }),
  after({
    fault: 'revoked',
    middleware: germanWords,
    protected: false,
    causes: ['token-revoked'],
    fail: revoke,
  }),
  after({
    fault: 'forbidden',
    middleware: germanWords,
    causes: mayNot('permission-missing'),
    twin: 'express-german/scope-missing',
    fail: forbid,
    heal: restart,
  }),
  after({
    fault: 'scope-missing',
    middleware: germanWords,
    sibling: true,
    causes: mayNot('scope-missing'),
    twin: 'express-german/forbidden',
    fail: wantScope,
    heal: withScope,
  }),
  after({
    fault: 'expired-as-session',
    middleware: frenchWords,
    causes: ['token-expired'],
    decisive: [past],
    twin: 'express-french/clock-ahead',
    fail: expired,
  }),
  after({
    fault: 'clock-ahead',
    middleware: frenchWords,
    sibling: true,
    causes: ['clock-skew'],
    hop: null,
    twin: 'express-french/expired-as-session',
    fail: ({ production }) => production.serve({ skew: 7200 }),
    heal: restart,
  }),
  after({
    fault: 'token-of-staging',
    middleware: frenchWords,
    sibling: true,
    names: ['prod', 'recette'],
    causes: ['environment-mixup'],
    beside: ['key-unknown', 'issuer-mismatch', 'audience-mismatch', 'client-mismatch'],
    decisive: [stagingLogin],
    twin: 'express-french/revoked',
    async fail({ production, staging }) {
      production.token = await staging.issue();
    },
  }),
  after({
    fault: 'revoked',
    middleware: frenchWords,
    protected: false,
    causes: oneText('token-revoked'),
    twin: 'express-french/audience',
    fail: revoke,
  }),
  after({
    fault: 'audience',
    middleware: frenchWords,
    causes: ['audience-mismatch', 'token-invalid-unspecified'],
    decisive: [billing],
    twin: 'express-french/revoked',
    fail: claiming({ aud: billing }),
  }),
];

const formats: readonly Case[] = [
  after({
    fault: 'expired',
    middleware: problemJson,
    sibling: true,
    causes: ['token-expired'],
    decisive: [past],
    fail: expired,
  }),
  after({
    fault: 'not-yet-valid',
    middleware: problemJson,
    causes: ['token-not-yet-valid'],
    decisive: [future],
    fail: early,
  }),
  after({
    fault: 'claim-refused',
    middleware: problemJson,
    protected: false,
    causes: ['token-claims-invalid'],
    decisive: ['tenant'],
    fail: claiming({ tenant: 'other', banned: true }),
  }),
  after({
    fault: 'scope-missing',
    middleware: problemJson,
    names: ['p1', 't1'],
    causes: ['scope-missing'],
    decisive: ['orders:write'],
    fail: wantScope,
    heal: withScope,
  }),
  after({
    fault: 'expired',
    middleware: graphql,
    causes: ['token-expired'],
    decisive: [past],
    async fail(scene) {
      scene.step = { GET: '/orders', expect: { json: { '$.data.orders': { length: { gte: 1 } } } } };
      await expired(scene);
    },
  }),
  after({
    fault: 'forbidden',
    middleware: graphql,
    sibling: true,
    causes: mayNot('permission-missing'),
    async fail(scene) {
      scene.step = { GET: '/orders', expect: { json: { '$.data.orders': { length: { gte: 1 } } } } };
      await forbid(scene);
    },
    heal: restart,
  }),
  after({
    fault: 'expired',
    middleware: gatewayFault,
    causes: ['token-expired'],
    decisive: [past],
    fail: expired,
  }),
  after({
    fault: 'revoked',
    middleware: gatewayFault,
    sibling: true,
    causes: oneText('token-revoked'),
    twin: 'fault-gateway/audience',
    fail: revoke,
  }),
  after({
    fault: 'audience',
    middleware: gatewayFault,
    protected: false,
    names: ['gateway-live', 'gateway-test'],
    causes: ['audience-mismatch', 'token-invalid-unspecified'],
    decisive: [billing],
    twin: 'fault-gateway/revoked',
    fail: claiming({ aud: billing }),
  }),
  after({
    fault: 'stripped',
    middleware: gatewayFault,
    sibling: true,
    causes: ['credentials-stripped-by-proxy'],
    twin: 'fault-gateway/no-credential',
    fail({ production }) {
      production.gate = without('authorization');
    },
    heal({ production }) {
      production.gate = null;
    },
  }),
  after({
    fault: 'no-credential',
    middleware: gatewayFault,
    causes: ['credentials-missing'],
    twin: 'fault-gateway/stripped',
    fail: sendNone,
    heal: sendOwn,
  }),
];

const challenges: readonly Case[] = [
  after({
    fault: 'dpop-token-as-bearer',
    middleware: bound,
    causes: ['dpop-proof-missing'],
    beside: ['scheme-mismatch', 'token-binding-mismatch'],
    decisive: ['jkt'],
    twin: 'bound-tokens/expired',
    fail: claiming({ cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }),
  }),
  after({
    fault: 'expired',
    middleware: bound,
    sibling: true,
    causes: ['token-expired'],
    decisive: [past],
    twin: 'bound-tokens/dpop-token-as-bearer',
    fail: expired,
  }),
  after({
    fault: 'certificate-token-without-one',
    middleware: bound,
    names: ['open-banking', 'open-banking-test'],
    causes: ['client-cert-missing'],
    beside: ['token-binding-mismatch'],
    decisive: ['x5t#S256'],
    fail: claiming({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } }),
  }),
  after({
    fault: 'acr-too-low',
    middleware: stepUp,
    causes: ['step-up-required'],
    decisive: ['gold'],
    fail: claiming({ acr: 'silver' }),
  }),
  after({
    fault: 'login-too-old',
    middleware: stepUp,
    protected: false,
    causes: ['step-up-required'],
    decisive: ['300'],
    fail: claiming({ auth_time: Math.floor(Date.now() / 1000) - 7200 }),
  }),
  after({
    fault: 'no-credential',
    middleware: resourceMetadata,
    causes: ['credentials-missing'],
    twin: 'resource-metadata/stripped',
    fail: sendNone,
    heal: sendOwn,
  }),
  after({
    fault: 'stripped',
    middleware: resourceMetadata,
    sibling: true,
    causes: ['credentials-stripped-by-proxy'],
    twin: 'resource-metadata/no-credential',
    fail({ production }) {
      production.gate = without('authorization');
    },
    heal({ production }) {
      production.gate = null;
    },
  }),
  after({
    fault: 'audience',
    middleware: resourceMetadata,
    causes: ['audience-mismatch', 'token-invalid-unspecified'],
    decisive: [billing],
    twin: 'resource-metadata/expired',
    fail: claiming({ aud: billing }),
  }),
  after({
    fault: 'expired',
    middleware: resourceMetadata,
    protected: false,
    causes: ['token-expired'],
    decisive: [past],
    twin: 'resource-metadata/audience',
    fail: expired,
  }),
  after({
    fault: 'scope-missing',
    middleware: resourceMetadata,
    sibling: true,
    causes: ['scope-missing'],
    decisive: ['orders:write'],
    fail: wantScope,
    heal: withScope,
  }),
];

const passport: readonly Case[] = [
  after({
    fault: 'expired',
    middleware: passportMessages,
    causes: ['token-expired'],
    decisive: [past],
    fail: expired,
  }),
  after({
    fault: 'audience',
    middleware: passportMessages,
    sibling: true,
    causes: ['audience-mismatch'],
    decisive: [billing],
    fail: claiming({ aud: billing }),
  }),
  after({
    fault: 'deactivated',
    middleware: passportMessages,
    causes: ['user-disabled'],
    names: ['a', 'b'],
    fail: forbid,
    heal: restart,
  }),
];

export const wordingCases: readonly Case[] = [...languages, ...formats, ...challenges, ...passport];
