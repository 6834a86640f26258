/** Comma-separated values (RFC 4180), read strictly: each cell with its place. */

export interface Cell {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}
export interface CsvFault extends Omit<Cell, 'text'> {
  readonly message: string;
  readonly fix: string;
}

/**
 * The records of a text, the header among them, at most `most`; a line end is CRLF, LF or CR. Lines with nothing in them
 * are left out: an empty cell that is alone in its record is written `""`. White space belongs to a cell. Linear.
 */
export function parseCsv(text: string, most: number): readonly (readonly Cell[])[] | CsvFault {
  const reader = new Reader(text);
  const records: Cell[][] = [];
  while (!reader.done && records.length < most) {
    const record = reader.record();
    if ('message' in record) return record;
    if (record.length > 0) records.push(record);
  }
  return records;
}

class Reader {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  record(): Cell[] | CsvFault {
    const cells: Cell[] = [];
    if (this.#lineEnd()) return cells;
    for (;;) {
      const cell = this.#cell();
      if ('message' in cell) return cell;
      cells.push(cell);
      if (this.#text[this.#at] === ',') this.#at += 1;
      else if (this.done || this.#lineEnd()) return cells;
      else
        return this.#fault('Text follows the closing quote of a cell.', 'Write a quote within it twice: "".');
    }
  }

  #cell(): Cell | CsvFault {
    const place = this.#place();
    if (this.#text[this.#at] === '"') return this.#quoted(place);
    const start = this.#at;
    const plain = /[^",\r\n]*/y;
    plain.lastIndex = start;
    plain.exec(this.#text);
    this.#at = plain.lastIndex;
    if (this.#text[this.#at] === '"')
      return this.#fault(
        'A quote stands in a cell that does not begin with one.',
        'Quote the whole cell: "a ""b"" c".',
      );
    return { text: this.#text.slice(start, this.#at), ...place };
  }

  #quoted(place: Omit<Cell, 'text'>): Cell | CsvFault {
    const parts: string[] = [];
    this.#at += 1;
    for (;;) {
      const end = this.#text.indexOf('"', this.#at);
      if (end < 0) return { message: 'A quoted cell does not end.', fix: 'Close it with a quote.', ...place };
      this.#pass(end);
      parts.push(this.#text.slice(this.#at, end));
      this.#at = end + 1;
      if (this.#text[this.#at] !== '"') return { text: parts.join('"'), ...place };
      this.#at += 1;
    }
  }

  /** Counts the lines up to `end`. */
  #pass(end: number): void {
    const within = this.#text.slice(this.#at, end);
    for (const found of within.matchAll(/\r\n|\n|\r/g)) {
      this.#line += 1;
      this.#lineStart = this.#at + found.index + found[0].length;
    }
  }

  #lineEnd(): boolean {
    const lineEnd = /\r\n|\n|\r/y;
    lineEnd.lastIndex = this.#at;
    if (!lineEnd.test(this.#text)) return false;
    this.#at = lineEnd.lastIndex;
    this.#line += 1;
    this.#lineStart = this.#at;
    return true;
  }

  #place(): Omit<Cell, 'text'> {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #fault(message: string, fix: string): CsvFault {
    return { message, fix, ...this.#place() };
  }
}
