import type { DB } from '../../generated/database.ts'
import { sql } from '../kysely/index.ts'
import { groupByColumns, type ImportTable, type TableItem } from './import-table.ts'
import { type Statement, type Variants, variants } from './statement.ts'

/** The input of a statement that inserts rows: a JSON array of objects, whose keys are columns. */
type JsonRows = { readonly rows: string }

/** The statements that insert the same rows as a COPY does, which PostgreSQL refuses where row security applies. */
export class InsertTable<
  Id extends string,
  Input extends object,
  Defaulted extends keyof Input,
  Table extends keyof DB = keyof DB,
> {
  readonly #table: ImportTable<Table, Id, Input, Defaulted>
  readonly #statements: Variants<JsonRows>

  /** @param name of the statements. */
  constructor(name: string, table: ImportTable<Table, Id, Input, Defaulted>) {
    this.#table = table
    const always = [table.ids, table.columns].flatMap((each) => Object.values(each) as string[])
    const defaulted = Object.entries(table.defaulted) as [string, string][]
    this.#statements = variants<JsonRows, unknown, string>(
      name,
      defaulted.map(([property]) => property),
      (query, $, has) => {
        const columns = [
          ...always,
          ...defaulted.flatMap(([property, column]) => (has[property] ? [column] : [])),
        ]
        // The row type of the table converts each value as a COPY would.
        const rows = sql`json_populate_recordset(null::${sql.table(table.name)}, ${$.rows}::json)`
        return query
          .insertInto(table.name)
          .columns(columns as never)
          .expression(sql`select ${sql.join(columns.map((column) => sql.ref(column)))} from ${rows}`)
      },
    )
  }

  /** The statement for each combination of columns with a default that the items have, and its items. */
  insertsOf<Item extends TableItem<Id, Input>>(items: readonly Item[]) {
    return groupByColumns(this.#table, items).map(({ ids, columns, items }) => ({
      statement: this.#statements.for(items[0]?.input as never) as Statement<JsonRows>,
      items,
      toRow: (item: Item): object => {
        const input = item.input as Readonly<Record<string, unknown>>
        return Object.fromEntries([
          ...ids.map(([property, column]) => [column, item[property]]),
          ...columns.map(([property, column]) => [column, input[property]]),
        ])
      },
    }))
  }
}
