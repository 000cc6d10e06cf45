import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadModule, type Node, parseSync, SqlError } from 'libpg-query'
import pg from 'pg'

/** SQL that PostgreSQL refused, with the place to look at. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

export interface Statement {
  text: string
  /** Where it begins in its file, from 1. */
  line: number
  isTransactionControl: boolean
  /** Would reach beyond the scratch database. */
  isServerWide: boolean
}

/** The statements of a folder's `*.sql` files, in name order, and what of the files is no SQL. */
export interface Schema {
  folder: string
  files: { path: string; statements: Statement[] }[]
  warnings: string[]
}

/**
 * Applies the `*.sql` files of a folder, in name order, to an empty database.
 *
 * @returns warnings about what was left out, such as psql's own commands in a dump.
 * @throws {SchemaError} naming file, line and statement.
 */
export async function applySchema(connectionString: string, schema: string | Schema): Promise<string[]> {
  const { folder, files, warnings: left } = typeof schema === 'string' ? await readSchema(schema) : schema
  const warnings = [...left]
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const all = files.flatMap(({ statements }) => statements)
    if (!(await applyTogether(client, all))) {
      for (const { path, statements } of files) warnings.push(...(await applyFile(client, statements, path)))
    }
    if (await isTransactionOpen(client)) {
      throw new SchemaError(
        `${folder}: a transaction begun here is never committed, nothing of it would stay.`,
      )
    }
  } finally {
    await client.end()
  }
  return warnings
}

/** @throws {SchemaError} there is nothing to read, or it is no SQL. */
export async function readSchema(folder: string): Promise<Schema> {
  await loadModule()
  const files: Schema['files'] = []
  const warnings: string[] = []
  for (const name of await schemaFiles(folder)) {
    const path = join(folder, name)
    const { sql, skipped } = withoutPsql(decode(await readFile(path), path))
    warnings.push(...skipped.map(({ line, what }) => `${path}:${line}: ${what} is not SQL and was left out`))
    files.push({ path, statements: split(sql, path) })
  }
  return { folder, files, warnings }
}

async function schemaFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new SchemaError(`${folder}: there is no such folder of SQL files.`, { cause })
  })
  const files = entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && entry.name.endsWith('.sql'))
    .map((entry) => entry.name)
  if (files.length === 0) throw new SchemaError(`${folder}: there is no *.sql file in this folder.`)
  return files.sort()
}

/** Roles are the server's, not the schema's; a dump that names one which is not here still describes its tables. */
const ABOUT_ROLES =
  /^\s*(alter\s.*\sowner\s+to|grant|revoke|alter\s+default\s+privileges|create\s+policy|alter\s+policy|set\s+((local|session)\s+)?(role|session\s+authorization))\b/is
/** SQLSTATE undefined_object, and invalid_parameter_value for `set role`. */
const NO_SUCH_ROLE = new Set(['42704', '22023'])

/** What would reach beyond the scratch database, on a server that may be somebody's; a subscription keeps it from being dropped. */
const SERVER_WIDE =
  /^((Create|Drop)dbStmt|Alter(Database|DatabaseSet|DatabaseRefreshColl|System|Role|RoleSet)Stmt|(Create|Drop)RoleStmt|GrantRoleStmt|DropOwnedStmt|ReassignOwnedStmt|(Create|Drop)TableSpaceStmt|AlterTableSpaceOptionsStmt|(Create|Alter|Drop)SubscriptionStmt)$/
const SERVER_OBJECT = /^OBJECT_(DATABASE|ROLE|TABLESPACE|SUBSCRIPTION|PARAMETER_ACL)$/

function isServerWide(node: Node): boolean {
  const [[kind, body] = ['', {}]] = Object.entries(node)
  // Comments, owners, grants and names are statements of one kind for objects of every kind.
  const { objtype, objectType, renameType } = body as Record<string, unknown>
  return SERVER_WIDE.test(kind) || SERVER_OBJECT.test(String(objtype ?? objectType ?? renameType))
}

/**
 * All statements in one message, which takes half the time and is undone as a whole when one fails. False when they
 * must go one by one: those that run in no transaction, or to find the one that fails.
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

/** False for what the server said of the SQL; anything else, such as a lost connection, is thrown. */
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
    return `${path}:${statement.line}: concerns the whole server, not the schema; the statement was left out`
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
      return `${path}:${statement.line}: ${error.message}; the statement was left out`
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
  const told = more.filter((text) => text !== undefined).map((text) => `  ${text}`)
  return new SchemaError([`${path}:${line}: ${message}`, ...told, ...quoted].join('\n'), { cause })
}

/** PostgreSQL's own parser says where statements begin; its places are counted in bytes. */
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

/** Comments nest in PostgreSQL. */
function lengthOfComment(text: string): number {
  let depth = 0
  for (const { 0: mark, index } of text.matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1
    if (depth === 0) return index + 2
  }
  return text.length
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new SchemaError(`${path}: is not UTF-8; convert it first, say with iconv.`, { cause })
  }
}

async function isTransactionOpen(client: pg.Client): Promise<boolean> {
  // Outside a transaction this query would be one of its own, which has no number as it writes nothing.
  const { rows } = await client.query<{ open: boolean }>(
    'select pg_current_xact_id_if_assigned() is not null as open',
  )
  return rows[0]?.open === true
}

/** Blanks out psql's commands and the data of `copy … from stdin`, as pg_dump writes them, keeping the line numbers. */
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
      skipped.push({ line: index + 1, what: 'data of copy … from stdin' })
      return ''
    }
    // Inside a dollar-quoted body a backslash may begin a line too, but no psql command is spelt that way there.
    if (/^\\[a-z]+(\s|$)/.test(line)) {
      skipped.push({ line: index + 1, what: line.trim().slice(0, 40) })
      return ''
    }
    return line
  })
  return { sql: kept.join('\n'), skipped }
}
