/** Durations and sizes with their units (LANGUAGE.md section 4). */

const milliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const bytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** `800ms`, `3s`, `1.5m`, `1h`, `7d` in milliseconds; null for anything else, also for a number without a unit. */
export function parseDuration(text: string): number | null {
  return parseQuantity(text, milliseconds);
}

/** `2MB`, `10kB` (powers of 1000), `1MiB` (powers of 1024), `512B` in bytes; null for anything else. */
export function parseSize(text: string): number | null {
  return parseQuantity(text, bytes);
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | null {
  const found = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text);
  if (!found) return null;
  const [, amount = '', unit = ''] = found;
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) return null;
  const value = Math.round(Number(amount) * factor);
  // `Infinity` is the end of no wait.
  return Number.isSafeInteger(value) ? value : null;
}

/**
 * A duration in words: milliseconds below a second, seconds with two decimals below a minute, then the two largest
 * units (`1m 30s`, `7d`).
 */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (Math.round(ms) < 1000) return `${Math.round(ms)}ms`;
  if (Math.round(ms / 10) < 6000) return `${Math.round(ms / 10) / 100}s`;
  let rest = Math.round(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's']) {
    const factor = milliseconds[unit] ?? 1;
    const count = Math.floor(rest / factor);
    rest -= count * factor;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}
