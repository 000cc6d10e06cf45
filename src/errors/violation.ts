import type { ConstraintName } from '../../generated/catalog.ts'
import { notAllowed, required, taken, unknownReference } from '../sentences/index.ts'
import { CATALOG } from './catalog.ts'
import type { ServerError } from './database-error.ts'
import { ConstraintError, type ConstraintKind } from './row-errors.ts'

/** The fields and the message of a ConstraintError. */
export interface Violation {
  kind: ConstraintKind
  constraint: ConstraintName
  table: string
  columns: readonly string[]
  message: string
}

const KINDS: Readonly<Record<string, ConstraintKind>> = {
  '23001': 'foreign-key',
  '23502': 'not-null',
  '23503': 'foreign-key',
  '23505': 'unique',
  '23514': 'check',
  '23P01': 'exclusion',
}

/** Looks up the constraint that the server names; undefined if the error is no violation or names none. */
export function violationOf(error: ServerError, catalog = CATALOG): Violation | undefined {
  const missing = missingKey(error)
  const kind = missing ? 'not-null' : KINDS[error.code]
  if (!kind) return undefined
  const { table = '', schema = 'public', column = missing } = error
  const reportedTable = qualified(schema, table)
  const owner = tableOfPartition(reportedTable, catalog)
  const reported =
    error.constraint ?? (kind === 'not-null' ? notNullName(error, { column, owner, catalog }) : undefined)
  if (!reported) return undefined
  const isOfPartition = owner !== reportedTable && reported.startsWith(`${table}_`)
  const constraint = (catalog.PARTITION_CONSTRAINTS[reportedTable]?.[reported] ??
    (isOfPartition
      ? `${owner.split('.').at(-1)}${reported.slice(table.length)}`
      : reported)) as ConstraintName
  const entry =
    catalog.CONSTRAINTS[owner]?.[constraint] ??
    catalog.DOMAIN_CONSTRAINTS[qualified(schema, error.dataType ?? '')]?.[constraint]
  const columns = entry?.columns ?? (column ? [column] : [])
  const message = messageOf(error, kind, columns, entry?.message)
  return { kind, constraint, table: owner, columns, message }
}

/** The error of a CHECK or a foreign key that refuses a row, before the server refuses it. */
export function brokenConstraint(
  kind: keyof typeof CODES,
  table: string,
  constraint: string,
  catalog = CATALOG,
): ConstraintError {
  const error = { code: CODES[kind], message: '', table, constraint } as ServerError
  const violation = violationOf(error, catalog) as Violation
  return new ConstraintError(violation, violation.message)
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CODES = { check: '23514', 'foreign-key': '23503' } as const

/** The column of a partitioned table's key that is null: the server looks for a partition before it checks NOT NULL. */
function missingKey({ routine, detail }: ServerError): string | undefined {
  if (routine !== 'ExecFindPartition') return undefined
  return /\((\w+)\) = \(null\)/.exec(detail ?? '')?.[1]
}

/** A row refused by a partition is refused by the table that services name. */
export function tableOfPartition(name: string, catalog = CATALOG): string {
  return catalog.PARTITIONS[name] ?? ownerOfMonth(name, catalog) ?? name
}

/** The table of a partition that was made for a month: `audit_log` of `audit_log_2026_11`. */
function ownerOfMonth(partition: string, { PARTITIONS }: typeof CATALOG): string | undefined {
  const owner = /^(.+)_\d{4}_\d{2}(?:_\d+)?$/.exec(partition)?.[1]
  return owner !== undefined && Object.values(PARTITIONS).includes(owner) ? owner : undefined
}

/** The constraint's comment; a constraint without one gets the sentence that its kind and its columns make. */
function messageOf(
  error: ServerError,
  kind: ConstraintKind,
  columns: readonly string[],
  comment: string | undefined,
): string {
  // The comment tells who refers to another row; the row that is referred to is refused for another reason.
  if (kind === 'foreign-key' && isStillReferenced(error)) {
    return 'Other rows still refer to this row, so it cannot be deleted and its key cannot be changed.'
  }
  if (comment !== undefined) return comment
  // An error raised in PL/pgSQL has a message of its author.
  if (error.routine === 'exec_stmt_raise') return asSentence(error.message)
  switch (kind) {
    case 'not-null':
      return required(columns[0] ?? error.dataType ?? 'value')
    case 'unique':
      return taken(columns)
    case 'foreign-key':
      return unknownReference(columns)
    case 'exclusion':
      return 'The row conflicts with an existing row.'
    case 'check':
      return notAllowed(columns.length === 0 && error.dataType ? [error.dataType] : columns)
  }
}

/** The server has one code for both sides of a foreign key and tells them apart in its message alone. */
function isStillReferenced({ code, message }: ServerError): boolean {
  return code === '23001' || message.startsWith('update or delete on table')
}

function asSentence(text: string): string {
  const capitalized = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?…]$/.test(capitalized) ? capitalized : `${capitalized}.`
}

function qualified(schema: string, name: string): string {
  return schema === 'public' ? name : `${schema}.${name}`
}

/** The server reports the column, or the domain, of a NOT NULL, not the constraint's name. */
function notNullName(
  { schema = 'public', table, dataType }: ServerError,
  { column, owner, catalog }: { column: string | undefined; owner: string; catalog: typeof CATALOG },
): string | undefined {
  const entries = column
    ? catalog.CONSTRAINTS[owner]
    : catalog.DOMAIN_CONSTRAINTS[qualified(schema, dataType ?? '')]
  const named = Object.entries(entries ?? {}).find(
    ([, entry]) => entry.kind === 'not-null' && entry.columns[0] === column,
  )
  if (named) return named[0]
  return column ? `${table}_${column}_not_null` : dataType && `${dataType}_not_null`
}
