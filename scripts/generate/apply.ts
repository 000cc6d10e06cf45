import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadModule, parseSync, SqlError } from 'libpg-query'
import pg from 'pg'

/** SQL that PostgreSQL refused, with the place to look at. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

interface Statement {
  text: string
  /** Where it begins in its file, from 1. */
  line: number
  /** The parser's name for what it is, such as CreateStmt. */
  kind: string
}

/**
 * Applies the `*.sql` files of a folder, in name order, to an empty database.
 *
 * @returns warnings about what was left out, such as psql's own commands in a dump.
 * @throws {SchemaError} naming file, line and statement.
 */
export async function applySchema(connectionString: string, folder: string): Promise<string[]> {
  await loadModule()
  const files = await schemaFiles(folder)
  const client = new pg.Client({ connectionString })
  await client.connect()
  const warnings: string[] = []
  try {
    for (const file of files) {
      const path = join(folder, file)
      const { sql, skipped } = withoutPsql(await readFile(path, 'utf8'))
      warnings.push(
        ...skipped.map(({ line, what }) => `${path}:${line}: ${what} is not SQL and was left out`),
      )
      warnings.push(...(await applyFile(client, split(sql, path), path)))
    }
  } finally {
    await client.end()
  }
  return warnings
}

export async function schemaFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new SchemaError(`${folder}: there is no such folder of SQL files.`, { cause })
  })
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
    .map((entry) => entry.name)
  if (files.length === 0) throw new SchemaError(`${folder}: there is no *.sql file in this folder.`)
  return files.sort()
}

/** Roles are the server's, not the schema's; a dump that names one which is not here still describes its tables. */
const ABOUT_ROLES =
  /^\s*(alter\s.*\sowner\s+to|grant|revoke|alter\s+default\s+privileges|create\s+policy|alter\s+policy)\b/is
const UNDEFINED_OBJECT = '42704'

/** What would reach beyond the scratch database, on a server that may be somebody's. */
const SERVER_WIDE =
  /^((Create|Drop)dbStmt|Alter(Database|DatabaseSet|System|Role|RoleSet)Stmt|(Create|Drop)RoleStmt|GrantRoleStmt|(Create|Drop)TableSpaceStmt)$/

/**
 * All statements in one message, which takes half the time and is undone as a whole when one fails; then one by one,
 * for those that run in no transaction, and to find the one that fails.
 */
async function applyFile(client: pg.Client, statements: Statement[], path: string): Promise<string[]> {
  const isPlain = statements.every(({ kind }) => kind !== 'TransactionStmt' && !SERVER_WIDE.test(kind))
  const together = statements.map(({ text }) => text).join(';\n')
  if (isPlain && (await client.query(together).then(() => true, isRefusal))) return []
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
  if (SERVER_WIDE.test(statement.kind)) {
    return `${path}:${statement.line}: concerns the whole server, not the schema; the statement was left out`
  }
  try {
    await client.query(statement.text)
    return undefined
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    if (
      error.code === UNDEFINED_OBJECT &&
      / role "|^role "/.test(` ${error.message}`) &&
      ABOUT_ROLES.test(statement.text)
    ) {
      return `${path}:${statement.line}: ${error.message}; the statement was left out`
    }
    throw refused(error, statement, path)
  }
}

function refused(error: pg.DatabaseError, statement: Statement, path: string): SchemaError {
  const before = statement.text.slice(0, Math.max(0, Number(error.position ?? 1) - 1))
  const line = statement.line + before.split('\n').length - 1
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
        kind: Object.keys(stmt ?? {})[0] ?? '',
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
  return /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/.exec(text)?.[0] ?? ''
}

/** Blanks out psql's commands and the data of `copy … from stdin`, as pg_dump writes them, keeping the line numbers. */
function withoutPsql(text: string): { sql: string; skipped: { line: number; what: string }[] } {
  const skipped: { line: number; what: string }[] = []
  let copying = false
  const lines = text
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .split('\n')
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
