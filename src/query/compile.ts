import {
  type Compilable,
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  type RootOperationNode,
  sql,
} from 'kysely'
import type { DB } from '../../generated/database.ts'
import { encode } from '../connection/index.ts'

/** The placeholders of a statement: `$.userId` is replaced by the value of `userId` at each call. */
export type Params<Input> = { readonly [Name in keyof Input]-?: RawBuilder<Exclude<Input[Name], undefined>> }

/** Builds a query with Kysely. Values that differ between calls are placeholders. */
export type Build<Input, Row> = (query: Kysely<DB>, $: Params<Input>) => Compilable<Row>

/** The SQL of a statement, and how its parameters are taken from an input. */
export interface Compiled {
  readonly sql: string
  /** In the order of $1, $2, … */
  readonly parameters: readonly Placeholder[]
  readonly isSelect: boolean
}

/** A statement written in SQL, where Kysely's builder would be hard to read. `npm run generate` has PostgreSQL check it. */
export function raw<Row>(query: RawBuilder<Row>): Compilable<Row> {
  return { compile: () => query.compile(compiler) as CompiledQuery<Row> }
}

/**
 * Compiles a statement.
 *
 * @throws {TypeError} the builder contains a constant that is neither a placeholder nor `sql.lit(…)`.
 */
export function compile<Input, Row>(name: string, build: Build<Input, Row>): Compiled {
  const { sql, parameters, query } = build(compiler, placeholders as Params<Input>).compile()
  return {
    sql,
    parameters: parameters.map((parameter) => {
      if (parameter instanceof Placeholder) return parameter
      throw new TypeError(`${name}: write the constant ${JSON.stringify(parameter)} as sql.lit(…).`)
    }),
    isSelect: isSelect(query),
  }
}

/** Only a `with` at the top may write: https://www.postgresql.org/docs/current/queries-with.html */
function isSelect(query: RootOperationNode): boolean {
  if (query.kind !== 'SelectQueryNode') return false
  const { expressions = [] } = query.with ?? {}
  return expressions.every(({ expression }) => expression.kind === 'SelectQueryNode')
}

class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  valueIn(input: unknown): unknown {
    const value = (input as Record<string, unknown>)[this.name]
    return value === undefined ? null : encode(value)
  }
}

/** Every property is a placeholder of that name: an `sql` fragment whose only parameter is a marker object. */
const placeholders = new Proxy({}, { get: (_, name) => sql`${new Placeholder(String(name))}` })

/** Gives a placeholder that occurs twice a single parameter. */
class StatementCompiler extends PostgresQueryCompiler {
  readonly #numbers = new Map<string, string>()

  protected override appendValue(value: unknown): void {
    const number = value instanceof Placeholder ? this.#numbers.get(value.name) : undefined
    if (number) this.append(number)
    else super.appendValue(value)
    if (value instanceof Placeholder && !number) {
      this.#numbers.set(value.name, this.getCurrentParameterPlaceholder())
    }
  }
}

const compiler = new Kysely<DB>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => ({
      compileQuery: (node, id) => new StatementCompiler().compileQuery(node, id),
    }),
  },
})
