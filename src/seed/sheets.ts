import type { Insertable } from 'kysely'
import type { TableName as Table } from '../../generated/catalog.ts'
import type { DB } from '../../generated/database.ts'
import { CopyText } from '../connection/index.ts'

/** The required and the optional columns of a row. A column that is missing here is a compile error. */
export type Row<T extends Table> = {
  readonly [Column in keyof Insertable<DB[T]>]: string | number | boolean | null
}

interface Sheet {
  readonly rows: CopyText
  columns: readonly string[]
  count: number
}

/** Tables in an order in which each follows those it references. */
const ORDER: readonly Table[] = [
  'users',
  'customers',
  'people',
  'customer_people',
  'chats',
  'messages',
  'parts',
  'ai_options',
  'audit_log',
]

/** Rows in COPY format that wait to be sent. */
export class Sheets {
  readonly #sheets = new Map<Table, Sheet>(
    ORDER.map((table) => [table, { rows: new CopyText(), columns: [], count: 0 }]),
  )

  get bytes(): number {
    let sum = 0
    for (const { rows } of this.#sheets.values()) sum += rows.length
    return sum
  }

  /** Adds a row. All rows of a table have their columns in the same order. */
  add<T extends Table>(table: T, row: Row<T>): void {
    const sheet = this.#sheets.get(table) as Sheet
    if (sheet.columns.length === 0) sheet.columns = Object.keys(row)
    for (const column of sheet.columns) sheet.rows.addValue((row as Record<string, unknown>)[column])
    sheet.rows.endRow()
    sheet.count += 1
  }

  /** The rows to send, in an order that satisfies the foreign keys. */
  *copies(): Generator<{ table: Table; sql: string; bytes: Buffer; count: number }> {
    for (const [table, { rows, columns, count }] of this.#sheets) {
      if (count > 0)
        yield { table, sql: `copy ${table} (${columns.join(', ')}) from stdin`, bytes: rows.bytes, count }
    }
  }

  clear(): void {
    for (const sheet of this.#sheets.values()) {
      sheet.rows.clear()
      sheet.count = 0
    }
  }
}
