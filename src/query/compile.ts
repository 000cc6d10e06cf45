import type { Compilable, CompiledQuery, Kysely, RawBuilder, RootOperationNode } from 'kysely'
import type { DB } from '../../generated/database.ts'
import { encode, type Target } from '../connection/index.ts'
import { kysely, sql } from '../kysely/index.ts'
import { BUILT } from './built.ts'
import { targetOf } from './target.ts'

/** The placeholders of a statement: `$.userId` is replaced by the value of `userId` at each call. */
export type Params<Input> = { readonly [Name in keyof Input]-?: RawBuilder<Exclude<Input[Name], undefined>> }

/** Builds a query with Kysely. Values that differ between calls are placeholders. */
export type Build<Input, Row> = (query: Kysely<DB>, $: Params<Input>) => Compilable<Row>

/** The SQL of a statement, and how its parameters are taken from an input. */
export interface Compiled {
  readonly sql: string
  /** In the order of $1, $2, … */
  readonly parameters: readonly Placeholder[]
  /** Whether it is a plain select. */
  readonly isSelect: boolean
  readonly target: Target | undefined
}

/**
 * A statement written in SQL, where Kysely's builder would be hard to read. `npm run generate` has PostgreSQL check it. One that
 * begins with `select` is a read, unless it is defined with `writes`.
 */
export function raw<Row>(query: RawBuilder<Row>): Compilable<Row> {
  return { compile: () => query.compile(compiler()) as CompiledQuery<Row> }
}

/**
 * Compiles a statement.
 *
 * @throws {TypeError} the builder contains a constant that is neither a placeholder nor `sql.lit(…)`.
 */
export function compile<Input, Row>(name: string, build: Build<Input, Row>): Compiled {
  const { sql, parameters, query } = build(compiler(), placeholders as Params<Input>).compile()
  return {
    sql,
    parameters: parameters.map((parameter) => {
      if (parameter instanceof Placeholder) return parameter
      throw new TypeError(`${name}: write the constant ${JSON.stringify(parameter)} as sql.lit(…).`)
    }),
    isSelect: isSelect(query, sql),
    target: targetOf(query),
  }
}

/** How the calls of an update, each of one row, become one statement. */
export interface Merging<Input> {
  /** The parameter that identifies the row, a UUID: calls with the same value are not merged. */
  readonly key: keyof Input & string
  /** The PostgreSQL types of the parameters that are not text. */
  readonly types: { readonly [Name in keyof Input]?: string }
}

/** The part of Kysely's builder of an update that merging needs. */
interface MergeableUpdate {
  from(table: unknown): MergeableUpdate
  returning(column: unknown): Compilable
}

/**
 * Compiles an update of one row as one of many: its parameters are arrays with an item for each call, and the rows that it
 * returns have the number of their call in the column `$n`, at the end. Arrays travel as text, because unnest() would
 * take them apart.
 *
 * @param parameters those of the update, in their order.
 */
export function compileMerged<Input, Row>(
  build: Build<Input, Row>,
  parameters: readonly string[],
  { types }: Merging<Input>,
): string {
  const typeOf = (name: string) => types[name as keyof Input] ?? 'text'
  const isArray = (name: string) => typeOf(name).endsWith('[]')
  const columns = new Proxy({} as Params<Input>, {
    get(_, property) {
      const name = String(property)
      const column = sql.ref(`change.$${name}`)
      return isArray(name) ? sql`${column}::${sql.raw(typeOf(name))}` : column
    },
  })
  const update = build(compiler(), columns) as unknown as MergeableUpdate
  const names = [...parameters.map((name) => `$${name}`), '$n'].map((name) => sql.ref(name))
  // The key has its type here, not by a cast in the condition, which might leak values: under row security no index would serve it.
  // A subquery hides how many items there are, so that PostgreSQL keeps one plan for all numbers of them.
  const arrays = parameters.map((name) => {
    const type = isArray(name) ? 'text' : typeOf(name)
    return sql`(select ${new Placeholder(name)}::${sql.raw(`${type}[]`)})`
  })
  return update
    .from(sql`unnest(${sql.join(arrays)}) with ordinality`.as(sql`change (${sql.join(names)})`))
    .returning(sql`${sql.ref('change.$n')}::integer`.as('$n'))
    .compile().sql
}

/** A statement as JSON: `[sql, names of parameters, readOnly, operation, table]`. */
export type BuiltStatement = readonly [
  sql: string,
  parameters: readonly string[],
  readOnly: boolean,
  operation?: string | null,
  table?: string | null,
]

let built: ReadonlyMap<string, BuiltStatement> | undefined

/** The statement of a repository as it was compiled when the package was built; undefined if it was not. */
export function builtStatement(name: string): Compiled | undefined {
  built ??= new Map(Object.entries(JSON.parse(BUILT) as Record<string, BuiltStatement>))
  const found = built.get(name)
  if (!found) return undefined
  const [sql, parameters, readOnly, operation, table] = found
  const target = operation ? { operation, table: table ?? undefined } : undefined
  return compiledSql(sql, parameters, readOnly, target)
}

/** A statement that is text already, with the names of its parameters in the order of $1, $2, … */
export function compiledSql(
  sql: string,
  parameters: readonly string[],
  isSelect: boolean,
  target?: Target,
): Compiled {
  return { sql, parameters: parameters.map((parameter) => new Placeholder(parameter)), isSelect, target }
}

/** Only a `with` at the top may write: https://www.postgresql.org/docs/current/queries-with.html */
function isSelect(query: RootOperationNode, sql: string): boolean {
  if (query.kind === 'RawNode') return /^\s*select\s/i.test(sql)
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

let made: Kysely<DB> | undefined

/** Kysely without a connection. It gives a placeholder that occurs twice a single parameter. */
function compiler(): Kysely<DB> {
  if (made) return made
  const { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } = kysely()
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
  made = new Kysely<DB>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => ({
        compileQuery: (node, id) => new StatementCompiler().compileQuery(node, id),
      }),
    },
  })
  return made
}
