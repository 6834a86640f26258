/** Secrets in what goes wrong inside: stacks, notes and problems. */
import { expect } from 'chai';
import { tellUncaught } from '../../src/cli/bug.ts';
import { redactorOf } from '../../src/cli/redactor.ts';
import type { World } from '../../src/cli/world.ts';
import { why401 } from '../support/command.ts';
import { systemClock } from '../support/origins.ts';

const token = 'k+/="q&7zK9w-token-of-nobody';
const files = {
  'specs/why401.yml':
    'environments:\n  staging: {protected: false, origins: {api: "http://127.0.0.1:9"}}\ncredentials:\n  reader: {type: bearer, token: "${secret.TOKEN}"}\n',
  'specs/a.yml': 'credential: reader\nsteps:\n  - GET: /a\n',
};

describe('secrets in the words of a bug', () => {
  for (const argv of [['run'], ['compare'], ['token', 'reader', '--env', 'staging']]) {
    it(`are not shown: ${argv[0]}`, async () => {
      let calls = 0;
      const broken = (): never => {
        calls += 1;
        throw new Error(`cannot read ${token} of ${encodeURIComponent(token)} and ${JSON.stringify(token)}`);
      };
      const clock = { ...systemClock, now: broken, monotonic: broken };
      const { code, stdout, stderr } = await why401(argv, { files, env: { TOKEN: token }, clock });
      expect([code, calls > 0]).to.deep.equal([70, true]);
      expect(stderr)
        .to.include('cannot read [secret:TOKEN] of [secret:TOKEN] and "[secret:TOKEN]"')
        .and.include('    at ');
      expect(stdout + stderr)
        .not.to.include('q&7zK9w')
        .and.not.include('zK9w-token');
    });
  }

  it('are not shown where nobody caught it', () => {
    let told = '';
    const world = { stderr: { write: (text: string) => (told += text) } } as unknown as World;
    redactorOf(world).learn('TOKEN', token);
    tellUncaught([], world);
    expect(told).to.equal('');
    tellUncaught([new Error(`no ${token}`), new Error('a later one')], world);
    expect(told.split('\n').slice(0, 2)).to.deep.equal([
      'why401: this is a bug of why401, not of your system. Please report it.',
      'Error: no [secret:TOKEN]',
    ]);
  });
});
