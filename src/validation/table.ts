import { evaluate } from './evaluate.ts'
import { messageOf, read } from './read.ts'
import type { CheckRules, ColumnRules, TableRules } from './rules.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'
import { isProblem, Problem, UNKNOWN, type Value } from './values.ts'

type Result = StandardSchemaV1.Result<Record<string, unknown>>

/** Reads a row that is to be inserted, or a change of one: what is absent then stays as it is, unknown here. */
export function validateRow(rules: TableRules, kind: 'insert' | 'update', given: unknown): Result {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { issues: [{ message: 'must be an object' }] }
  }
  const columns = new Map(
    Object.entries(rules.columns).map(([name, column]) => [column.field, { name, column }]),
  )
  const issues = Object.keys(given)
    .filter((field) => !columns.has(field))
    .map((field): StandardSchemaV1.Issue => ({ message: `is not a field of ${rules.name}`, path: [field] }))
  const row = new Map<string, Value>()
  const accepted: [string, unknown][] = []
  for (const [field, { name, column }] of columns) {
    // One look, whatever a getter may say the next time.
    const value = Object.hasOwn(given, field) ? (given as Record<string, unknown>)[field] : undefined
    const found = value === undefined ? readAbsent(column, kind) : readGiven(column, value)
    row.set(name, isProblem(found) ? UNKNOWN : found)
    for (const { message, path } of isProblem(found) ? [found].flat() : [])
      issues.push({ message, path: [field, ...path] })
    if (value !== undefined) accepted.push([field, value])
  }
  const present = new Set(accepted.map(([field]) => field))
  for (const check of rules.checks) {
    if (evaluate(check.test, (column) => row.get(column) ?? valueOfMissing(row, column)) !== false) continue
    issues.push({ message: messageOf(check), ...pathOf(check, rules, present) })
  }
  // fromEntries defines properties, whatever they are called.
  return issues.length > 0 ? { issues } : { value: Object.fromEntries(accepted) }
}

/** Null is a value; a column that a CHECK names and nobody reads here is not known. */
function valueOfMissing(row: ReadonlyMap<string, Value>, column: string): Value {
  return row.has(column) ? null : UNKNOWN
}

function readGiven({ type, notNull, generated }: ColumnRules, value: unknown) {
  if (generated) return new Problem('is written by the database alone')
  if (value === null && notNull) return new Problem('must not be null')
  return read(value, type)
}

function readAbsent(
  { type, notNull, generated, hasDefault, default: constant }: ColumnRules,
  kind: 'insert' | 'update',
) {
  if (kind === 'update' || generated) return UNKNOWN
  if (constant) return evaluate(constant, () => UNKNOWN)
  if (hasDefault) return UNKNOWN
  if (notNull) return new Problem('is required')
  const found = read(null, type)
  return isProblem(found) ? new Problem('is required') : found
}

/** The first of the columns that was given. */
function pathOf({ columns }: CheckRules, rules: TableRules, present: ReadonlySet<string>) {
  const fields = columns.flatMap((column) => rules.columns[column]?.field ?? [])
  const field = fields.find((each) => present.has(each)) ?? (fields.length === 1 ? fields[0] : undefined)
  return field === undefined ? {} : { path: [field] }
}
