import { BANNER } from './banner.ts'

/** A table or view, as generated/rows.ts declares it. */
export interface RowTable {
  /** In PascalCase, unique. */
  readonly name: string
  /** Its name in SQL. */
  readonly table: string
  /** In the order of the table. */
  readonly columns: readonly RowColumn[]
  readonly isView: boolean
}

export interface RowColumn {
  readonly column: string
  readonly comment: string | null
  /** Type of the value that arrives. */
  readonly select: string
  /** Type of the value to insert; undefined for a column that cannot be inserted. */
  readonly insert: string | undefined
  /** Whether an insert may leave it out. */
  readonly isOptional: boolean
}

/**
 * generated/rows.ts: an interface for the rows of each table, and one for what is inserted, with camelCase properties in
 * column order and the columns' comments. The repositories' public types pick from them, so that an editor shows both.
 */
export function emitRows(tables: readonly RowTable[]): string {
  const interfaces = tables.flatMap(({ name, table, columns, isView }) => {
    const properties = propertiesOf(columns)
    const row = declare(
      `${name}Row`,
      `A row of ${table}.`,
      columns.map((column, index) => ({ ...column, property: `${properties[index]}: ${column.select}` })),
    )
    if (isView) return [row]
    const inserted = columns.flatMap((column, index) => {
      if (column.insert === undefined) return []
      const type = column.isOptional ? `?: ${column.insert} | undefined` : `: ${column.insert}`
      return [{ ...column, property: `${properties[index]}${type}` }]
    })
    return [row, declare(`${name}Input`, `A row to insert into ${table}.`, inserted)]
  })
  const body = interfaces.join('\n')
  const imports = body.includes('JsonValue') ? 'import type { JsonValue } from "./database.ts"\n\n' : ''
  return `${BANNER}\n\n${imports}${body}`
}

function declare(name: string, comment: string, columns: { comment: string | null; property: string }[]) {
  const lines = columns.map(({ comment, property }) => `${documentation(comment)}  ${property};\n`)
  return `/** ${comment.replaceAll('*/', '*\\/')} */\nexport interface ${name} {${lines.length > 0 ? '\n' : ''}${lines.join('')}}\n`
}

function documentation(comment: string | null): string {
  return comment === null ? '' : `  /** ${comment.replace(/\n/g, '\n   * ')} */\n`
}

/** Two columns whose names are the same in camelCase keep their own names. */
function propertiesOf(columns: readonly RowColumn[]): string[] {
  const names = columns.map(({ column }) => camelCase(column))
  return columns.map(({ column }, index) => {
    const name = names[index] as string
    const property = names.filter((each) => each === name).length > 1 ? column : name
    return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(property) ? property : JSON.stringify(property)
  })
}

function camelCase(column: string): string {
  return column.replace(/(?<=.)_([^_])/gs, (_, letter: string) => letter.toUpperCase())
}
