import pg from 'pg'
import { type Omission, warningsOf } from './left-out.ts'
import { type Remedy, remedyFor } from './remedies.ts'
import { readSchema, refusal, type Schema, SchemaError, type Statement } from './schema-files.ts'

/**
 * Applies the `*.sql` files of a folder, in name order, to an empty database.
 *
 * @returns warnings about parts that were left out, one for each reason, for example psql commands in a dump.
 * @throws {SchemaError} naming file, line and statement.
 */
export async function applySchema(connectionString: string, schema: string | Schema): Promise<string[]> {
  const { folder, files: whole, omissions } = typeof schema === 'string' ? await readSchema(schema) : schema
  const left = [...omissions]
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const files = await withoutMissingRoles(client, whole, left)
    const all = files.flatMap(({ statements }) => statements)
    if (!(await applyTogether(client, all))) {
      for (const { path, statements } of files) {
        const isTried = files.length === 1
        if (isTried || !(await applyTogether(client, statements)))
          await applyOneByOne(client, statements, { path, left })
      }
    }
    if (await isTransactionOpen(client)) {
      throw new SchemaError(
        `${folder}: a transaction is never committed, so its changes would be lost. Add the missing commit.`,
      )
    }
  } catch (error) {
    throw error instanceof SchemaError ? withLeftOut(error, left) : error
  } finally {
    await client.end()
  }
  return warningsOf(left)
}

/** The error, with the data and the files of psql that were left out: a statement may need them. */
function withLeftOut(error: SchemaError, left: readonly Omission[]): SchemaError {
  const warnings = warningsOf(left.filter(({ kind }) => kind === 'psql' || kind === 'copy'))
  if (warnings.length === 0) return error
  const lines = ['  It may need a part that was left out:', ...warnings.map((each) => `  ${each}`)]
  return new SchemaError([error.message, ...lines].join('\n'), { cause: error.cause })
}

/**
 * Sends all statements in one message. This takes half the time, and a failure rolls back all of them. Returns false
 * if they must be sent one by one: a statement cannot run in a transaction, or the failing one must be found.
 */
async function applyTogether(client: pg.Client, statements: Statement[]): Promise<boolean> {
  if (statements.some((each) => each.control || each.isServerWide)) return false
  return client.query(statements.map(({ text }) => text).join(';\n')).then(() => true, isRefusal)
}

/**
 * Leaves out what is only about roles that the server does not have: a dump has an owner for every table, and the first of
 * them would make all statements be sent one by one. A role may also be missing because of a statement that was skipped.
 */
async function withoutMissingRoles(
  client: pg.Client,
  files: Schema['files'],
  left: Omission[],
): Promise<Schema['files']> {
  if (!files.some(({ statements }) => statements.some(({ roles }) => roles.length > 0))) return files
  const { rows } = await client.query<{ name: string }>('select rolname::text as name from pg_roles')
  const known = new Set(rows.map(({ name }) => name))
  return files.map(({ path, statements }) => ({
    path,
    statements: statements.filter(({ roles, line, isServerWide }) => {
      const missing = isServerWide ? undefined : roles.find((role) => !known.has(role))
      if (missing !== undefined) left.push({ path, line, kind: 'role', detail: missing })
      return missing === undefined
    }),
  }))
}

async function applyOneByOne(
  client: pg.Client,
  statements: Statement[],
  { path, left }: { path: string; left: Omission[] },
): Promise<void> {
  let isOpen = false
  for (const statement of statements) {
    const omission = await applyStatement(client, statement, { path, isOpen })
    if (omission) left.push({ path, line: statement.line, kind: omission.kind, detail: omission.detail })
    if (statement.control)
      isOpen = /_(BEGIN|START)$|^TRANS_STMT_(SAVEPOINT|RELEASE|ROLLBACK_TO)$/.test(statement.control)
  }
}

/** False for an error reported by the server; any other error, such as a lost connection, is rethrown. */
function isRefusal(error: unknown): false {
  if (error instanceof pg.DatabaseError) return false
  throw error
}

/**
 * Applies a statement, or what remains of it without the parts that the scratch server does not know. In an open
 * transaction a savepoint keeps the statements before it.
 */
async function applyStatement(
  client: pg.Client,
  statement: Statement,
  { path, isOpen }: { path: string; isOpen: boolean },
): Promise<Remedy | undefined> {
  if (statement.isServerWide) return { kind: 'server', detail: '' }
  const isGuarded = isOpen && !statement.control
  let found: Remedy | undefined
  if (isGuarded) await client.query('savepoint statement_')
  for (let text: string | undefined = statement.text; text !== undefined; text = found?.rest) {
    const error: unknown = await client.query(text).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (error === undefined) break
    if (!(error instanceof pg.DatabaseError)) throw error
    const remedy = remedyFor(error, { ...statement, text })
    if (!remedy) throw refused(error, statement, path)
    if (isGuarded) await client.query('rollback to savepoint statement_')
    found = remedy
  }
  if (isGuarded) await client.query('release savepoint statement_')
  return found
}

const NOT_AVAILABLE =
  /^(extension|language|access method|foreign-data wrapper) "[^"]*" (is not available|does not exist)|^could not (open extension control file|open dictionary file|access file|load library)/

function refused(error: pg.DatabaseError, statement: Statement, path: string): SchemaError {
  // The server counts characters, not UTF-16 units.
  const before = Array.from(statement.text).slice(0, Math.max(0, Number(error.position ?? 1) - 1))
  const line = statement.line + before.filter((character) => character === '\n').length
  const wayOut = NOT_AVAILABLE.test(error.message)
    ? 'The scratch server does not have it. Set SCRATCH to the postgres:// URL of a server that does, or to "container" with POSTGRES_IMAGE.'
    : undefined
  const details = [wayOut, error.detail, wayOut ? undefined : error.hint, error.where]
  return refusal({ path, line, message: error.message, statement: statement.text, details, cause: error })
}

async function isTransactionOpen(client: pg.Client): Promise<boolean> {
  // Outside a transaction block this query runs in a transaction of its own, which gets no ID because it writes nothing.
  const { rows } = await client.query<{ open: boolean }>(
    'select pg_current_xact_id_if_assigned() is not null as open',
  )
  return rows[0]?.open === true
}
