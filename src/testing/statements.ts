import pg from 'pg'
import { loadGenerator } from '../package/index.ts'
import { ownStatements } from '../query/index.ts'
import { type Description, describeAll } from './describe.ts'
import { unservedBy } from './unserved.ts'

/** A statement of a service, as PostgreSQL describes it. */
export interface DescribedStatement {
  /** The repository, the method and the filters: `activities.list(kind)`. */
  readonly name: string
  readonly sql: string
  /** In the order of `$1`, `$2`, …; types as written in SQL. */
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
  /** Empty if it returns no rows. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

/**
 * Describes the statements that the imported modules of the service have defined, for example for a snapshot. None is executed.
 *
 * @param url of a database with the tables, such as that of `createTestDatabase`.
 * @throws {Error} a statement does not fit the database.
 */
export async function describeStatements(url: string): Promise<DescribedStatement[]> {
  const described = await connected(url, describeAll)
  return described.map(({ statement: { name, sql }, parameters, columns }) => ({
    name,
    sql,
    parameters,
    columns: columns.map(({ name, type }) => ({ name, type })),
  }))
}

/**
 * Finds the statements of the imported modules that read a whole table or index. PostgreSQL plans each for any values, without
 * executing it; the tables need no rows.
 *
 * @param options.except names of statements that may do so: those of small tables, and exports.
 * @returns a sentence for each table or index; empty if indexes serve all statements.
 */
export async function findUnservedStatements(
  url: string,
  { except = [] }: { except?: readonly string[] } = {},
): Promise<string[]> {
  return connected(url, async (client) => {
    const found: string[] = []
    for (const statement of ownStatements()) {
      if (!except.includes(statement.name)) found.push(...(await unservedBy(client, statement)))
    }
    return found
  })
}

/**
 * Compares the row types of the service's statements with the rows that the server returns: names, and types apart from null. The
 * compiler compares them with Kysely's types, which are what the query says where it casts or uses `sql`.
 *
 * @param modules paths of the modules that define the statements. They must have been imported.
 * @returns a sentence for each difference.
 * @throws {Error} `typescript` or another package that `norberts-spark-db generate` needs is not installed.
 */
export async function findRowTypeDifferences(url: string, modules: readonly string[]): Promise<string[]> {
  const { rowTypeDifferences } = await loadGenerator<{
    rowTypeDifferences(modules: readonly string[], described: readonly object[]): string[]
  }>()
  const described = await connected(url, describeAll)
  return rowTypeDifferences(modules, described.map(rowsOf))
}

function rowsOf({ statement: { name }, columns }: Description): object {
  return { name, columns }
}

async function connected<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
