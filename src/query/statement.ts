import type { Compilable, Kysely } from 'kysely'
import type { DB } from '../../generated/database.ts'
import type { MergedForm, Target } from '../connection/index.ts'
import {
  type Build,
  builtStatement,
  type Compiled,
  compile,
  compiledSql,
  compileMerged,
  type Merging,
  type Params,
} from './compile.ts'
import { shortHash } from './short-hash.ts'

/**
 * A query with named, typed parameters. Kysely builds and compiles it once, those of the repositories when the package is
 * built; from then on its text is sent as it is, under a name by which each connection prepares it.
 */
export interface Statement<Input = never, Row = unknown> {
  /** The repository, the method and the filters: `users.list(role,search)`. */
  readonly name: string
  readonly sql: string
  /** Names of the parameters, in the order of $1, $2, … */
  readonly parameters: readonly string[]
  /** True for a plain select, which may always be repeated. */
  readonly readOnly: boolean
  /** True for a call that is quick enough to be sent in one batch with those of other callers. */
  readonly isBrief: boolean
  readonly target: Target | undefined
  /** The statement that does what several calls do, if the definition allows that. */
  readonly merged?: MergedForm | undefined
  /** False for a statement that is made for a single call. */
  readonly isPrepared: boolean
  /** True for a combination of several filters, which reviews need not read: each of them has a statement of its own. */
  readonly isRare: boolean
  values(input: Input): unknown[]
  readonly row?: RowType<Row>
}

/**
 * Type only. The compiler compares it in both directions: a statement annotated with a row type selects exactly the
 * properties of that type, none less and none more.
 */
type RowType<Row> = (row: Row) => Row

/** Makes a statement that `statements()` does not list: one of those that a request describes. */
export function requestedStatement<Input, Row>(
  name: string,
  build: Build<Input, Row>,
  isPrepared: boolean,
): Statement<Input, Row> {
  return new CompiledStatement<Input, Row>(
    name,
    () => compile(name, build),
    { writes: false, isLong: true, isShort: false },
    isPrepared,
  )
}

/** PostgreSQL cuts longer names of prepared statements. */
const MOST_NAME_BYTES = 63

/**
 * Makes a statement of a service from its text. A name that is too long for PostgreSQL ends with a hash.
 *
 * @param traits.isListed whether `ownStatements()` lists it.
 */
export function sqlStatement<Input, Row>(
  name: string,
  { sql, parameters }: { sql: string; parameters: readonly string[] },
  { readOnly, isListed }: { readOnly: boolean; isListed: boolean },
): Statement<Input, Row> {
  const isLongName = Buffer.byteLength(name) > MOST_NAME_BYTES
  const made = new CompiledStatement<Input, Row>(
    isLongName ? `${Buffer.from(name).subarray(0, 48).toString('latin1')}:${shortHash(name)}` : name,
    () => compiledSql(sql, parameters, readOnly),
    { writes: !readOnly, isLong: true, isShort: false },
  )
  if (isListed) defineOwn(() => register([made as Statement]))
  return made
}

/** The type of a statement's rows. */
export type StatementRow<S> = S extends { readonly row?: RowType<infer Row> } ? Row : never

/** How a statement may be sent. */
export interface StatementOptions {
  /** Whether the statement calls a function that writes: a plain select does not show that. */
  writes?: boolean
  /** Whether the statement may take long, so that reads of other callers must not wait for it. */
  isLong?: boolean
  /** Whether the statement writes single rows, so that it can share a transaction with writes of other callers. */
  isShort?: boolean
}

/** Defines a statement. */
export function statement<Input, Row>(
  name: string,
  build: Build<Input, Row>,
  options: StatementOptions & { merging?: Merging<NoInfer<Input>> } = {},
): Statement<Input, Row> {
  const { writes = false, isLong = false, isShort = false, merging } = options
  const defined = new CompiledStatement<Input, Row>(
    name,
    compileOnce(name, build),
    { writes, isLong, isShort },
    true,
    merging && mergedOnce(name, build, merging),
  )
  register([defined as Statement, ...(merging ? [new MergedStatement(defined as Statement)] : [])])
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

/** How the statements of combinations may be sent. */
export interface VariantOptions<Filter> {
  /** As for a statement. */
  isShort?: boolean
  /** Which combinations `generated/sql` does not show and connections do not prepare: the best plan depends on the values. */
  isRare?: (chosen: readonly Filter[]) => boolean
}

/** Defines a statement for each combination of the optional fields named in `filters`. */
export function variants<Input extends { readonly [Name in Filter]?: unknown }, Row, Filter extends string>(
  name: string,
  filters: readonly Filter[],
  build: (query: Kysely<DB>, $: Params<Input>, has: Filters<Filter>) => Compilable<Row>,
  { isShort = false, isRare = () => false }: VariantOptions<Filter> = {},
): Variants<Input, Row> {
  const combinations = Array.from({ length: 2 ** filters.length }, (_, combination) => {
    const chosen = filters.filter((_, bit) => combination & (1 << bit))
    const has = Object.fromEntries(
      filters.map((filter) => [filter, chosen.includes(filter)]),
    ) as Filters<Filter>
    const full = chosen.length > 0 ? `${name}(${chosen.join(',')})` : name
    return new CompiledStatement<Input, Row>(
      full,
      compileOnce<Input, Row>(full, (query, $) => build(query, $, has)),
      { writes: false, isLong: true, isShort, isRare: isRare(chosen) },
      !isRare(chosen),
    )
  })
  register(combinations as Statement[])
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
  return ofPackage
}

/** Every statement that a service has defined. */
export function ownStatements(): readonly Statement[] {
  return ofService
}

const ofPackage: Statement[] = []
const ofService: Statement[] = []
let isOwn = false

/** A development server may load a service's module again: the last statement of a name replaces the earlier one. */
function register(defined: readonly Statement[]): void {
  const list = isOwn ? ofService : ofPackage
  for (const statement of defined) {
    const at = isOwn ? list.findIndex(({ name }) => name === statement.name) : -1
    if (at >= 0) list[at] = statement
    else list.push(statement)
  }
}

/** Runs a definition of a service: its statements are listed apart from those of the package. */
export function defineOwn<T>(define: () => T): T {
  isOwn = true
  try {
    return define()
  } finally {
    isOwn = false
  }
}

interface Traits {
  readonly writes: boolean
  readonly isLong: boolean
  readonly isShort: boolean
  readonly isRare?: boolean
}

/** Compiles a statement, unless it is one of the package's that its build has compiled. */
function compileOnce<Input, Row>(name: string, build: Build<Input, Row>): () => Compiled {
  const isOfPackage = !isOwn
  return () => (isOfPackage ? builtStatement(name) : undefined) ?? compile(name, build)
}

type Merge = (parameters: readonly string[]) => MergedForm

/** The same for the merged form of a statement. */
function mergedOnce<Input, Row>(name: string, build: Build<Input, Row>, merging: Merging<Input>): Merge {
  const isOfPackage = !isOwn
  return (parameters) => {
    const merged = `${name} merged`
    const built = isOfPackage ? builtStatement(merged)?.sql : undefined
    const sql = built ?? compileMerged(build, parameters, merging)
    return { name: merged, sql, key: parameters.indexOf(merging.key) }
  }
}

class CompiledStatement<Input, Row> implements Statement<Input, Row> {
  readonly name: string
  readonly #compile: () => Compiled
  readonly #traits: Traits
  readonly isPrepared: boolean
  readonly #merge: Merge | undefined
  #compiled: Compiled | undefined
  #merged: MergedForm | undefined

  constructor(
    name: string,
    compile: () => Compiled,
    traits: Traits,
    isPrepared = true,
    merge: Merge | undefined = undefined,
  ) {
    this.name = name
    this.isPrepared = isPrepared
    this.#compile = compile
    this.#traits = traits
    this.#merge = merge
  }

  get isBrief(): boolean {
    return this.readOnly ? !this.#traits.isLong : this.#traits.isShort
  }

  get isRare(): boolean {
    return this.#traits.isRare ?? false
  }

  get sql(): string {
    return this.#get().sql
  }

  get readOnly(): boolean {
    return !this.#traits.writes && this.#get().isSelect
  }

  get target(): Target | undefined {
    return this.#get().target
  }

  get parameters(): readonly string[] {
    return this.#get().parameters.map((parameter) => parameter.name)
  }

  get merged(): MergedForm | undefined {
    this.#merged ??= this.#merge?.(this.parameters)
    return this.#merged
  }

  values(input: Input): unknown[] {
    return this.#get().parameters.map((parameter) => parameter.valueIn(input))
  }

  /** Compiles on first use, so that importing the library compiles nothing. */
  #get(): Compiled {
    this.#compiled ??= this.#compile()
    return this.#compiled
  }
}

/** The merged form of a statement, for reviews, plans and benchmarks: the connection makes it of several calls. */
class MergedStatement implements Statement {
  readonly name: string
  readonly readOnly = false
  readonly isBrief = false
  readonly isPrepared = true
  readonly isRare = false
  readonly target: undefined
  readonly #plain: Statement

  constructor(plain: Statement) {
    this.name = `${plain.name} merged`
    this.#plain = plain
  }

  get sql(): string {
    return (this.#plain.merged as MergedForm).sql
  }

  /** `userId[]`: each is an array of what the statement takes. */
  get parameters(): readonly string[] {
    return this.#plain.parameters.map((name) => `${name}[]`)
  }

  values(input: never): unknown[] {
    return this.#plain.values(input).map((value) => [value])
  }
}
