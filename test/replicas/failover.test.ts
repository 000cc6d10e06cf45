import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { type Database, InvalidInputError, openDatabase, type QueryEvent } from '../../src/index.ts'
import { createReplicatedTestDatabase } from '../../src/testing.ts'
import { runSql } from '../support/databases.ts'
import { aUser, caught } from '../support/factories.ts'

/** Writes, and reads what was written. Returns the replica that answered; undefined for the primary. */
async function writeAndRead(db: Database): Promise<string | undefined> {
  const events: QueryEvent[] = []
  const stop = db.on('query', (event) => events.push(event))
  const user = await db.users.create(aUser())
  const found = await db.replica.users.find(user.userId, { after: await db.position() })
  stop()
  expect(found).toEqual(user)
  return events.findLast(({ name }) => name === 'users.find')?.replica
}

test('positions before and after a failover', { timeout: 180_000 }, async () => {
  await using cluster = await createReplicatedTestDatabase({ standbys: 2 })
  const [promoted, follower] = cluster.standbys as [
    (typeof cluster.standbys)[0],
    (typeof cluster.standbys)[0],
  ]
  const old = await cluster.db.position()
  expect(await writeAndRead(cluster.db)).toBeDefined()
  await runSql(
    cluster.primary.url,
    `create role plain login bypassrls password 'plain'; grant select on users to plain`,
  )

  await cluster.primary.stop()
  await promoted.promote()
  const { port, password } = new URL(promoted.url)
  await runSql(
    follower.url,
    `alter system set primary_conninfo = 'host=127.0.0.1 port=${port} user=postgres password=${password}'`,
  )
  await runSql(follower.url, 'select pg_reload_conf()')

  // The other standby follows the new primary, on its timeline.
  await using db = openDatabase(promoted.url, { replicas: [follower.url] })
  const name = new URL(follower.url).host
  await vi.waitFor(async () => expect(await writeAndRead(db)).toBe(name), 30_000)
  expect((await db.position()) > old).toBe(true)

  // A role that may not see the receiver of the log learns of the timeline later: until then the primary answers.
  const plain = `postgres://plain:plain@${new URL(follower.url).host}/test`
  await using unprivileged = openDatabase(promoted.url, {
    replicas: [plain],
    maxLag: Number.POSITIVE_INFINITY,
  })
  await writeAndRead(unprivileged)
  await runSql(promoted.url, 'checkpoint')
  await runSql(follower.url, 'checkpoint')
  await vi.waitFor(async () => {
    await runSql(follower.url, 'checkpoint')
    expect(await writeAndRead(unprivileged)).toBe(name)
  }, 30_000)

  // A position of the old timeline: what it stands for is there or lost, as the primary knows.
  const events: QueryEvent[] = []
  db.on('query', (event) => events.push(event))
  await db.replica.users.list({}, { after: old })
  expect(events.at(-1)?.replica).toBeUndefined()

  // The old primary is started again, knows nothing of the failover, and writes more than the new one has.
  await cluster.primary.start()
  await using split = openDatabase(cluster.primary.url)
  await sql`create table much as select repeat('x', 1000) from generate_series(1, 20000)`.execute(
    split.kysely,
  )
  const [ahead, behind] = [await split.position(), await db.position()]
  expect(ahead.slice(9) > behind.slice(9)).toBe(true)
  for (const maxLag of [10_000, Number.POSITIVE_INFINITY]) {
    await using both = openDatabase(promoted.url, { replicas: [cluster.primary.url], maxLag })
    for (let n = 0; n < 5; n += 1) expect(await writeAndRead(both)).toBeUndefined()
  }
  const error = await caught(split.replica.users.list({}, { after: behind }))
  expect(error).toBeInstanceOf(InvalidInputError)
})
