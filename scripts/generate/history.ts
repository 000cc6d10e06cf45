import { type Catalog, qualified } from './catalog.ts'
import { SchemaError } from './schema-files.ts'

/** `EXECUTE FUNCTION record_history('user', 'user_id', 'password')` */
const CALL = /EXECUTE FUNCTION (?:\S+\.)?record_history\((.*)\)$/

/**
 * Checks that the triggers of the history identify rows by their primary key and leave out the secret columns.
 *
 * @throws {SchemaError} with a sentence for each trigger that does not.
 */
export function checkHistory({ relations, triggers, constraints }: Catalog): void {
  const found: string[] = []
  for (const { name, schema, table, definition } of triggers) {
    const call = CALL.exec(definition)
    const relation = relations.find((each) => each.schema === schema && each.name === table)
    if (!call || !relation) continue
    const [, keys = '', ...leftOut] = Array.from(
      (call[1] ?? '').matchAll(/'((?:[^']|'')*)'/g),
      ([, argument = '']) => argument.replaceAll("''", "'"),
    )
    const say = (sentence: string) => found.push(`The trigger ${name} on ${qualified(relation)} ${sentence}`)
    const key = constraints.find(
      (each) => each.kind === 'p' && each.schema === schema && each.table === table,
    )
    if (keys !== key?.columns.join(','))
      say(`names the key ${keys}. Name the primary key: ${key?.columns.join(',') ?? 'the table has none'}.`)
    for (const { name: column, isSecret } of relation.columns) {
      if (isSecret && !leftOut.includes(column))
        say(`records the column ${column}, whose comment says @secret. Add '${column}' to its arguments.`)
    }
    for (const column of leftOut) {
      if (!relation.columns.some((each) => each.name === column))
        say(`leaves out ${column}, which is not a column. Remove the argument, or correct it.`)
    }
  }
  if (found.length > 0) throw new SchemaError(found.join('\n'))
}
