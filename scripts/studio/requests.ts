import type { Query, StudioDatabase } from './database.ts'

/** A request of @prisma/studio-core, as its README describes it, as far as it is answered here. */
export type StudioRequest =
  | { procedure: 'query'; query: Query; schema?: string }
  | { procedure: 'transaction'; queries: readonly Query[] }

/** An error, or rows: of one query, or of each. */
export type StudioResponse = [{ name: string; message: string }] | [null, unknown[]]

/** @throws {TypeError} it is no such request. */
export function readRequest(body: unknown): StudioRequest {
  const { procedure, query, queries, schema } = (body ?? {}) as Record<string, unknown>
  if (procedure === 'query' && isQuery(query))
    return { procedure, query, ...(typeof schema === 'string' && { schema }) }
  if (procedure === 'transaction' && Array.isArray(queries) && queries.every(isQuery))
    return { procedure, queries }
  throw new TypeError('must be a query, or a transaction of queries')
}

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
