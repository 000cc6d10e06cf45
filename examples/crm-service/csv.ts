/** The cells of a row, by the heads of their columns. */
export type Cells = Readonly<Record<string, string>>

/** A row of a CSV file, with the number that a spreadsheet shows beside it. */
export interface CsvRow {
  readonly number: number
  readonly cells: Cells
}

/** The rows of a CSV text below its first row, which has the heads. Commas, semicolons or tabs separate cells; quotes enclose them. */
export function* parseCsv(text: string): Generator<CsvRow> {
  let heads: string[] | undefined
  let number = 0
  for (const row of rowsOf(text)) {
    number += 1
    if (row.every((cell) => cell === '')) continue
    if (heads) yield { number, cells: named(row, heads) }
    else heads = row
  }
}

function* rowsOf(text: string): Generator<string[]> {
  const [separator = ','] = /[,;\t]/.exec(text) ?? []
  const cell = new RegExp(`("[^"]*(?:""[^"]*)*"|[^${separator}\r\n]*)(${separator}|\r\n?|\n|$)`, 'gy')
  let row: string[] = []
  for (const [, value = '', end] of text.matchAll(cell)) {
    row.push((/^".*"$/s.test(value) ? value.slice(1, -1).replaceAll('""', '"') : value).trim())
    if (end === separator) continue
    yield row
    row = []
  }
}

/** A cell without a head gets the number of its column, so that the import refuses it. */
function named(row: readonly string[], heads: readonly string[]): Cells {
  return Object.fromEntries(row.map((cell, index) => [heads[index] || `column ${index + 1}`, cell]))
}

/** A CSV text of rows; the first one has the names of all cells. */
export function toCsv(rows: readonly Cells[]): string {
  const heads = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const lines = [heads, ...rows.map((row) => heads.map((head) => row[head] ?? ''))]
  return lines.map((cells) => cells.map(quoted).join(',')).join('\r\n')
}

function quoted(cell: string): string {
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
