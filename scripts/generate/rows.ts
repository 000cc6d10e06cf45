import { camelCase } from '../../src/sentences/index.ts'
import { BANNER } from './banner.ts'
import { printKey } from './constraints.ts'
import { forDocComment, forLine } from './escape.ts'
import type { NamedTypes } from './named-types.ts'

/** A table or view, as generated/rows.ts and generated/inputs.ts declare it. */
export interface RowTable {
  /** In PascalCase, unique. */
  readonly name: string
  /** Its name in SQL. */
  readonly table: string
  /** In the order of the table. */
  readonly columns: readonly RowColumn[]
  readonly isView: boolean
  /** Whether it is a table of the package, with the columns that the service adds to it alone. */
  readonly isAdded?: boolean
}

/** The comment of a type that has only the columns that a service adds to a table of the package. */
export const commentOfAdded = (table: string) =>
  `The columns that the service adds to ${table} of the package.`

/** A column, as a property of a row that is read and of a row that is inserted. */
export interface RowColumn {
  readonly column: string
  readonly comment: string | null
  /** Type of the value that arrives. */
  readonly select: string
  /** Type of the value to insert; undefined for a column that cannot be inserted. */
  readonly input: string | undefined
  /** Whether an insert may leave it out. */
  readonly isOptional: boolean
}

/**
 * Generates generated/rows.ts: an interface for the rows of each table, with camelCase properties in column order and the
 * columns' comments. The public types of repositories pick from it, so that an editor shows both.
 */
export function emitRows(tables: readonly RowTable[], named: NamedTypes): string {
  const interfaces = tables.map(({ name, table, columns, isAdded }) => {
    const properties = propertiesOf(columns)
    return declare(
      `${name}Row`,
      isAdded ? commentOfAdded(table) : `A row of ${table}.`,
      columns.map((column, index) => ({ ...column, property: `${properties[index]}: ${column.select}` })),
    )
  })
  const body = interfaces.join('\n')
  const imports = named.importsFor(body)
  return `${BANNER}\n\n${imports ? `${imports}\n` : ''}${body}`
}

const JSON_TYPE = `/** A value of a JSON column: JSON text in a string, as it is sent, or any other value for JSON.stringify. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };
`

/**
 * Generates generated/inputs.ts: an interface for a row to insert into each table, which is what validators accept. The
 * file imports nothing, so that a browser project can check it without the types of Node, pg and Kysely.
 */
export function emitInputs(tables: readonly RowTable[]): string {
  const insertable = tables.filter(({ isView, isAdded }) => !isView && !isAdded)
  const interfaces = insertable.map(({ name, table, columns }) => {
    const properties = propertiesOf(columns)
    const inserted = columns.flatMap((column, index) => {
      if (column.input === undefined) return []
      const type = column.isOptional ? `?: ${column.input} | undefined` : `: ${column.input}`
      return [{ ...column, property: `${properties[index]}${type}` }]
    })
    return declare(`${name}Input`, `A row to insert into ${table}.`, inserted)
  })
  const byTable = insertable.map(({ name, table }) => ({
    comment: null,
    property: `${printKey(table)}: ${name}Input`,
  }))
  const all = declare('InputTypes', "Rows to insert, by the table's name in SQL.", byTable)
  return `${BANNER}\n\n${[JSON_TYPE, ...interfaces, all].join('\n')}`
}

function declare(name: string, comment: string, columns: { comment: string | null; property: string }[]) {
  const lines = columns.map(({ comment, property }) => `${documentation(comment)}  ${property};\n`)
  return `/** ${forLine(forDocComment(comment))} */\nexport interface ${name} {${lines.length > 0 ? '\n' : ''}${lines.join('')}}\n`
}

function documentation(comment: string | null): string {
  return comment === null ? '' : `  /** ${comment.replace(/\n/g, '\n   * ')} */\n`
}

/** Two columns whose names are the same in camelCase keep their own names. */
function propertiesOf(columns: readonly RowColumn[]): string[] {
  const names = columns.map(({ column }) => camelCase(column))
  return columns.map(({ column }, index) => {
    const name = names[index] as string
    return printKey(names.filter((each) => each === name).length > 1 ? column : name)
  })
}
