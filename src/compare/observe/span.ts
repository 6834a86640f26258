const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** Seconds as people say them, in the two largest units that are not 0: `30 d`, `1 h 30 min`, `90 s` as `1 min 30 s`. */
export function spanText(seconds: number): string {
  let rest = Math.abs(Math.round(seconds));
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count} ${unit}`];
  });
  const text = parts.length === 0 ? '0 s' : parts.slice(0, 2).join(' ');
  return seconds < 0 ? `-${text}` : text;
}
