import { camelCase } from '../../src/sentences/index.ts'
import { BANNER } from './banner.ts'
import { type Argument, type Catalog, qualified, type Routine } from './catalog.ts'
import { print, printKey } from './constraints.ts'
import { forDocComment } from './escape.ts'
import { valueType } from './value-type.ts'

/** A parameter of a call: an entry of `parameters` in functions.ts. */
interface Parameter {
  /** The property of the input that has its value. */
  readonly property: string
  /** Its name in SQL; absent if it has none, so that it is passed by its place. */
  readonly name?: string
  readonly type: string
  readonly isOptional?: true
  readonly isVariadic?: true
}

/** A routine as functions.ts declares it. */
interface Described {
  readonly key: string
  readonly comment: string | null
  readonly input: string
  readonly output: string
  readonly entry: object
}

const VOID = 'void'
const RECORD = 'record'

const JSON_TYPE = `/** A value of JSON. */
export type JsonValue = boolean | number | string | null | JsonValue[] | { [name: string]: JsonValue | undefined }`

/**
 * Generates functions.ts: the functions and procedures of a schema, with the types of their arguments and results.
 *
 * @param database the text of database.ts, which declares the type of JSON only if a column has it.
 */
export function emitRoutines(catalog: Catalog, database: string): { text: string; warnings: string[] } {
  const warnings: string[] = []
  const keys = keysOf(catalog.routines)
  const described = catalog.routines.flatMap((routine) => {
    const problem = problemOf(catalog, routine)
    if (problem === undefined) return [describe(catalog, routine, keys.get(routine) as string)]
    warnings.push(`${qualified(routine)}(${routine.types.join(', ')}): has no type, because ${problem}`)
    return []
  })
  const members = described.map(({ key, comment, input, output }) => {
    const documentation = comment === null ? '' : `  /** ${comment.replace(/\n/g, '\n   * ')} */\n`
    return `${documentation}  ${printKey(key)}(input: ${input}): ${output};\n`
  })
  const body = `/** What the functions and procedures take and return. */\nexport interface Functions {\n${members.join('')}}\n`
  const constants = new Map(described.map(({ key, entry }) => [key, entry]))
  const json = /\bexport type JsonValue\b/.test(database)
    ? 'import type { JsonValue } from "./database.js"'
    : JSON_TYPE
  const text = [
    BANNER,
    ...(/\bJsonValue\b/.test(body) ? [json] : []),
    `/** How the functions and procedures are called, for \`calls\` of @norberts-spark/db/query. */\nexport const FUNCTIONS = ${print(constants)} as const`,
    body,
  ]
  return { text: text.join('\n\n'), warnings }
}

/** The property of each routine: its name in camelCase; with the types of its arguments where several have the name. */
function keysOf(routines: readonly Routine[]): ReadonlyMap<Routine, string> {
  const nameOf = ({ schema, name }: Routine) =>
    schema === 'public' ? camelCase(name) : `${schema}.${camelCase(name)}`
  const names = Map.groupBy(routines, nameOf)
  return new Map(
    routines.map((routine) => {
      const name = nameOf(routine)
      const namesakes = names.get(name) ?? []
      if (namesakes.length === 1) return [routine, name]
      const ofOneName = namesakes.every((each) => each.name === routine.name)
      return [routine, `${ofOneName ? name : qualified(routine)}(${routine.types.join(', ')})`]
    }),
  )
}

const isInput = ({ mode }: Argument) => mode === 'i' || mode === 'b' || mode === 'v'
const isOutput = ({ mode }: Argument) => mode === 'o' || mode === 'b' || mode === 't'

/** Why a query cannot call the routine with types that are known. */
function problemOf(catalog: Catalog, routine: Routine): string | undefined {
  const isPseudo = (typeId: number) => valueType(catalog, { typeId }).of.kind === 'p'
  const unknown = routine.arguments.filter(({ typeId }) => isPseudo(typeId)).map(({ type }) => type)
  if (unknown.length > 0) return `it has an argument of the pseudo-type ${unknown[0]}`
  if (routine.kind === 'p' || routine.result === VOID) return undefined
  if (routine.result === RECORD) {
    return routine.arguments.some(isOutput) ? undefined : 'each query states the columns of its record itself'
  }
  return isPseudo(routine.resultId) ? `it returns the pseudo-type ${routine.result}` : undefined
}

function describe(catalog: Catalog, routine: Routine, key: string): Described {
  const inputs = routine.arguments.filter(isInput)
  const properties = uniqueProperties(inputs.map(({ name }, at) => name ?? `arg${at + 1}`))
  const firstDefault = inputs.length - routine.defaults
  const parameters = inputs.map(
    ({ name, type, mode }, at): Parameter => ({
      property: properties[at] as string,
      ...(name !== null && { name }),
      type,
      ...(at >= firstDefault && { isOptional: true }),
      ...(mode === 'v' && { isVariadic: true }),
    }),
  )
  const fields = inputs.map(({ typeId }, at) => {
    const { insert } = valueType(catalog, { typeId })
    // A strict function is not called with a null argument.
    const type = routine.isStrict ? insert : `${insert} | null`
    return `${printKey(properties[at] as string)}${at >= firstDefault ? `?: ${type} | undefined` : `: ${type}`}`
  })
  const { columns, output } = resultOf(catalog, routine)
  const out = routine.arguments.filter(({ mode }) => mode === 'o')
  return {
    key,
    comment: routine.comment === null ? null : forDocComment(routine.comment),
    input: fields.length > 0 ? `{ ${fields.join('; ')} }` : '{}',
    output,
    entry: {
      ...(routine.schema !== 'public' && { schema: routine.schema }),
      name: routine.name,
      kind: routine.kind === 'p' ? 'procedure' : 'function',
      reads: routine.kind === 'f' && !routine.isVolatile,
      returns: kindOfResult(routine, columns),
      parameters,
      ...(columns && { columns: columns.map(({ name, property }) => ({ name, property })) }),
      // CALL takes a place for each of them: https://www.postgresql.org/docs/current/sql-call.html
      ...(routine.kind === 'p' && out.length > 0 && { out: out.map(({ name }) => name) }),
    },
  }
}

interface OutputColumn {
  readonly name: string
  readonly property: string
}

type Returns = 'nothing' | 'value' | 'values' | 'row' | 'rows'

function kindOfResult({ kind, returnsSet, result }: Routine, columns: OutputColumn[] | undefined): Returns {
  if (columns) return returnsSet ? 'rows' : 'row'
  if (kind === 'p' || result === VOID) return 'nothing'
  return returnsSet ? 'values' : 'value'
}

/** The columns of a result that has some, and its type. */
function resultOf(
  catalog: Catalog,
  routine: Routine,
): { columns: OutputColumn[] | undefined; output: string } {
  const { kind, returnsSet, result, resultId, isNotNull } = routine
  const orNull = (type: string, isRequired: boolean) => (isRequired ? type : `${type} | null`)
  const outputs = routine.arguments.filter(isOutput)
  const ofArguments = kind === 'p' ? outputs.length > 0 : result === RECORD
  const sources = ofArguments
    ? outputs.map(({ name, typeId }, at) => ({ name: name ?? `column${at + 1}`, typeId, notNull: isNotNull }))
    : (routine.columns?.map((column) => ({ ...column, notNull: isNotNull && column.notNull })) ?? undefined)
  if (sources) {
    const properties = uniqueProperties(sources.map(({ name }) => name))
    const fields = sources.map(
      (source, at) =>
        `${printKey(properties[at] as string)}: ${orNull(valueType(catalog, source).select, source.notNull)}`,
    )
    const row = `{ ${fields.join('; ')} }`
    const columns = sources.map(({ name }, at) => ({ name, property: properties[at] as string }))
    return { columns, output: returnsSet ? `${row}[]` : row }
  }
  if (kind === 'p' || result === VOID) return { columns: undefined, output: 'void' }
  const value = orNull(valueType(catalog, { typeId: resultId }).select, isNotNull)
  return { columns: undefined, output: returnsSet ? `(${value})[]` : value }
}

/** Names in camelCase; two that are the same keep their own. */
function uniqueProperties(names: readonly string[]): string[] {
  const properties = names.map(camelCase)
  return names.map((name, at) =>
    properties.filter((each) => each === properties[at]).length > 1 ? name : (properties[at] as string),
  )
}
