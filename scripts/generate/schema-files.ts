import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadModule, type Node, parseSync, SqlError, scanSync } from 'libpg-query'
import type { Omission } from './left-out.ts'
import { endOfComment, LineCounter, withoutPsql } from './psql.ts'

/** A schema that cannot be read or applied. The message names file, line and statement. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

/** One SQL statement of a file. */
export interface Statement {
  text: string
  /** Line of its first character in the file, from 1. */
  line: number
  /** The kind of its parse tree, for example `CreateStmt`. */
  kind: string
  /** For a statement that begins or ends a transaction: `TRANS_STMT_BEGIN`, … */
  control: string | undefined
  /** It would affect the whole server, not only the scratch database. */
  isServerWide: boolean
  /** The roles that it is about, if that is all: an owner, a grant. Without it a dump still describes its tables. */
  roles: readonly string[]
  /** The relations that it names, without their schemas; in a CREATE TABLE its own comes first. */
  relations: readonly string[]
}

/** The statements of a folder's `*.sql` files, in name order, and the parts that are not SQL. */
export interface Schema {
  folder: string
  files: { path: string; statements: Statement[] }[]
  omissions: Omission[]
}

/**
 * Reads and parses the `*.sql` files of a folder, without a database.
 *
 * @throws {SchemaError} the folder has no SQL files, or one of them does not parse.
 */
export async function readSchema(folder: string): Promise<Schema> {
  await loadModule()
  const files: Schema['files'] = []
  const omissions: Omission[] = []
  for (const name of await schemaFiles(folder)) {
    const path = join(folder, name)
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw new SchemaError(`${path}: cannot read this file.`, { cause })
    })
    const { sql, skipped } = withoutPsql(decode(bytes, path))
    omissions.push(...skipped.map((each) => ({ path, ...each })))
    files.push({ path, statements: split(sql, path) })
  }
  return { folder, files, omissions }
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

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new SchemaError(`${path}: the file is not UTF-8. Convert it first, for example with iconv.`, {
      cause,
    })
  }
}

/** Statements that affect the whole server, which may be shared. A subscription would block dropping the database. */
const SERVER_WIDE =
  /^((Create|Drop)dbStmt|Alter(Database|DatabaseSet|DatabaseRefreshColl|System|Role|RoleSet)Stmt|(Create|Drop)RoleStmt|GrantRoleStmt|DropOwnedStmt|ReassignOwnedStmt|(Create|Drop)TableSpaceStmt|AlterTableSpaceOptionsStmt|(Create|Alter|Drop)SubscriptionStmt)$/
const SERVER_OBJECT = /^OBJECT_(DATABASE|ROLE|TABLESPACE|SUBSCRIPTION|PARAMETER_ACL)$/

function isServerWide(kind: string, body: unknown): boolean {
  // Comments, owners, grants and renames each have one statement kind for all object kinds.
  const { objtype, objectType, renameType } = body as Record<string, unknown>
  return SERVER_WIDE.test(kind) || SERVER_OBJECT.test(String(objtype ?? objectType ?? renameType))
}

/** Splits with PostgreSQL's own parser, which reports positions in bytes. */
function split(sql: string, path: string): Statement[] {
  // The parser refuses a text without a character; one of spaces or comments alone has no statements.
  if (sql === '') return []
  const bytes = Buffer.from(sql)
  const lines = new LineCounter(bytes.toString('latin1'))
  return parse(sql, path).map(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
    const text = bytes.subarray(start, length ? start + length : undefined).toString()
    const lead = leadingSpaceAndComments(text)
    const [[kind, body] = ['', {}]] = Object.entries(stmt ?? {})
    return {
      text: text.slice(lead.length),
      line: lines.at(start + Buffer.byteLength(lead)),
      kind,
      control: stmt && 'TransactionStmt' in stmt ? stmt.TransactionStmt.kind : undefined,
      isServerWide: isServerWide(kind, body),
      roles: isAboutRoles(stmt) ? [...new Set(namesIn(stmt, 'rolename'))] : [],
      relations: namesIn(stmt, 'relname'),
    }
  })
}

const ABOUT_ROLES = new Set(
  `AlterOwnerStmt GrantStmt AlterDefaultPrivilegesStmt CreatePolicyStmt AlterPolicyStmt CreateUserMappingStmt
    AlterUserMappingStmt DropUserMappingStmt`.split(/\s+/),
)

function isAboutRoles(node: Node | undefined): boolean {
  if (node === undefined) return false
  return Object.keys(node).some((kind) => ABOUT_ROLES.has(kind)) || hasOnly('AT_ChangeOwner', node)
}

/** Whether a statement is an ALTER TABLE, or one of its relatives, whose commands are all of this type. */
export function hasOnly(subtype: string, node: Node | undefined): boolean {
  if (!node || !('AlterTableStmt' in node)) return false
  const { cmds = [] } = node.AlterTableStmt
  return cmds.every((each) => 'AlterTableCmd' in each && each.AlterTableCmd.subtype === subtype)
}

/** The texts of all properties with this name in a parse tree, in the order of the tree. */
function namesIn(node: unknown, property: 'rolename' | 'relname', found: string[] = []): string[] {
  if (typeof node !== 'object' || node === null) return found
  // The trees of a dump have millions of nodes: without lists of entries, this takes a tenth of the time.
  for (const key in node) {
    const value = (node as Readonly<Record<string, unknown>>)[key]
    if (key === property && typeof value === 'string') found.push(value)
    else if (typeof value === 'object') namesIn(value, property, found)
  }
  return found
}

const PSQL_VARIABLE = /^:(?:\w+|"[^"\n]*"|'[^'\n]*')/

const OLD_STRINGS = /\bstandard_conforming_strings\s*(?:=|\bto\b)\s*'?(?:off?|f\w*|no?|0)\b/i
const NO_OLD_STRINGS =
  "standard_conforming_strings is off in this file, and generate reads strings as if it were on. Write those with a backslash as E'…'."

function parse(sql: string, path: string): { stmt?: Node; stmt_location?: number; stmt_len?: number }[] {
  try {
    const { stmts = [] } = parseSync(sql)
    if (OLD_STRINGS.test(sql)) refuseOldStrings(sql, path)
    return stmts
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const position = error.sqlDetails?.cursorPosition ?? 0
    const [variable] = PSQL_VARIABLE.exec(sql.slice(position)) ?? []
    const details = [
      variable === undefined ? undefined : `${variable} is a variable of psql. Replace it by its value.`,
      OLD_STRINGS.test(sql) ? NO_OLD_STRINGS : undefined,
    ]
    throw refusalAt(sql, position, { path, message: error.message, details, cause: error })
  }
}

/** The statements of a file are sent in one message, which the server reads before a setting in it holds. */
function refuseOldStrings(sql: string, path: string): void {
  const old = scanSync(sql).tokens.find(({ text }) => text.startsWith("'") && text.includes('\\'))
  if (!old) return
  // The scanner reports bytes.
  const position = Buffer.from(sql).subarray(0, old.start).toString().length
  const message = 'the string has a backslash, with which it would be another string'
  throw refusalAt(sql, position, { path, message, details: [NO_OLD_STRINGS], cause: undefined })
}

/** The error of a text at a position, with the lines from there on. */
function refusalAt(
  sql: string,
  position: number,
  error: Omit<Parameters<typeof refusal>[0], 'line' | 'statement'>,
): SchemaError {
  const line = new LineCounter(sql).at(position)
  const rest = sql.split('\n').slice(line - 1)
  return refusal({ ...error, line, statement: rest.join('\n') })
}

function leadingSpaceAndComments(text: string): string {
  let end = 0
  for (;;) {
    end += /^(?:\s+|--[^\n]*(?:\n|$))*/.exec(text.slice(end))?.[0].length ?? 0
    if (!text.startsWith('/*', end)) return text.slice(0, end)
    end = endOfComment(text, end)
  }
}

/** The error of a statement at a place, with its first lines. */
export function refusal({
  path,
  line,
  message,
  statement,
  details = [],
  cause,
}: {
  path: string
  line: number
  message: string
  statement: string
  details?: (string | undefined)[]
  cause: unknown
}): SchemaError {
  const lines = statement.trimEnd().split('\n')
  const quoted = lines.slice(0, 6).map((text) => `    ${text}`)
  if (lines.length > 6) quoted.push('    …')
  const more = details.filter((text) => text !== undefined).map((text) => `  ${text}`)
  return new SchemaError([`${path}:${line}: ${message}`, ...more, ...quoted].join('\n'), { cause })
}
