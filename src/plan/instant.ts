/** `${now.iso}`, `${now.unix}`, `${now-7d.iso}`, `${now+1h.unix}`. */

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** undefined for any other name, and for a time that no date has. */
export function instantOf(name: string, now: number): string | number | undefined {
  const match = /^now(?:([+-]\d+)([smhd]))?\.(iso|unix)$/.exec(name);
  if (!match) return undefined;
  const [, amount = '0', unit = 's', form] = match;
  const instant = new Date(now + Number(amount) * (units[unit] ?? 0));
  if (Number.isNaN(instant.getTime())) return undefined;
  return form === 'iso' ? instant.toISOString() : Math.floor(instant.getTime() / 1000);
}
