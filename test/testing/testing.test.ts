import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { create, verify } from '../../src/admin.ts'
import { DatabaseError } from '../../src/index.ts'
import { TEST_CONNECTION_LIMIT } from '../../src/package/index.ts'
import { aChat, aCustomer, aMessage, aPerson, aUser, createTestDatabase } from '../../src/testing.ts'
import { withDatabase } from '../support/databases.ts'
import { caught } from '../support/factories.ts'

const run = promisify(execFile)
const TESTING = resolve('src/testing.ts')
const url = inject('scratch').adminUrl

async function names(): Promise<string[]> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query('select datname from pg_database')
  await client.end()
  return rows.map(({ datname }) => datname)
}

// A server that was passed by URL is restored.
afterAll(async () => {
  const client = new pg.Client(url)
  await client.connect()
  for (const name of (await names()).filter((each) => each.startsWith('norberts_spark_db_template_')))
    await client.query(`drop database if exists ${name} with (force)`)
  await client.end()
})

test('each database has the schema and the environment test, until it is dropped', async () => {
  const [one, other] = await Promise.all([createTestDatabase({ url }), createTestDatabase({ url })])

  await one.db.users.create(aUser())
  expect((await other.db.users.list()).items).toEqual([])
  expect(await verify(one.url)).toMatchObject({ environment: 'test', differences: [] })
  expect(await caught(one.db.users.find('x'))).toBeInstanceOf(DatabaseError)

  await one.drop()
  await other[Symbol.asyncDispose]()
  const left = await names()
  expect(left).not.toContain(one.name)
  expect(left).not.toContain(other.name)
})

test('databases of others are kept, regardless of their names, and so is a test database that became production', async () => {
  const admin = new pg.Client(url)
  await admin.connect()
  const others = ['scratch_deadbeef_1_1', 'norberts_spark_db_template_reports']
  for (const name of others) {
    await admin.query(`create database ${name}`)
    await create(withDatabase(url, name), { environment: 'production' })
  }
  // As a killed process leaves them: created for tests, without a session of their run.
  const [promoted, abandoned] = ['scratch_deadbeef_2_1', 'scratch_deadbeef_2_2']
  for (const name of [promoted, abandoned])
    await admin.query(`create database ${name} connection limit ${TEST_CONNECTION_LIMIT}`)
  await create(withDatabase(url, promoted as string), { environment: 'production' })
  try {
    const code = `import('${TESTING}').then(({ createTestDatabase }) => createTestDatabase({ url: '${url}' }))`
    await run(process.execPath, ['-e', code])

    const left = await names()
    expect(left).toEqual(expect.arrayContaining([...others, promoted]))
    expect(left).not.toContain(abandoned)
  } finally {
    for (const name of [...others, promoted]) await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
})

test('factories make valid input for the repositories any number of times', async () => {
  await using database = await createTestDatabase({ url })
  const { db } = database
  for (let round = 0; round < 2; round += 1) {
    const { userId } = await db.users.create(aUser({ name: 'Zoë' }))
    const { customerId } = await db.customers.create(aCustomer({ billingCountry: 'LV' }))
    const { personId } = await db.people.create(aPerson())
    await db.customers.addContact(customerId, personId)
    const { chatId } = await db.chats.create(aChat({ userId, title: null }))
    const messages = [aMessage(), aMessage({ role: 'assistant' })]
    await db.chats.save(chatId, messages, { userId })
    expect((await db.chats.load(chatId, { userId })).messages).toEqual(messages)
  }
})

test('many processes create the template once and exit by themselves, and leftovers of a killed one are swept', async () => {
  const code = (then: string) =>
    `import('${TESTING}').then(async ({ createTestDatabase }) => { const { name, db } = await createTestDatabase({ url: '${url}' }); await db.users.list(); console.log(name); ${then} })`
  const killed = spawn(process.execPath, ['-e', code('setInterval(() => {}, 1000)')])
  const [chunk] = await once(killed.stdout, 'data')
  const leftover = String(chunk).trim()
  expect(await names()).toContain(leftover)

  const made = await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, ['-e', code('')])))
  expect(new Set(made.map(({ stdout }) => stdout)).size).toBe(4)
  // Databases of running processes remain.
  expect(await names()).toContain(leftover)
  killed.kill('SIGKILL')
  await once(killed, 'exit')

  await expect
    .poll(
      async () => {
        await run(process.execPath, ['-e', code('')])
        return names()
      },
      { timeout: 20_000 },
    )
    .not.toContain(leftover)
  // Without those of services, which other tests make on this server.
  expect(
    (await names()).filter((name) => /^norberts_spark_db_template_(?!service_)/.test(name)),
  ).toHaveLength(1)
})
