import { readPackaged } from '../files.ts';

/** Version of this package. */
export function version(): string {
  const text = readPackaged('../../package.json');
  return (JSON.parse(text) as { version: string }).version;
}
