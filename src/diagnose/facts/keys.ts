/** The token's signature against the keys of this environment's authorization servers, and of the others'. */
import { type Evidence, evidence } from '../evidence.ts';
import { type Subject, tokenUse } from '../subject.ts';

export function keyFacts(subject: Subject): Evidence[] {
  const kid = tokenUse(subject)?.token?.header?.['kid'];
  const hop = subject.hop.index;
  const own = subject.keys.filter(({ environment }) => environment === subject.environment.name);
  const field = typeof kid === 'string' ? `token kid ${kid}` : 'token signature';
  const verified = own.find(({ verdict }) => verdict === 'verified');
  if (verified) {
    const lines = [{ hop, field: 'token signature', seen: `verifies with the keys of ${verified.issuer}` }];
    return [evidence('token/verified', { excludes: ['signature-invalid'], weight: 2, lines })];
  }
  const foreign = subject.keys.find(
    ({ environment, verdict }) => verdict === 'verified' && environment !== subject.environment.name,
  );
  if (foreign && own.length > 0) {
    const seen = `verifies with the keys of ${foreign.issuer} (${foreign.environment}), not with those of ${subject.environment.name}`;
    return [
      evidence('token/verified-by-other-environment', {
        names: ['environment-mixup'],
        lines: [{ hop, field, seen }],
      }),
    ];
  }
  const failed = own[0];
  if (!failed) return [];
  const wrong = own.some(({ verdict }) => verdict === 'wrong-signature');
  const seen = wrong
    ? `does not verify with that key of ${failed.issuer}`
    : `is not among the keys of ${failed.issuer}`;
  return [
    evidence(wrong ? 'token/signature-wrong' : 'token/key-unknown', {
      names: [wrong ? 'signature-invalid' : 'key-unknown'],
      weight: 1,
      lines: [{ hop, field, seen }],
    }),
  ];
}
