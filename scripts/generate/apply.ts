import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadModule, type Node, parseSync, SqlError } from 'libpg-query'
import pg from 'pg'

/** A schema that cannot be read or applied. The message names file, line and statement. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

/** One SQL statement of a file. */
export interface Statement {
  text: string
  /** Line of its first character in the file, from 1. */
  line: number
  isTransactionControl: boolean
  /** It would affect the whole server, not only the scratch database. */
  isServerWide: boolean
}

/** The statements of a folder's `*.sql` files, in name order, and warnings about parts that are not SQL. */
export interface Schema {
  folder: string
  files: { path: string; statements: Statement[] }[]
  warnings: string[]
}

/**
 * Applies the `*.sql` files of a folder, in name order, to an empty database.
 *
 * @returns warnings about statements and lines that were skipped, for example psql commands in a dump.
 * @throws {SchemaError} naming file, line and statement.
 */
export async function applySchema(connectionString: string, schema: string | Schema): Promise<string[]> {
  const { folder, files, warnings: skipped } = typeof schema === 'string' ? await readSchema(schema) : schema
  const warnings = [...skipped]
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const all = files.flatMap(({ statements }) => statements)
    if (!(await applyTogether(client, all))) {
      for (const { path, statements } of files) warnings.push(...(await applyFile(client, statements, path)))
    }
    if (await isTransactionOpen(client)) {
      throw new SchemaError(
        `${folder}: a transaction is never committed, so its changes would be lost. Add the missing commit.`,
      )
    }
  } finally {
    await client.end()
  }
  return warnings
}

/**
 * Reads and parses the `*.sql` files of a folder, without a database.
 *
 * @throws {SchemaError} the folder has no SQL files, or one of them does not parse.
 */
export async function readSchema(folder: string): Promise<Schema> {
  await loadModule()
  const files: Schema['files'] = []
  const warnings: string[] = []
  for (const name of await schemaFiles(folder)) {
    const path = join(folder, name)
    const { sql, skipped } = withoutPsql(decode(await readFile(path), path))
    warnings.push(...skipped.map(({ line, what }) => `${path}:${line}: skipped ${what}, which is not SQL`))
    files.push({ path, statements: split(sql, path) })
  }
  return { folder, files, warnings }
}

async function schemaFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new SchemaError(`${folder}: cannot read this folder of SQL files.`, { cause })
  })
  const files = entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && entry.name.endsWith('.sql'))
    .map((entry) => entry.name)
  if (files.length === 0) throw new SchemaError(`${folder}: this folder contains no *.sql file.`)
  return files.sort()
}

/** Roles belong to the server, not to the schema. A dump that names a missing role still describes its tables. */
const ABOUT_ROLES =
  /^\s*(alter\s.*\sowner\s+to|grant|revoke|alter\s+default\s+privileges|create\s+policy|alter\s+policy|set\s+((local|session)\s+)?(role|session\s+authorization))\b/is
/** SQLSTATE undefined_object, and invalid_parameter_value for `set role`. */
const NO_SUCH_ROLE = new Set(['42704', '22023'])

/** Statements that affect the whole server, which may be shared. A subscription would block dropping the database. */
const SERVER_WIDE =
  /^((Create|Drop)dbStmt|Alter(Database|DatabaseSet|DatabaseRefreshColl|System|Role|RoleSet)Stmt|(Create|Drop)RoleStmt|GrantRoleStmt|DropOwnedStmt|ReassignOwnedStmt|(Create|Drop)TableSpaceStmt|AlterTableSpaceOptionsStmt|(Create|Alter|Drop)SubscriptionStmt)$/
const SERVER_OBJECT = /^OBJECT_(DATABASE|ROLE|TABLESPACE|SUBSCRIPTION|PARAMETER_ACL)$/

function isServerWide(node: Node): boolean {
  const [[kind, body] = ['', {}]] = Object.entries(node)
  // Comments, owners, grants and renames each have one statement kind for all object kinds.
  const { objtype, objectType, renameType } = body as Record<string, unknown>
  return SERVER_WIDE.test(kind) || SERVER_OBJECT.test(String(objtype ?? objectType ?? renameType))
}

/**
 * Sends all statements in one message. This takes half the time, and a failure rolls back all of them. Returns false
 * if they must be sent one by one: a statement cannot run in a transaction, or the failing one must be found.
 */
async function applyTogether(client: pg.Client, statements: Statement[]): Promise<boolean> {
  if (statements.some((each) => each.isTransactionControl || each.isServerWide)) return false
  return client.query(statements.map(({ text }) => text).join(';\n')).then(() => true, isRefusal)
}

async function applyFile(client: pg.Client, statements: Statement[], path: string): Promise<string[]> {
  if (await applyTogether(client, statements)) return []
  const warnings: string[] = []
  for (const statement of statements) {
    const warning = await applyStatement(client, statement, path)
    if (warning) warnings.push(warning)
  }
  return warnings
}

/** False for an error reported by the server; any other error, such as a lost connection, is rethrown. */
function isRefusal(error: unknown): false {
  if (error instanceof pg.DatabaseError) return false
  throw error
}

async function applyStatement(
  client: pg.Client,
  statement: Statement,
  path: string,
): Promise<string | undefined> {
  if (statement.isServerWide) {
    return `${path}:${statement.line}: skipped, because it affects the whole server and not only the schema`
  }
  try {
    await client.query(statement.text)
    return undefined
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    if (
      NO_SUCH_ROLE.has(error.code ?? '') &&
      / role "|^role "/.test(` ${error.message}`) &&
      ABOUT_ROLES.test(statement.text)
    ) {
      return `${path}:${statement.line}: skipped, because ${error.message}`
    }
    throw refused(error, statement, path)
  }
}

function refused(error: pg.DatabaseError, statement: Statement, path: string): SchemaError {
  // The server counts characters, not UTF-16 units.
  const before = Array.from(statement.text).slice(0, Math.max(0, Number(error.position ?? 1) - 1))
  const line = statement.line + before.filter((character) => character === '\n').length
  return describe(path, line, error.message, statement.text, [error.detail, error.hint, error.where], error)
}

function describe(
  path: string,
  line: number,
  message: string,
  statement: string,
  more: (string | undefined)[] = [],
  cause?: unknown,
): SchemaError {
  const lines = statement.trimEnd().split('\n')
  const quoted = lines.slice(0, 6).map((text) => `    ${text}`)
  if (lines.length > 6) quoted.push('    …')
  const details = more.filter((text) => text !== undefined).map((text) => `  ${text}`)
  return new SchemaError([`${path}:${line}: ${message}`, ...details, ...quoted].join('\n'), { cause })
}

/** Splits with PostgreSQL's own parser, which reports positions in bytes. */
function split(sql: string, path: string): Statement[] {
  const bytes = Buffer.from(sql)
  try {
    const { stmts = [] } = parseSync(sql)
    return stmts.map(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
      const text = bytes.subarray(start, length ? start + length : undefined).toString()
      const lead = leadingSpaceAndComments(text)
      const before = bytes.subarray(0, start).toString() + lead
      return {
        text: text.slice(lead.length),
        line: before.split('\n').length,
        isTransactionControl: stmt !== undefined && 'TransactionStmt' in stmt,
        isServerWide: stmt !== undefined && isServerWide(stmt),
      }
    })
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const position = error.sqlDetails?.cursorPosition ?? 0
    const line = sql.slice(0, position).split('\n').length
    throw describe(
      path,
      line,
      error.message,
      sql
        .split('\n')
        .slice(line - 1)
        .join('\n'),
      [],
      error,
    )
  }
}

function leadingSpaceAndComments(text: string): string {
  let end = 0
  for (;;) {
    end += /^(?:\s+|--[^\n]*(?:\n|$))*/.exec(text.slice(end))?.[0].length ?? 0
    if (!text.startsWith('/*', end)) return text.slice(0, end)
    end += lengthOfComment(text.slice(end))
  }
}

/** The length of a block comment; in PostgreSQL these nest. */
function lengthOfComment(text: string): number {
  let depth = 0
  for (const { 0: delimiter, index } of text.matchAll(/\/\*|\*\//g)) {
    depth += delimiter === '/*' ? 1 : -1
    if (depth === 0) return index + 2
  }
  return text.length
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new SchemaError(`${path}: the file is not UTF-8. Convert it first, for example with iconv.`, {
      cause,
    })
  }
}

async function isTransactionOpen(client: pg.Client): Promise<boolean> {
  // Outside a transaction block this query runs in a transaction of its own, which gets no ID because it writes nothing.
  const { rows } = await client.query<{ open: boolean }>(
    'select pg_current_xact_id_if_assigned() is not null as open',
  )
  return rows[0]?.open === true
}

/** Blanks psql commands and the data of `copy … from stdin`, as written by pg_dump. Line numbers stay the same. */
function withoutPsql(text: string): { sql: string; skipped: { line: number; what: string }[] } {
  const skipped: { line: number; what: string }[] = []
  let copying = false
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const kept = lines.map((line, index) => {
    if (copying) {
      copying = line !== '\\.'
      return ''
    }
    if (/^copy\s.+\sfrom\s+stdin\b.*;\s*$/i.test(line)) {
      copying = true
      skipped.push({ line: index + 1, what: 'the data of copy … from stdin' })
      return ''
    }
    // In a dollar-quoted body a line may begin with a backslash too, but not with the name of a psql command.
    if (/^\\[a-z]+(\s|$)/.test(line)) {
      skipped.push({ line: index + 1, what: `the psql command ${line.trim().slice(0, 40)}` })
      return ''
    }
    return line
  })
  return { sql: kept.join('\n'), skipped }
}
