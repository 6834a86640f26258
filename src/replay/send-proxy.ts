/** Passwords of proxies: one that was refused is not sent again, since attempts are counted and lock accounts. */
import { errorCode, WireError } from './failure.ts';
import type { Connection } from './send-connection.ts';
import type { Attempt } from './send-exchange.ts';
import type { ForwardProxy } from './send-tunnel.ts';

export interface ProxyTurns {
  /** One for each attempt. */
  turn(attempt: Attempt): ProxyTurn;
}
export interface ProxyTurn {
  /** Waits until the password of the proxy was taken once, or it is its turn to try. Rejects where it was refused. */
  enter(proxy: ForwardProxy): Promise<void>;
  /** Others may go on: `connection` was opened through the proxy, or the attempt is over. */
  leave(connection: Connection | null): void;
}

interface Password {
  verdict: 'taken' | 'refused' | null;
  tail: Promise<void>;
}

type Leave = (verdict: Password['verdict']) => void;

export function createProxyTurns(): ProxyTurns {
  const passwords = new Map<string, Password>();
  const passwordOf = ({ address, authorization }: ForwardProxy): Password => {
    const key = JSON.stringify([address, authorization?.reveal()]);
    const password = passwords.get(key) ?? { verdict: null, tail: Promise.resolve() };
    passwords.set(key, password);
    return password;
  };
  return {
    turn(attempt) {
      let leave: Leave | null = null;
      let ended = false;
      return {
        async enter(proxy) {
          if (!proxy.authorization) return;
          const left = await inTurn(passwordOf(proxy));
          if (ended) left(null);
          else leave = left;
        },
        leave(connection) {
          if (connection?.opened.absoluteForm) return;
          ended = connection === null;
          leave?.(connection ? 'taken' : verdictOf(attempt));
        },
      };
    },
  };
}

async function inTurn(password: Password): Promise<Leave> {
  let over = (): void => {};
  if (password.verdict === null) {
    const before = password.tail;
    const mine = new Promise<void>((resolve) => {
      over = resolve;
    });
    password.tail = before.then(() => mine);
    await before;
    if (password.verdict !== null) over();
  }
  if (password.verdict === 'refused') throw new WireError('PROXY_AUTH_REFUSED');
  return (verdict) => {
    password.verdict ??= verdict;
    over();
  };
}

/** A 407 can be that of a server behind the proxy, but nobody can tell. */
function verdictOf({ error, answer, connection }: Attempt): Password['verdict'] {
  if (errorCode(error) === 'PROXY_AUTH_REQUIRED') return 'refused';
  if (!connection?.opened.absoluteForm || answer === null) return null;
  return answer.status === 407 ? 'refused' : 'taken';
}
