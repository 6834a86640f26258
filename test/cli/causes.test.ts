import { expect } from 'chai';
import { causesCommand } from '../../src/cli/causes.ts';
import { causes } from '../../src/diagnose/vocabulary.ts';
import { ProblemError } from '../../src/problem.ts';
import { why401 } from '../support/command.ts';
import { expectGolden } from '../support/golden.ts';

function printed(id: string | null, width: number, json = false, color = false): string {
  let text = '';
  const sink = {
    isTTY: true,
    color,
    width,
    write: (more: string) => {
      text += more;
    },
  };
  expect(causesCommand(id, json, sink)).to.equal(0);
  return text;
}

async function ended(...argv: string[]) {
  const { code, stdout, stderr } = await why401(['causes', ...argv], { files: {} });
  return { code, stdout, stderr };
}

describe('why401 causes', () => {
  for (const width of [60, 100]) {
    it(`lists all of them by group at ${width} columns`, () => {
      const text = printed(null, width);
      expectGolden(`causes/list-${width}.txt`, text);
      expect(text.split('\n').filter((line) => line.length > width)).to.deep.equal([]);
    });

    it(`tells all about one at ${width} columns`, () => {
      expectGolden(`causes/issuer-mismatch-${width}.txt`, printed('issuer-mismatch', width));
    });
  }

  it('leaves out what there is nothing to say of', () => {
    expect(printed('unknown', 100)).to.equal(`unknown  (cross-environment)
Nothing that was seen decides why.

  what   The answer is silent, nothing in the request is wrong as far as can be told from here, and
         no experiment was allowed or helped.
  seen   The hops as they were.
  fix    Look into the server's log at the time of the request, and allow experiments in this
         environment.
`);
  });

  it('paints only where colour is wanted', () => {
    const esc = String.fromCharCode(27);
    expect(printed('unknown', 100, false, true)).to.include(esc);
    expect(printed(null, 100, false, true)).to.include(esc);
    expect(printed(null, 100)).to.not.include(esc);
  });

  it('prints JSON, all or one', () => {
    expect(JSON.parse(printed(null, 40, true))).to.deep.equal(causes());
    expect(JSON.parse(printed('token-expired', 40, true))).to.deep.equal(
      causes().find(({ id }) => id === 'token-expired'),
    );
  });

  it('runs without a project', async () => {
    expect(await ended('token-expired')).to.deep.equal({
      code: 0,
      stdout: printed('token-expired', 100),
      stderr: '',
    });
  });

  const unknown: Record<string, string> = {
    'token-expird': 'Did you mean "token-expired"?',
    expired:
      'Did you mean "tls-expired" or "api-key-expired" or "token-expired" or "client-secret-expired" or "code-expired" or "refresh-token-expired"?',
    'wrong-password': 'Did you mean "password-wrong"?',
    zzz: '"why401 causes" lists them.',
  };
  for (const [id, fix] of Object.entries(unknown)) {
    it(`says which was probably meant by "${id}", exit 2`, async () => {
      expect(await ended(id)).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: `There is no cause "${id}".\n  fix  ${fix}\n`,
      });
    });
  }

  it('throws a Problem with a code for an unknown one', () => {
    try {
      printed('nothing', 80);
      expect.fail();
    } catch (error) {
      expect(error).to.be.instanceOf(ProblemError);
      expect((error as ProblemError).problems.map(({ code }) => code)).to.deep.equal(['UNKNOWN_CAUSE']);
    }
  });

  it('has a help text', async () => {
    const { code, stdout } = await ended('--help');
    expect(code).to.equal(0);
    expectGolden('causes/help.txt', stdout);
  });
});
