import type { Compilable, Kysely } from 'kysely'
import type { DB } from '../../generated/database.ts'
import { type Build, type Compiled, compile, type Params } from './compile.ts'

/**
 * A query with named, typed parameters. Kysely builds and compiles it once; from then on its text is sent as it is,
 * under a name by which each connection prepares it.
 */
export interface Statement<Input = never, Row = unknown> {
  /** The repository, the method and the filters: `users.list(role,search)`. */
  readonly name: string
  readonly sql: string
  /** Names of the parameters, in the order of $1, $2, … */
  readonly parameters: readonly string[]
  /** True for a plain select, which may always be repeated. */
  readonly readOnly: boolean
  /** True for a read by key: quick enough to be sent in one batch with the reads of other callers. */
  readonly isBrief: boolean
  values(input: Input): unknown[]
  readonly row?: RowType<Row>
}

/**
 * Type only. The compiler compares it in both directions: a statement annotated with a row type selects exactly the
 * properties of that type, none less and none more.
 */
type RowType<Row> = (row: Row) => Row

/** The type of a statement's rows. */
export type StatementRow<S> = S extends { readonly row?: RowType<infer Row> } ? Row : never

/** Defines a statement. */
export function statement<Input, Row>(
  name: string,
  build: Build<Input, Row>,
  {
    writes = false,
    isLong = false,
  }: {
    /** Whether the statement calls a function that writes: a plain select does not show that. */
    writes?: boolean
    /** Whether the statement may take long, so that reads of other callers must not wait for it. */
    isLong?: boolean
  } = {},
): Statement<Input, Row> {
  const defined = new CompiledStatement<Input, Row>(name, build, { writes, isLong })
  registry.push(defined as Statement)
  return defined
}

/**
 * One statement for each combination of optional filters. An index serves each of them; a single statement with
 * `$1 is null or …` would be served by none.
 */
export interface Variants<Input = never, Row = unknown> {
  /** The statement for the filters that `input` contains. */
  for(input: Input): Statement<Input, Row>
}

/** Tells a builder which filters the input contains. */
export type Filters<Name extends string> = Readonly<Record<Name, boolean>>

/** Defines a statement for each combination of the optional fields named in `filters`. */
export function variants<Input extends { readonly [Name in Filter]?: unknown }, Row, Filter extends string>(
  name: string,
  filters: readonly Filter[],
  build: (query: Kysely<DB>, $: Params<Input>, has: Filters<Filter>) => Compilable<Row>,
): Variants<Input, Row> {
  const combinations = Array.from({ length: 2 ** filters.length }, (_, combination) => {
    const chosen = filters.filter((_, bit) => combination & (1 << bit))
    const has = Object.fromEntries(
      filters.map((filter) => [filter, chosen.includes(filter)]),
    ) as Filters<Filter>
    return new CompiledStatement<Input, Row>(
      chosen.length > 0 ? `${name}(${chosen.join(',')})` : name,
      (query, $) => build(query, $, has),
      { writes: false, isLong: true },
    )
  })
  registry.push(...(combinations as Statement[]))
  return {
    for(input) {
      let combination = 0
      for (let bit = 0; bit < filters.length; bit += 1) {
        if (input[filters[bit] as Filter] !== undefined) combination |= 1 << bit
      }
      return combinations[combination] as Statement<Input, Row>
    },
  }
}

/** Every statement of the repositories that have been imported, for reviews, plans and benchmarks. */
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
  #compiled: Compiled | undefined

  constructor(name: string, build: Build<Input, Row>, traits: Traits) {
    this.name = name
    this.#build = build
    this.#traits = traits
  }

  get isBrief(): boolean {
    return !this.#traits.isLong && this.readOnly
  }

  get sql(): string {
    return this.#get().sql
  }

  get readOnly(): boolean {
    return !this.#traits.writes && this.#get().isSelect
  }

  get parameters(): readonly string[] {
    return this.#get().parameters.map((parameter) => parameter.name)
  }

  values(input: Input): unknown[] {
    return this.#get().parameters.map((parameter) => parameter.valueIn(input))
  }

  /** Compiles on first use, so that importing the library compiles nothing. */
  #get(): Compiled {
    this.#compiled ??= compile(this.name, this.#build)
    return this.#compiled
  }
}
