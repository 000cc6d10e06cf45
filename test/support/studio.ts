import pg from 'pg'
import type { QueryResult } from '../../scripts/studio/queries.ts'
import { type Studio, startStudio } from '../../scripts/studio/server.ts'
import { seed } from '../../src/admin.ts'
import { test as base } from './database.ts'

/** Sends requests in the way of the pages. */
export interface Visitor {
  readonly origin: string
  readonly link: string
  readonly headers: Record<string, string>
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  /** All rows that a filter finds, as the file of the download. */
  download(request: { table: string; format: string; [option: string]: unknown }): Promise<Response>
  query(sql: string, limit?: number): Promise<Partial<QueryResult> & { message?: string }>
}

export function visit(link: string): Visitor {
  const { origin, hash } = new URL(link)
  const headers = { authorization: `Bearer ${hash.replace('#token=', '')}` }
  const get = async <T>(path: string) => (await fetch(origin + path, { headers })).json() as T
  const post = async <T>(path: string, body: unknown) => {
    const all = { ...headers, origin, 'content-type': 'application/json' }
    const response = await fetch(origin + path, { method: 'POST', headers: all, body: JSON.stringify(body) })
    return (await response.json()) as T
  }
  const download: Visitor['download'] = async (request) =>
    fetch(origin + (await post<{ path: string }>('/api/export', request)).path)
  const query: Visitor['query'] = (sql, limit = 100) => post('/api/sql', { sql, limit })
  return { origin, link, headers, get, post, download, query }
}

/** The first value of the first row. */
export async function one(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return Object.values((await client.query(sql)).rows[0] ?? {})[0]
  } finally {
    await client.end()
  }
}

export const nameOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1))

interface Fixtures {
  /** A filled database. */
  filled: string
  /** Its read-only studio. */
  studio: Visitor
  /** Its writable studio, until the end of the test. */
  writable: Visitor
}

export const test = base.extend<Fixtures>({
  filled: [
    async ({ url }, use) => {
      await seed(url, { scale: 20 })
      await use(url)
    },
    { scope: 'file' },
  ],
  studio: [
    async ({ filled }, use) => {
      await using studio = await startStudio(filled)
      await use(visit(studio.url))
    },
    { scope: 'file' },
  ],
  writable: async ({ filled }, use) => {
    await using studio: Studio = await startStudio(filled, { write: true, confirm: nameOf(filled) })
    await use(visit(studio.url))
  },
})
