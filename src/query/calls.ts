import type { CallOptions, Connection } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { checkFields } from '../input/index.ts'
import { queryAll, requireOne } from './execute.ts'
import { type Statement, sqlStatement } from './statement.ts'

/** A function or procedure, as `functions.ts` describes it, which `norberts-spark-db generate` writes. */
export interface Routine {
  readonly schema?: string
  readonly name: string
  readonly kind: 'function' | 'procedure'
  /** Whether it changes nothing: it is declared as stable or immutable. */
  readonly reads: boolean
  readonly returns: 'nothing' | 'value' | 'values' | 'row' | 'rows'
  readonly parameters: readonly RoutineParameter[]
  /** The columns of a result that has some. */
  readonly columns?: readonly { readonly name: string; readonly property: string }[]
  /** The OUT arguments of a procedure; null for one without a name. */
  readonly out?: readonly (string | null)[]
}

interface RoutineParameter {
  /** The property of the input. */
  readonly property: string
  /** Its name in SQL; without one it is passed by its place. */
  readonly name?: string
  readonly type: string
  readonly isOptional?: true
  readonly isVariadic?: true
}

/** Calls a function or procedure. The input may be left out if none of its fields is required. */
export type Call<Input, Output> = (
  connection: Connection,
  ...parameters: object extends Input
    ? [input?: Input, options?: CallOptions]
    : [input: Input, options?: CallOptions]
) => Promise<Output>

/** Calls of functions and procedures, by the properties of `Functions`. */
export type Calls<Functions> = {
  readonly [Name in keyof Functions]: Functions[Name] extends (input: infer Input) => infer Output
    ? Call<Input, Output>
    : never
}

/**
 * Calls of the functions and procedures of a service's schema: each takes a connection and an object of arguments, and
 * returns what the function returns. Arguments that are left out have their defaults.
 *
 * ```ts
 * const { addPoints } = calls<Functions>(FUNCTIONS)
 * const points = await addPoints(connection, { customerId, points: 3 })
 * ```
 *
 * @typeParam Functions the interface in the `functions.ts` that `norberts-spark-db generate` writes.
 * @param routines the constant `FUNCTIONS` of the same file.
 */
export function calls<Functions>(
  routines: { readonly [Name in keyof Functions]: Routine },
): Calls<Functions> {
  const entries = Object.entries<Routine>(routines).map(([key, routine]) => [key, callOf(key, routine)])
  return Object.fromEntries(entries) as Calls<Functions>
}

type Input = Readonly<Record<string, unknown>>

function callOf(key: string, routine: Routine): Call<Input, unknown> {
  const { parameters } = routine
  const properties = new Set(parameters.map(({ property }) => property))
  const statements = new Map<string, Statement<Input, unknown>>()
  const statementFor = (given: readonly RoutineParameter[]) => {
    const names = given.map(({ property }) => property).join()
    const known = statements.get(names)
    if (known) return known
    const made = sqlStatement<Input, unknown>(
      `functions.${key}${given.length < parameters.length ? `, with ${names || 'defaults'}` : ''}`,
      { sql: sqlOf(routine, given), parameters: given.map(({ property }) => property) },
      { readOnly: routine.reads, isListed: given.length === parameters.length },
    )
    statements.set(names, made)
    return made
  }
  // Listed with all arguments, so that `generate --statements` checks it.
  statementFor(parameters)
  return async (connection, input = {}, options) => {
    checkFields(input, 'input', properties, () => `the arguments of ${key}`)
    const given = parameters.filter(({ property }) => input[property] !== undefined)
    requireArguments(parameters, given)
    const rows = await queryAll(connection, statementFor(given), input, options)
    return resultOf(routine, rows as Record<string, unknown>[])
  }
}

/** @throws {InvalidInputError} an argument is missing: one without a default, or one before another that has no name. */
function requireArguments(parameters: readonly RoutineParameter[], given: readonly RoutineParameter[]): void {
  const lastByPlace = given.findLastIndex(({ name }) => name === undefined)
  const before = lastByPlace < 0 ? -1 : parameters.indexOf(given[lastByPlace] as RoutineParameter)
  for (const [at, parameter] of parameters.entries()) {
    if (given.includes(parameter)) continue
    if (!parameter.isOptional) throw new InvalidInputError(parameter.property, 'is required')
    if (at < before) {
      const other = given[lastByPlace]?.property
      throw new InvalidInputError(
        parameter.property,
        `is required where ${other} is given, which has no name in SQL`,
      )
    }
  }
}

function resultOf({ kind, returns, columns = [] }: Routine, rows: Record<string, unknown>[]): unknown {
  if (returns === 'nothing') return undefined
  // The columns of CALL have the names of the arguments.
  if (kind === 'procedure') {
    const row = requireOne(rows[0])
    return Object.fromEntries(columns.map(({ name, property }) => [property, row[name]]))
  }
  if (returns === 'rows') return rows
  if (returns === 'values') return rows.map(({ value }) => value)
  return returns === 'row' ? requireOne(rows[0]) : requireOne(rows[0]).value
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

function sqlOf(routine: Routine, given: readonly RoutineParameter[]): string {
  const { schema, name, kind, returns, columns = [], out = [] } = routine
  const lastByPlace = given.findLastIndex((parameter) => parameter.name === undefined)
  const passed = given.map((parameter, at) => {
    const value = `$${at + 1}::${parameter.type}`
    const isByPlace = at <= lastByPlace || parameter.name === undefined
    const argument = isByPlace ? value : `${quote(parameter.name as string)} => ${value}`
    return parameter.isVariadic ? `variadic ${argument}` : argument
  })
  const outputs = out.map((each) => (each === null ? 'null' : `${quote(each)} => null`))
  const target = schema === undefined ? quote(name) : `${quote(schema)}.${quote(name)}`
  const call = `${target}(${[...passed, ...outputs].join(', ')})`
  if (kind === 'procedure') return `call ${call}`
  if (returns === 'row' || returns === 'rows') {
    const list = columns.map((column) => `result.${quote(column.name)} as ${quote(column.property)}`)
    return `select ${list.join(', ')} from ${call} as result`
  }
  return returns === 'values' ? `select value from ${call} as result (value)` : `select ${call} as value`
}
