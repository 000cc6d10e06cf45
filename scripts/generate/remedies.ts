import { type Node, parseSync, scanSync } from 'libpg-query'
import type pg from 'pg'
import type { OmissionKind } from './left-out.ts'
import { hasOnly, type Statement } from './schema-files.ts'

/** A part to leave out so that a refused statement can be applied. */
export interface Remedy {
  readonly kind: OmissionKind
  readonly detail: string
  /** The rest of the statement; undefined if all of it is left out. */
  readonly rest?: string | undefined
}

/**
 * How to apply a statement that the server refuses because it names something outside the database, such as a role.
 * Undefined if the schema itself is at fault.
 */
export function remedyFor(error: pg.DatabaseError, statement: Statement): Remedy | undefined {
  const [, role] = /\brole "((?:[^"]|"")*)" does not exist/.exec(error.message) ?? []
  if (role !== undefined) return withoutRole(role, statement)
  const [, tablespace] = /^tablespace "((?:[^"]|"")*)" does not exist/.exec(error.message) ?? []
  if (tablespace !== undefined) return withoutTablespace(tablespace, statement)
  return withoutSetting(error, statement) ?? withoutExisting(error, statement)
}

function withoutRole(role: string, { kind, text, roles }: Statement): Remedy | undefined {
  const found = { kind: 'role', detail: role } as const
  if (roles.length > 0 || kind === 'VariableSetStmt') return found
  if (kind !== 'CreateSchemaStmt') return undefined
  // `create schema authorization joe` gives the schema the role's name.
  return { ...found, rest: cut(text, ['authorization', role], isNamed(text) ? '' : quoteName(role)) }
}

function withoutTablespace(tablespace: string, { kind, text }: Statement): Remedy | undefined {
  const found = { kind: 'tablespace', detail: tablespace } as const
  if (kind === 'AlterTableMoveAllStmt' || hasOnly('AT_SetTableSpace', nodeOf(text))) return found
  const rest =
    cut(text, ['using', 'index', 'tablespace', tablespace]) ?? cut(text, ['tablespace', tablespace])
  return rest === undefined ? undefined : { ...found, rest }
}

const SETTINGS = /^(?:unrecognized configuration|invalid value for) parameter "([^"]*)"/

function withoutSetting({ message }: pg.DatabaseError, { kind, text }: Statement): Remedy | undefined {
  const [, setting] = SETTINGS.exec(message) ?? []
  const sets = kind === 'VariableSetStmt' || (kind === 'SelectStmt' && /\bset_config\b/i.test(text))
  if (setting !== undefined && sets) return { kind: 'setting', detail: setting }
  return kind === 'SecLabelStmt' && /label provider/.test(message) ? { kind: 'label', detail: '' } : undefined
}

function withoutExisting({ message }: pg.DatabaseError, { kind }: Statement): Remedy | undefined {
  const exists =
    (kind === 'CreateSchemaStmt' && message === 'schema "public" already exists') ||
    (/^Create(Extension|PLang)Stmt$/.test(kind) &&
      /^(extension|language) "plpgsql" already exists/.test(message))
  return exists ? { kind: 'existing', detail: message.replace(/ already exists$/, '') } : undefined
}

/** Whether a CREATE SCHEMA says the schema's name. */
function isNamed(text: string): boolean {
  const node = nodeOf(text)
  return node !== undefined && 'CreateSchemaStmt' in node && node.CreateSchemaStmt.schemaname !== undefined
}

function nodeOf(text: string): Node | undefined {
  return parseSync(text).stmts?.[0]?.stmt
}

/** The text without each sequence of these words, of which the last is a name; undefined if it does not occur. */
function cut(text: string, words: readonly string[], replacement = ''): string | undefined {
  const bytes = Buffer.from(text)
  const { tokens } = scanSync(text)
  const name = words.at(-1) as string
  const pieces: Buffer[] = []
  let at = 0
  for (let index = 0; index + words.length <= tokens.length; index += 1) {
    const found = tokens.slice(index, index + words.length)
    const last = found.at(-1)
    const isFound = found.every((token, place) =>
      token === last ? nameOf(token.text) === name : token.text.toLowerCase() === words[place],
    )
    if (!isFound || !last) continue
    pieces.push(bytes.subarray(at, found[0]?.start), Buffer.from(replacement))
    at = last.end
  }
  return at === 0 ? undefined : Buffer.concat([...pieces, bytes.subarray(at)]).toString()
}

function nameOf(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token.toLowerCase()
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
