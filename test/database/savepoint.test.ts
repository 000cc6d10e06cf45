import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { describe, expect } from 'vitest'
import { StaleVersionError, type Transaction, violates } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aCustomer, aMessage, aPerson, aUser, caught } from '../support/factories.ts'

describe('a savepoint', () => {
  test('undoes its own part alone, also through the outer transaction', async ({ db }) => {
    const [kept, undone] = [aUser(), aUser()]

    await db.transaction(async (tx) => {
      await tx.users.create(kept)
      const error = await caught(
        tx.savepoint(async () => {
          await tx.users.create(undone)
          await tx.users.create(aUser({ email: kept.email }))
        }),
      )
      expect(violates(error, 'users_email_key')).toBe(true)
    })

    expect(await db.users.existsByEmail(kept.email)).toBe(true)
    expect(await db.users.existsByEmail(undone.email)).toBe(false)
  })

  test('nests, and returns what its function returns', async ({ db }) => {
    const name = await db.transaction((tx) =>
      tx.savepoint((outer) =>
        outer.savepoint(async (inner) => (await inner.users.create(aUser({ name: 'Nested' }))).name),
      ),
    )

    expect(name).toBe('Nested')
  })

  test('does not undo calls beside it', async ({ db }) => {
    const beside = Array.from({ length: 20 }, () => aUser())

    await db.transaction(async (tx) => {
      const failing = caught(
        tx.savepoint(async (savepoint) => {
          for (let n = 0; n < 10; n += 1) await savepoint.users.list({ limit: 1 })
          throw new Error('undo')
        }),
      )
      await Promise.all([failing, ...beside.map((user) => tx.users.create(user))])
    })

    for (const { email } of beside) expect(await db.users.existsByEmail(email)).toBe(true)
  })

  test('takes turns with another one begun at the same time', async ({ db }) => {
    const [kept, undone] = [aUser(), aUser()]

    await db.transaction(async (tx) => {
      await Promise.all([
        caught(
          tx.savepoint(async (savepoint) => {
            await savepoint.users.create(undone)
            await sleep(20)
            throw new Error('undo')
          }),
        ),
        tx.savepoint(async (savepoint) => {
          await savepoint.users.create(kept)
          await sleep(20)
        }),
      ])
    })

    expect(await db.users.existsByEmail(kept.email)).toBe(true)
    expect(await db.users.existsByEmail(undone.email)).toBe(false)
  })

  test('nested savepoints begun at the same time take turns', async ({ db }) => {
    const users = Array.from({ length: 4 }, () => aUser())

    await db.transaction((tx) =>
      tx.savepoint((outer) =>
        Promise.all(
          users.map((user, n) =>
            caught(
              outer.savepoint(async (inner) => {
                await inner.users.create(user)
                await sleep(5)
                throw new Error(n % 2 ? 'undo' : 'undo, too')
              }),
            ),
          ),
        ),
      ),
    )

    for (const { email } of users) expect(await db.users.existsByEmail(email)).toBe(false)
  })

  test('a query that failed and was caught inside does not pass for success', async ({ db }) => {
    const { email } = await db.users.create(aUser())
    const [undone, kept] = [aUser(), aUser()]

    await db.transaction(async (tx) => {
      const error = await caught(
        tx.savepoint(async (savepoint) => {
          await savepoint.users.create(undone)
          await caught(savepoint.users.create(aUser({ email })))
        }),
      )
      expect(String(error)).toContain(
        'savepoint was rolled back because the error of a failed query was swallowed',
      )
      expect(violates((error as Error).cause, 'users_email_key')).toBe(true)
      await tx.users.create(kept)
    })

    expect(await db.users.existsByEmail(undone.email)).toBe(false)
    expect(await db.users.existsByEmail(kept.email)).toBe(true)
  })

  test('leaves what its function goes on with to the transaction around it', async ({ db }) => {
    const input = aUser()

    await db.transaction(async (tx) => {
      const ended = Promise.withResolvers<void>()
      const { later } = await tx.savepoint(async () => ({
        later: ended.promise.then(() => tx.users.create(input)),
      }))
      ended.resolve()
      await later
    })

    expect(await db.users.existsByEmail(input.email)).toBe(true)
  })

  test('refuses calls after its end', async ({ db }) => {
    let late: Transaction | undefined

    await db.transaction(async (tx) => {
      await tx.savepoint(async (savepoint) => {
        late = savepoint
      })
      expect(String(await caught(late!.users.list()))).toContain('The savepoint is over')
    })
  })

  test('a failed one leaves no level behind', async ({ db }) => {
    const level = await db.transaction(async (tx) => {
      for (let n = 0; n < 5; n += 1) await caught(tx.savepoint(() => Promise.reject(new Error('undo'))))
      await tx.users.create(aUser())
      const { rows } = await sql<{ same: boolean }>`
        select xmin = pg_current_xact_id()::xid as same from users order by created_at desc, user_id desc limit 1`.execute(
        tx.kysely,
      )
      return rows[0]!.same
    })

    expect(level).toBe(true)
  })
})

describe('methods with a savepoint of their own', () => {
  test('an import that meets known people undoes no call beside it', async ({ db }) => {
    const known = await db.people.create(aPerson({ email: 'known@example.test' }))
    const beside = Array.from({ length: 30 }, () => aUser())
    const rows = Array.from({ length: 50 }, (_, n) => ({
      ...aCustomer(),
      people: n === 40 ? [{ firstName: 'K', lastName: 'N', email: 'known@example.test' }] : [],
    }))

    const [counts] = await db.transaction((tx) =>
      Promise.all([tx.customers.importMany(rows), ...beside.map((user) => tx.users.create(user))]),
    )

    expect(counts).toMatchObject({ customers: 50, people: 0, contacts: 1 })
    expect((await db.people.listCustomersOf(known.personId)).items).toHaveLength(1)
    for (const { email } of beside) expect(await db.users.existsByEmail(email)).toBe(true)
  })

  test('an import reads its rows from the same transaction', async ({ db }) => {
    const people = await Promise.all([1, 2, 3].map(() => db.people.create(aPerson())))

    const counts = await db.transaction((tx) =>
      tx.customers.importMany(
        (async function* () {
          for (const { personId } of people) {
            const { firstName } = await tx.people.get(personId)
            yield { ...aCustomer(), displayName: firstName }
          }
        })(),
      ),
    )

    expect(counts.customers).toBe(3)
  })

  test('a save of a stale version undoes no save beside it', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const [a, b] = [await db.chats.create({ userId }), await db.chats.create({ userId })]
    await db.chats.save(a.chatId, [aMessage({ id: 'first' })], { userId })
    const ids = ['one', 'two', 'three']

    await db.transaction(async (tx) => {
      const stale = caught(
        tx.chats.save(a.chatId, [aMessage({ id: 'second' })], {
          userId,
          ifVersion: 99,
          truncateFrom: 'first',
        }),
      )
      for (const id of ids) await tx.chats.save(b.chatId, [aMessage({ id })], { userId })
      expect(await stale).toBeInstanceOf(StaleVersionError)
    })

    const { messages } = await db.chats.load(b.chatId, { userId })
    expect(messages.map(({ id }) => id)).toEqual(ids)
  })
})

describe('afterCommit', () => {
  test('runs after the commit, in order, and before transaction() resolves', async ({ db }) => {
    const input = aUser()
    const order: unknown[] = []

    await db.transaction(async (tx) => {
      tx.afterCommit(async () => {
        await sleep(10)
        order.push(await db.users.existsByEmail(input.email))
      })
      tx.afterCommit(() => order.push('second'))
      await tx.users.create(input)
      order.push('inside')
    })

    expect(order).toEqual(['inside', true, 'second'])
  })

  test('does not run after a rollback, nor for a savepoint that was undone', async ({ db }) => {
    const ran: string[] = []

    await caught(
      db.transaction(async (tx) => {
        tx.afterCommit(() => ran.push('rolled back'))
        throw new Error('undo')
      }),
    )
    await db.transaction(async (tx) => {
      await caught(
        tx.savepoint(async (savepoint) => {
          savepoint.afterCommit(() => ran.push('undone'))
          tx.afterCommit(() => ran.push('undone, too'))
          throw new Error('undo')
        }),
      )
      await tx.savepoint(async (savepoint) => savepoint.afterCommit(() => ran.push('kept')))
    })

    expect(ran).toEqual(['kept'])
  })

  test('has a connection of a pool of one', async ({ openAnother }) => {
    const db = openAnother({ max: 1 })

    const found = await new Promise((resolve) => {
      void db.transaction(async (tx) => {
        tx.afterCommit(async () => resolve(await db.users.list({ limit: 1 })))
      })
    })

    expect(found).toHaveProperty('items')
  })
})
