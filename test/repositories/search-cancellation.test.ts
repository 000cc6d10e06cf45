import pg from 'pg'
import { describe, expect } from 'vitest'
import type { CallOptions, Database } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser, caught } from '../support/factories.ts'

const SEARCHES: Record<string, (db: Database, options: CallOptions) => Promise<unknown>> = {
  users: (db, options) => db.users.list({ search: 'ada' }, options),
  people: (db, options) => db.people.list({ search: 'ada' }, options),
  customers: (db, options) => db.customers.list({ search: 'ada' }, options),
  parts: async (db, options) => {
    const { items } = await db.users.list()
    return db.chats.search(items[0]?.userId as string, 'ada', {}, options)
  },
}

describe('a signal ends a search on the server', () => {
  test.for(Object.keys(SEARCHES))('that reads %s', async (table, { db, url }) => {
    await db.users.create(aUser())
    const client = new pg.Client(url)
    await client.connect()
    const running = async () =>
      (
        await client.query(
          `select from pg_locks where relation = $1::regclass and not granted and pid <> pg_backend_pid()`,
          [table],
        )
      ).rowCount
    const controller = new AbortController()
    // Without the signal the search would wait for this transaction.
    await client.query(`begin; lock table ${table} in access exclusive mode`)

    const ended = caught(SEARCHES[table]?.(db, { signal: controller.signal }) as Promise<unknown>)
    await expect.poll(running, { timeout: 10_000 }).toBe(1)
    const reason = new Error('The user types on.')
    controller.abort(reason)

    expect(await ended).toBe(reason)
    await expect.poll(running, { timeout: 10_000 }).toBe(0)
    await client.query('rollback')
    await client.end()
  })
})
