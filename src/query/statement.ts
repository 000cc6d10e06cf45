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

/**
 * A query with named, typed parameters: built and compiled by Kysely once, then sent as it is, under a name by
 * which each connection prepares it.
 */
export interface Statement<Input = never, Row = unknown> {
  /** Repository and method, with the filters it serves: `users.list(role,search)`. */
  readonly name: string
  readonly sql: string
  /** Names of the parameters, in the order of $1, $2, … */
  readonly parameters: readonly string[]
  /** True for a plain select, which may always be repeated. */
  readonly readOnly: boolean
  /** True for reading what one key leads to: quick enough to be sent along with other callers' reads. */
  readonly isBrief: boolean
  values(input: Input): unknown[]
  /** Type only: what a row is. */
  readonly row?: Row
}

export type StatementRow<S> =
  S extends Statement<never, infer Row> ? Row : S extends Variants<never, infer Row> ? Row : never

/** The holes of a statement: `$.userId` stands where the value of `userId` will be sent. */
export type Params<Input> = { readonly [Name in keyof Input]-?: RawBuilder<Exclude<Input[Name], undefined>> }

type Build<Input, Row> = (query: Kysely<DB>, $: Params<Input>) => Compilable<Row>

export function statement<Input, Row>(
  name: string,
  build: Build<Input, Row>,
  {
    writes = false,
    isLong = false,
  }: {
    /** Whether a function that it calls writes, which no select shows. */
    writes?: boolean
    /** Whether it may take long, so that nobody else's read should wait for it. */
    isLong?: boolean
  } = {},
): Statement<Input, Row> {
  const made = new CompiledStatement<Input, Row>(name, build, { writes, isLong })
  registry.push(made)
  return made
}

/**
 * One method, one statement for each combination of its optional filters: an index serves each shape, where a
 * single statement full of `$1 is null or …` would be served by none.
 */
export interface Variants<Input = never, Row = unknown> {
  /** The statement for the filters that `input` has. */
  for(input: Input): Statement<Input, Row>
  readonly row?: Row
}

/** Tells a variant's builder which filters are given. */
export type Given<Name extends string> = Readonly<Record<Name, boolean>>

export function variants<Input extends { readonly [Name in Filter]?: unknown }, Row, Filter extends string>(
  name: string,
  filters: readonly Filter[],
  build: (query: Kysely<DB>, $: Params<Input>, given: Given<Filter>) => Compilable<Row>,
): Variants<Input, Row> {
  const shapes = Array.from({ length: 2 ** filters.length }, (_, shape) => {
    const chosen = filters.filter((_, bit) => shape & (1 << bit))
    const given = Object.fromEntries(
      filters.map((filter) => [filter, chosen.includes(filter)]),
    ) as Given<Filter>
    return new CompiledStatement<Input, Row>(
      chosen.length > 0 ? `${name}(${chosen.join(',')})` : name,
      (query, $) => build(query, $, given),
      { writes: false, isLong: true },
    )
  })
  registry.push(...shapes)
  return {
    for(input) {
      let shape = 0
      for (let bit = 0; bit < filters.length; bit += 1) {
        if (input[filters[bit] as Filter] !== undefined) shape |= 1 << bit
      }
      return shapes[shape] as Statement<Input, Row>
    },
  }
}

/** A statement in SQL, for what Kysely's builder would make unreadable. PostgreSQL checks it at `npm run generate`. */
export function raw<Row>(query: RawBuilder<Row>): Compilable<Row> {
  return { compile: () => query.compile(compiler) as CompiledQuery<Row> }
}

/** In an update: the value if its field is among those `given`, else what the column holds. */
export function changed<T>(
  given: RawBuilder<string[]>,
  field: string,
  value: RawBuilder<T>,
  column: string,
): RawBuilder<T> {
  return sql`case when ${sql.lit(field)} = any(${given}::text[]) then ${value} else ${sql.ref(column)} end`
}

/** Every statement of the repositories that have been imported: for review, plans and benchmarks. */
export function statements(): readonly Statement[] {
  return registry
}

const registry: Statement[] = []

interface Traits {
  readonly writes: boolean
  readonly isLong: boolean
}

class CompiledStatement<Input, Row> implements Statement<Input, Row> {
  readonly name: string
  readonly #build: Build<Input, Row>
  readonly #traits: Traits
  #compiled: { sql: string; parameters: readonly Hole[]; readOnly: boolean } | undefined

  constructor(name: string, build: Build<Input, Row>, traits: Traits) {
    this.name = name
    this.#build = build
    this.#traits = traits
  }

  get isBrief(): boolean {
    return !this.#traits.isLong && this.readOnly
  }

  get sql(): string {
    return this.#compile().sql
  }

  get readOnly(): boolean {
    return this.#compile().readOnly
  }

  get parameters(): readonly string[] {
    return this.#compile().parameters.map((parameter) => parameter.name)
  }

  values(input: Input): unknown[] {
    return this.#compile().parameters.map((parameter) => parameter.valueIn(input))
  }

  // On first use, so that importing the library compiles nothing.
  #compile() {
    if (this.#compiled) return this.#compiled
    const { sql: text, parameters, query } = this.#build(compiler, holes as Params<Input>).compile()
    this.#compiled = {
      sql: text,
      parameters: parameters.map((parameter) => {
        if (parameter instanceof Hole) return parameter
        throw new TypeError(`${this.name}: write the constant ${JSON.stringify(parameter)} as sql.lit(…)`)
      }),
      readOnly: !this.#traits.writes && isSelect(query),
    }
    return this.#compiled
  }
}

/** Only a `with` at the top may write: https://www.postgresql.org/docs/current/queries-with.html */
function isSelect(query: RootOperationNode): boolean {
  if (query.kind !== 'SelectQueryNode') return false
  const { expressions = [] } = query.with ?? {}
  return expressions.every(({ expression }) => expression.kind === 'SelectQueryNode')
}

class Hole {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  valueIn(input: unknown): unknown {
    const value = (input as Record<string, unknown>)[this.name]
    return value === undefined ? null : encode(value)
  }
}

/** Every property is a hole of that name: an `sql` fragment around a marker that ends up among the parameters. */
const holes = new Proxy({}, { get: (_, name) => sql`${new Hole(String(name))}` })

/** A hole that occurs twice is one parameter. */
class HoleCompiler extends PostgresQueryCompiler {
  readonly #places = new Map<string, string>()

  protected override appendValue(value: unknown): void {
    const place = value instanceof Hole ? this.#places.get(value.name) : undefined
    if (place) this.append(place)
    else super.appendValue(value)
    if (value instanceof Hole && !place) this.#places.set(value.name, this.getCurrentParameterPlaceholder())
  }
}

const compiler = new Kysely<DB>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => ({
      compileQuery: (node, id) => new HoleCompiler().compileQuery(node, id),
    }),
  },
})
