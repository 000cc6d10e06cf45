import { createHash } from 'node:crypto'

export interface Migration {
  /** Without `.sql`: a time, which orders them, and words. */
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file, except for line ends. */
  readonly checksum: string
  /** The whole file or, where its header says that it has no transaction, each statement. */
  readonly steps: readonly string[]
  readonly isTransactional: boolean
  /** The locks of its header, the strongest of each table. */
  readonly locks: readonly TableLock[]
}

export interface TableLock {
  /** As in SQL. */
  readonly table: string
  readonly mode: (typeof LOCK_MODES)[number]
}

/** From the weakest to the strongest. */
const LOCK_MODES = [
  'access share',
  'row share',
  'row exclusive',
  'share update exclusive',
  'share',
  'share row exclusive',
  'exclusive',
  'access exclusive',
] as const

/** Between the statements of a migration that runs in no transaction. */
export const STATEMENT_MARK = '-- statement'
const NO_TRANSACTION = /^-- transaction: none\b/m

export function migration(file: string, text: string): Migration {
  const sql = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const isTransactional = !NO_TRANSACTION.test(header(sql))
  return {
    name: file.replace(/\.sql$/, ''),
    sql,
    checksum: checksumOf(sql),
    isTransactional,
    locks: locksOf(header(sql)),
    steps: isTransactional ? [sql] : sql.split(new RegExp(`^${STATEMENT_MARK}$`, 'm')).filter(hasStatement),
  }
}

/** SHA-256, in hexadecimal. */
export function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A name in SQL, with its schema or without, quoted or not; then the modes in parentheses. */
const LOCK = /((?:[^\s"(;,.]+|"(?:[^"]|"")+")(?:\.(?:[^\s"(;,.]+|"(?:[^"]|"")+"))?) \(([a-z, ]+)\)/g

/** `-- locks: people (share, access exclusive); "Old users" (share)` */
function locksOf(header: string): TableLock[] {
  const listed = /^-- locks: (.+)$/m.exec(header)?.[1] ?? ''
  return [...listed.matchAll(LOCK)].flatMap(([, table = '', modes = '']) => {
    const mode = LOCK_MODES.findLast((mode) => modes.split(', ').includes(mode))
    return mode === undefined ? [] : [{ table, mode }]
  })
}

/** The comments at the beginning. */
function header(sql: string): string {
  return /^(?:--[^\n]*\n|\s*\n)*/.exec(sql)?.[0] ?? ''
}

function hasStatement(sql: string): boolean {
  return sql.replace(/^\s*--.*$/gm, '').trim() !== ''
}
