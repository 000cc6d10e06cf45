import { BANNER } from './banner.ts'

/** A table or view, as generated/rows.ts declares it. */
export interface RowTable {
  /** In PascalCase, unique. */
  readonly name: string
  /** Its name in SQL. */
  readonly table: string
  /** In the order of the table. */
  readonly columns: readonly RowColumn[]
}

/** A column, as generated/rows.ts declares it. */
export interface RowColumn {
  readonly column: string
  readonly comment: string | null
  /** The TypeScript type of the value that arrives. */
  readonly type: string
}

/**
 * Generates generated/rows.ts: an interface for the rows of each table, with camelCase properties in column order and the
 * columns' comments. The public types of the repositories pick from them, so that an editor shows the comments.
 */
export function emitRows(tables: readonly RowTable[]): string {
  const body = tables.map(declare).join('\n')
  const imports = body.includes('JsonValue') ? 'import type { JsonValue } from "./database.ts"\n\n' : ''
  return `${BANNER}\n\n${imports}${body}`
}

function declare({ name, table, columns }: RowTable): string {
  const properties = propertiesOf(columns)
  const lines = columns.map(
    ({ comment, type }, index) => `${documentation(comment)}  ${properties[index]}: ${type};\n`,
  )
  const start = `/** A row of ${table.replaceAll('*/', '*\\/')}. */\nexport interface ${name}Row {`
  return `${start}${lines.length > 0 ? '\n' : ''}${lines.join('')}}\n`
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
