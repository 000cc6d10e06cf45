import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect } from 'vitest'
import { create, verify } from '../../src/admin.ts'
import { fillDataDirectory, findBinaries, makeRunDirectory, startPostmaster } from '../../src/server/index.ts'
import { test } from '../support/empty-database.ts'

/** The URL for another role of the same database. */
function urlAs(url: string, role: string): string {
  const other = new URL(url)
  other.username = role
  other.password = 'secret'
  return other.href
}

describe('verify needs no more than to read', () => {
  test('as a role that may read the tables, or nothing at all', async ({ url, sql }) => {
    await create(url, { environment: 'test' })
    const role = `reader_${Date.now()}`
    await sql(`create role ${role} login password 'secret'`)
    try {
      await sql(`revoke create on schema public from public; grant usage on schema public to ${role}`)

      const blind = await verify(urlAs(url, role))
      await sql(`grant select on all tables in schema public to ${role}`)
      const seeing = await verify(urlAs(url, role))
      await sql('alter table users add column nickname text')
      const drifted = await verify(urlAs(url, role))

      expect(blind.differences).toEqual([])
      expect(blind.tables).toContainEqual({ table: 'users', rows: undefined })
      expect(seeing.differences).toEqual([])
      expect(seeing.tables).toContainEqual({ table: 'users', rows: 0 })
      expect(drifted.differences).toEqual([{ object: 'column users.nickname', database: 'exists' }])
      expect((await verify(url)).differences).toEqual(drifted.differences)
    } finally {
      await sql(`drop owned by ${role}; drop role ${role}`)
    }
  })

  test('in a session that may not write', async ({ url, sql }) => {
    await create(url, { environment: 'test' })
    await sql('drop index chats_search_idx')
    const readOnly = new URL(url)
    readOnly.searchParams.set('options', '-c default_transaction_read_only=on')

    const { differences } = await verify(readOnly.href)

    expect(differences).toEqual((await verify(url)).differences)
    expect(differences).toHaveLength(1)
  })

  test('on a standby', async () => {
    const root = join(tmpdir(), `norberts-spark-standby-${process.pid}`)
    mkdirSync(root, { recursive: true, mode: 0o755 })
    const binaries = await findBinaries()
    const directory = makeRunDirectory(root)
    try {
      const password = await fillDataDirectory(root, directory, binaries)
      const settings = { wal_level: 'replica', max_wal_senders: '2' }
      const urlOf = (port: number, database: string) =>
        `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
      const primary = await startPostmaster(binaries, directory.data, { settings })
      await create(urlOf(primary.port, 'shop'), { environment: 'test' })
      const client = new pg.Client(urlOf(primary.port, 'shop'))
      await client.connect()
      await client.query('alter table parts disable trigger all')
      await client.end()
      await primary.stop()
      writeFileSync(join(directory.data, 'standby.signal'), '')
      const standby = await startPostmaster(binaries, directory.data, { settings })

      const { differences, environment, tables } = await verify(urlOf(standby.port, 'shop'))
      await standby.stop()

      expect(environment).toBe('test')
      expect(tables).toContainEqual({ table: 'users', rows: 0 })
      expect(differences).toContainEqual({
        object: 'constraint parts.parts_user_id_chat_id_message_id_fkey',
        fact: 'enforcement',
        database: 'disabled',
      })
      expect(differences.every(({ object }) => / parts\./.test(object))).toBe(true)
    } finally {
      directory.remove()
    }
  }, 60_000)
})
