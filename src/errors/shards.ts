import { CATALOG } from './catalog.ts'
import type { ServerError } from './database-error.ts'
import { tableOfPartition } from './violation.ts'

/**
 * Functions of Citus that pass on the error of a worker: the code, the message, the detail and the hint, but neither the
 * constraint nor the table, which only the message names. COPY does not even pass on the code.
 */
const PASSED_ON = /^Report(Result|Copy)Error$/

/** The number of the shard, which Citus adds to the names of tables, constraints and indexes. */
const SHARD = /_\d{6,}$/
/** A name that would be too long with the number is cut, and gets a hash. */
const CUT_NAME = /^(.+)_[0-9a-f]{8}_\d{6,}$/
/** Names stand in quotation marks, which differ from language to language. */
const QUOTED =
  /["\u00ab\u201e\u201c\u201d\u300c\u300e]\s?([^"\u00bb\u201c\u201d\u300d\u300f]+?)\s?["\u00bb\u201c\u201d\u300d\u300f]/g

/** The codes of messages in English, for tables that are not in the catalog. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/violates unique constraint/, '23505'],
  [/violates foreign key constraint/, '23503'],
  [/violates check constraint/, '23514'],
  [/violates not-null constraint/, '23502'],
  [/violates exclusion constraint/, '23P01'],
]

const CODES_BY_KIND: Readonly<Record<string, string>> = {
  'primary-key': '23505',
  unique: '23505',
  'foreign-key': '23503',
  check: '23514',
  'not-null': '23502',
}

type Names = Pick<ServerError, 'code' | 'message'> & { table?: string; constraint?: string; column?: string }

/**
 * Gives an error of a database that Citus distributes the fields and names of the schema: the message of a worker names
 * `users_email_key_102008` where the schema has `users_email_key`. Changes no other error.
 */
export function withoutShard(error: ServerError, catalog = CATALOG): ServerError {
  if (PASSED_ON.test(error.routine ?? '')) return Object.assign(error, namesInMessage(error, catalog))
  return isOfLocalShard(error, catalog) ? Object.assign(error, withoutNumber(error, catalog)) : error
}

function namesInMessage({ code, message }: ServerError, catalog: typeof CATALOG): Partial<Names> {
  const isUnknown = code === 'XX000'
  if (!isUnknown && !code.startsWith('23')) return {}
  const quoted = Array.from(message.matchAll(QUOTED), ([, name]) => name as string)
  const names = quoted.map((name) => bareName(name, catalog))
  const constraint = names.find((name) => kindOf(name, catalog) !== undefined)
  const inEnglish = CODES.find(([pattern]) => pattern.test(message))?.[1]
  const kind = constraint === undefined ? undefined : kindOf(constraint, catalog)
  const known = isUnknown ? (inEnglish ?? CODES_BY_KIND[kind ?? '']) : code
  if (known === undefined) return {}
  const table = tableOf({ names, constraint }, catalog)
  const plainMessage = quoted.reduce(
    (text, name, place) => text.replaceAll(name, names[place] as string),
    message,
  )
  if (known === '23502') {
    // The column has no number of a shard; in English it comes first.
    const column = quoted.find((name) => !SHARD.test(name)) ?? names[0]
    const relation = table ?? names.find((name) => name !== column)
    return { code: known, message: plainMessage, ...given({ column, table: relation }) }
  }
  const unknownConstraint = known === '23505' ? names[0] : names[1]
  return {
    code: known,
    message: plainMessage,
    ...given({
      constraint: constraint ?? unknownConstraint,
      table: table ?? (names.length > 1 ? names[0] : undefined),
    }),
  }
}

/** A table that only one server holds, such as the audit log, is a shard too; the error has its fields. */
function isOfLocalShard({ table, constraint }: ServerError, catalog: typeof CATALOG): boolean {
  if (table === undefined || !SHARD.test(table) || table in catalog.CONSTRAINTS) return false
  const bare = table.replace(SHARD, '')
  return (
    tableOfPartition(bare, catalog) in catalog.CONSTRAINTS &&
    (constraint === undefined || !isOwnName(constraint, table))
  )
}

/** Whether a name ends in the number of another table: then that number belongs to the name. */
function isOwnName(constraint: string, table: string): boolean {
  const [number] = SHARD.exec(table) ?? []
  const [other] = SHARD.exec(constraint) ?? []
  return other !== undefined && other !== number
}

function withoutNumber({ table, constraint, message }: ServerError, catalog: typeof CATALOG): Partial<Names> {
  const bare = table?.replace(SHARD, '')
  const named = constraint && bareName(constraint, catalog)
  return {
    ...given({ table: bare, constraint: named }),
    message: [
      [table, bare],
      [constraint, named],
    ].reduce((text, [from, to]) => (from && to ? text.replaceAll(from, to) : text), message),
  }
}

/** The name without the number of its shard, and whole if it was cut and only one constraint begins like it. */
function bareName(name: string, catalog: typeof CATALOG): string {
  if (kindOf(name, catalog) !== undefined || name in catalog.CONSTRAINTS) return name
  const start = CUT_NAME.exec(name)?.[1]
  const whole =
    start === undefined
      ? []
      : Object.values(catalog.CONSTRAINTS).flatMap((entries) =>
          Object.keys(entries).filter((key) => key.startsWith(start) && key.length > 48),
        )
  return (whole.length === 1 ? whole[0] : undefined) ?? name.replace(SHARD, '')
}

function kindOf(
  constraint: string,
  { CONSTRAINTS, PARTITION_CONSTRAINTS }: typeof CATALOG,
): string | undefined {
  const ofWholeTable = Object.values(PARTITION_CONSTRAINTS).find((names) => Object.hasOwn(names, constraint))
  const name = ofWholeTable?.[constraint] ?? constraint
  return Object.values(CONSTRAINTS).find((entries) => Object.hasOwn(entries, name))?.[name]?.kind
}

/** The table of the schema: the one that the message names first, else the one that has the constraint. */
function tableOf(
  { names, constraint }: { names: readonly string[]; constraint: string | undefined },
  catalog: typeof CATALOG,
): string | undefined {
  const owners = Object.keys(catalog.CONSTRAINTS)
  const has = (owner: string) =>
    constraint !== undefined && Object.hasOwn(catalog.CONSTRAINTS[owner] ?? {}, constraint)
  return (
    names.find((name) => has(tableOfPartition(name, catalog))) ??
    owners.find(has) ??
    names.find((name) => tableOfPartition(name, catalog) in catalog.CONSTRAINTS)
  )
}

/** Without the fields that are not known. */
function given<T extends object>(fields: T): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
