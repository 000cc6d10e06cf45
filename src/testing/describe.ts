import type pg from 'pg'
import { ownStatements, type Statement } from '../query/index.ts'

/** A column of the rows that a statement returns. */
export interface ReturnedColumn {
  readonly name: string
  /** As written in SQL: `uuid`, `text[]`. */
  readonly type: string
  /** The name in the catalog, of the elements if it is an array; undefined for a type that PostgreSQL does not bring. */
  readonly builtIn: string | undefined
  readonly isArray: boolean
}

/** The types of a statement, as the server describes them. */
export interface Description {
  readonly statement: Statement
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
  /** Empty if it returns no rows. */
  readonly columns: readonly ReturnedColumn[]
}

/** Has the server describe the statements that the service's modules have defined; none is executed. */
export async function describeAll(client: pg.Client): Promise<Description[]> {
  const described = []
  for (const statement of ownStatements())
    described.push({ statement, ...(await describe(client, statement)) })
  const types = await readTypes(client, described)
  const typeOf = (id: number) => types.get(id) as SqlType
  return described.map(({ statement, parameterTypes, fields }) => ({
    statement,
    parameters: statement.parameters.map((name, at) => ({
      name,
      type: typeOf(parameterTypes[at] as number).type,
    })),
    columns: fields.map(({ name, dataTypeID }) => ({ name, ...typeOf(dataTypeID) })),
  }))
}

interface Answer {
  readonly parameterTypes: readonly number[]
  readonly fields: readonly pg.FieldDef[]
}

function describe(client: pg.Client, { name, sql }: Statement): Promise<Answer> {
  return new Promise((resolve, reject) => {
    client.query(
      new DescribeRequest(sql, (error, answer) => {
        if (error === undefined) resolve(answer)
        else reject(new Error(`${name} does not fit the database: ${error.message}`, { cause: error }))
      }),
    )
  })
}

/** The events of pg's connection that are used here. */
interface PgConnection {
  parse(query: { name: string; text: string; types: [] }): void
  describe(target: { type: 'S'; name: string }): void
  sync(): void
  once(event: 'parameterDescription', listener: (message: { dataTypeIDs: number[] }) => void): void
}

/** A `Submittable` of pg: the statement is parsed and described. */
class DescribeRequest {
  readonly #sql: string
  readonly #callback: (error: Error | undefined, answer: Answer) => void
  readonly #answer: { parameterTypes: readonly number[]; fields: readonly pg.FieldDef[] } = {
    parameterTypes: [],
    fields: [],
  }

  constructor(sql: string, callback: (error: Error | undefined, answer: Answer) => void) {
    this.#sql = sql
    this.#callback = callback
  }

  submit(connection: object): void {
    const own = connection as PgConnection
    own.once('parameterDescription', ({ dataTypeIDs }) => {
      this.#answer.parameterTypes = dataTypeIDs
    })
    own.parse({ name: '', text: this.#sql, types: [] })
    own.describe({ type: 'S', name: '' })
    own.sync()
  }

  handleRowDescription({ fields }: { fields: pg.FieldDef[] }): void {
    this.#answer.fields = fields
  }

  /** After an error pg does not say that the connection is ready again. */
  handleError(error: Error): void {
    this.#callback(error, this.#answer)
  }

  handleReadyForQuery(): void {
    this.#callback(undefined, this.#answer)
  }
}

type SqlType = Omit<ReturnedColumn, 'name'>

async function readTypes(client: pg.Client, answers: readonly Answer[]): Promise<Map<number, SqlType>> {
  const ids = answers.flatMap(({ parameterTypes, fields }) => [
    ...parameterTypes,
    ...fields.map(({ dataTypeID }) => dataTypeID),
  ])
  const { rows } = await client.query<{ id: number; type: string; builtIn: string | null; isArray: boolean }>(
    `select own.oid::integer as id, format_type(own.oid, null) as type, element.oid is not null as "isArray",
       case when coalesce(element.typnamespace, own.typnamespace) = 'pg_catalog'::regnamespace
         then coalesce(element.typname, own.typname)::text end as "builtIn"
     from pg_type as own left join pg_type as element on element.oid = own.typelem and element.typarray = own.oid
     where own.oid = any($1::oid[])`,
    [[...new Set(ids)]],
  )
  return new Map(rows.map(({ id, builtIn, ...type }) => [id, { ...type, builtIn: builtIn ?? undefined }]))
}
