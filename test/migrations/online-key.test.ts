import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect } from 'vitest'
import { migrate } from '../../src/admin.ts'
import { test } from '../support/empty-database.ts'
import { generated } from './generated.ts'

const WRITERS = 16

test('a unique key and index change under load without a duplicate or a failed on conflict', async ({
  url,
  sql,
}) => {
  const table = (key: string, index: string) =>
    `create table t (id integer generated always as identity, email text not null, tenant integer not null default 1, n integer not null default 0, constraint t_key unique (${key})); create unique index t_idx on t (${index})`
  const before = table('email', 'email, id')
  const files = await generated(before, table('email, tenant', 'lower(email), id'))
  const folder = await mkdtemp(join(tmpdir(), 'online-'))
  await writeFile(join(folder, '20260101000000_first.sql'), before)
  await migrate(url, { folder, environment: 'test' })
  await sql(`insert into t (email) select 'old' || n from generate_series(1, 20000) as n`)
  let [isRunning, longest] = [true, 0]
  const failures: string[] = []
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    const client = new pg.Client(url)
    await client.connect()
    for (let turn = 0; isRunning; turn += 1) {
      const started = performance.now()
      // Two writers share each address.
      const values = [`new${(writer >> 1) + (turn % 50) * WRITERS}`]
      const key = await client
        .query('insert into t (email) values ($1) on conflict (email) do update set n = t.n + 1', values)
        .catch((error: pg.DatabaseError) => error)
      if (key instanceof Error) {
        // Since the change the key has two columns.
        const next = await client
          .query(
            'insert into t (email) values ($1) on conflict (email, tenant) do update set n = t.n + 1',
            values,
          )
          .catch((error: Error) => error)
        if (next instanceof Error) failures.push(`${key.message}; ${next.message}`)
      }
      longest = Math.max(longest, performance.now() - started)
    }
    await client.end()
  })

  for (const { name, sql: text } of files) await writeFile(join(folder, name), text)
  await migrate(url, { folder, environment: 'test', lockTimeout: 1_000, retries: 50 }).finally(() => {
    isRunning = false
  })
  await Promise.all(writers)
  await rm(folder, { recursive: true })

  expect(failures).toEqual([])
  expect(await sql('select email from t group by email having count(*) > 1')).toEqual([])
  expect(
    await sql('select relname from pg_class join pg_index on indexrelid = oid where not indisvalid'),
  ).toEqual([])
  expect(
    (await sql(`select pg_get_constraintdef(oid) as key from pg_constraint where conname = 't_key'`))[0],
  ).toEqual({
    key: 'UNIQUE (email, tenant)',
  })
  // A statement waits no longer than for the lock, and the time that 16 writers take on a busy machine.
  expect(longest).toBeLessThan(5_000)
}, 120_000)
