import type { Query, StudioDatabase } from './database.ts'

/** A request of @prisma/studio-core in the format of its README, as far as it is supported here. */
export type StudioRequest =
  | { procedure: 'query'; query: Query; schema?: string }
  | { procedure: 'transaction'; queries: readonly Query[] }

/** An error, or the rows of one query or of each query. */
export type StudioResponse = [{ name: string; message: string }] | [null, unknown[]]

/**
 * Validates the body of a request.
 *
 * @throws {TypeError} it is not a supported request.
 */
export function readRequest(body: unknown): StudioRequest {
  const { procedure, query, queries, schema } = (body ?? {}) as Record<string, unknown>
  if (procedure === 'query' && isQuery(query))
    return { procedure, query, ...(typeof schema === 'string' && { schema }) }
  if (procedure === 'transaction' && Array.isArray(queries) && queries.every(isQuery))
    return { procedure, queries }
  throw new TypeError('The request must be a query, or a transaction of queries.')
}

/** Runs a request. Errors are returned in the response. */
export async function answer(database: StudioDatabase, request: StudioRequest): Promise<StudioResponse> {
  try {
    if (request.procedure === 'transaction') return [null, await database.run(request.queries)]
    const [rows = []] = await database.run([request.query], request.schema)
    return [null, rows]
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    return [{ name, message }]
  }
}

function isQuery(value: unknown): value is Query {
  if (typeof value !== 'object' || value === null) return false
  const { sql, parameters } = value as Record<string, unknown>
  return typeof sql === 'string' && Array.isArray(parameters)
}
