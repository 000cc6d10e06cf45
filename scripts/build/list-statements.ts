import '../../src/repositories/index.ts'
import { type BuiltStatement, statements } from '../../src/query/index.ts'

/** The statements of the repositories as `dist/` contains them, by their names. */
export function builtStatements(): Readonly<Record<string, BuiltStatement>> {
  const common = statements().filter(({ isRare }) => !isRare)
  const built = common.map(({ name, sql, parameters, readOnly, target }): [string, BuiltStatement] => {
    const { operation = null, table = null } = target ?? {}
    return [name, [sql, parameters, readOnly, operation, table]]
  })
  return Object.fromEntries(built)
}
