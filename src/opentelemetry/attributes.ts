import type { Attributes } from '@opentelemetry/api'
import type { Endpoint, QueryEvent, StartedCall } from '../connection/index.ts'
import { withoutLiterals } from './query-text.ts'

/** The port that is not an attribute. */
const DEFAULT_PORT = 5432

/** The attributes of everything about a database. `db.namespace` is its name; the schema is not known. */
export function ofEndpoint({ host, port, database }: Endpoint): Attributes {
  return {
    'db.system.name': 'postgresql',
    ...(database !== undefined && { 'db.namespace': database }),
    'server.address': host,
    ...(port !== DEFAULT_PORT && { 'server.port': port }),
  }
}

/** The attributes of a query, those of few values: for spans and metrics. */
export function ofCall(call: StartedCall): Attributes {
  const { operation, table, replica } = call
  const summary = summaryOf(call)
  return {
    ...(operation !== undefined && { 'db.operation.name': operation }),
    ...(table !== undefined && { 'db.collection.name': table }),
    ...(summary !== undefined && { 'db.query.summary': summary }),
    ...(replica !== undefined && ofReplica(replica)),
  }
}

/** The server of a query that was sent to a replica, in place of the primary. */
function ofReplica(name: string): Attributes {
  const [, host = name, port = ''] = /^(.*):(\d+)$/.exec(name) ?? []
  return { 'server.address': host, ...(Number(port) !== DEFAULT_PORT && { 'server.port': Number(port) }) }
}

/** The text of a query; constants are removed from one without parameters. */
export function textOf({ name, sql, operation, parameters }: StartedCall): string {
  const isFixed = name !== undefined || parameters > 0 || operation === 'COPY'
  return isFixed ? sql : withoutLiterals(sql)
}

const KEYWORD = /^(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/|\()*([a-z]+)\b/i

/** The name of the statement, or its operation and table; of raw SQL the first word. */
export function summaryOf({ name, sql, operation, table }: StartedCall): string | undefined {
  if (name !== undefined) return name
  if (operation === undefined) return KEYWORD.exec(sql)?.[1]?.toUpperCase()
  return table === undefined ? operation : `${operation} ${table}`
}

/** The attributes of a failure: the SQLSTATE, else the code of the system's error, else the name of the error. */
export function ofFailure({ error }: QueryEvent): Attributes {
  if (error === undefined) return {}
  const code = codeOf(error)
  if (code !== undefined && SQLSTATE.test(code))
    return { 'error.type': code, 'db.response.status_code': code }
  const cause = error instanceof Error ? codeOf(error.cause) : undefined
  const name = error instanceof Error ? error.name : undefined
  return { 'error.type': code ?? cause ?? name ?? '_OTHER' }
}

const SQLSTATE = /^[0-9A-Z]{5}$/

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
