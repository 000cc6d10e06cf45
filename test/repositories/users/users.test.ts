import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { NotFoundError, violates } from '../../../src/index.ts'
import { test } from '../../support/database.ts'
import { aUser, caught, HASH } from '../../support/factories.ts'

describe('create', () => {
  test('returns the whole user except the password hash', async ({ db }) => {
    const user = await db.users.create(aUser({ name: 'Grace', email: 'Grace@example.test' }))

    expect(user).toEqual({
      userId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Grace',
      email: 'Grace@example.test',
      role: 'user',
      provider: null,
      providerId: null,
      lastSignInAt: null,
      deactivatedAt: null,
      createdAt: expect.any(Date),
      updatedAt: user.createdAt,
      version: 0,
      createdBy: null,
      updatedBy: null,
    })
  })

  test('accepts a role', async ({ db }) => {
    const user = await db.users.create(aUser({ role: 'moderator' }))

    expect(user.role).toBe('moderator')
  })

  test('an address is unique regardless of letter case', async ({ db }) => {
    await db.users.create(aUser({ email: 'ada@example.test' }))

    const error = await caught(db.users.create(aUser({ email: 'Ada@Example.TEST' })))

    expect(violates(error, 'users_email_key')).toBe(true)
    expect(error).toMatchObject({ kind: 'unique', table: 'users', columns: ['email'] })
    expect(String(error)).toContain('This email address is already taken.')
  })

  test('requires a password or a provider', async ({ db }) => {
    const error = await caught(db.users.create({ name: 'New', email: 'new@example.test' }))

    expect(violates(error, 'users_password_provider_check')).toBe(true)
  })

  test('the error of a rejected row does not contain the row', async ({ db }) => {
    const error = await caught(db.users.create(aUser({ name: 'x' })))

    expect(violates(error, 'users_name_check')).toBe(true)
    const { inspect } = await import('node:util')
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(HASH)
  })
})

describe('find and get', () => {
  test('find returns undefined and get throws for a user who does not exist', async ({ db }) => {
    const userId = randomUUID()

    expect(await db.users.find(userId)).toBeUndefined()
    const error = await caught(db.users.get(userId))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ table: 'users', key: { user_id: userId } })
  })

  test('finds by ID and by address in any letter case', async ({ db }) => {
    const user = await db.users.create(aUser({ email: 'Find.Me@example.test' }))

    expect(await db.users.find(user.userId.toUpperCase())).toEqual(user)
    expect(await db.users.get(user.userId)).toEqual(user)
    expect(await db.users.findByEmail('find.me@EXAMPLE.test')).toEqual(user)
    expect(await db.users.existsByEmail('FIND.ME@example.test')).toBe(true)
    expect(await db.users.existsByEmail('find.you@example.test')).toBe(false)
  })

  test('only findCredentialsByEmail returns the hash', async ({ db }) => {
    const { userId, email } = await db.users.create(aUser({ role: 'admin' }))

    expect(await db.users.findCredentialsByEmail(email)).toEqual({
      userId,
      passwordHash: HASH,
      role: 'admin',
    })
    expect(await db.users.findCredentialsByEmail('no@example.test')).toBeUndefined()
  })
})

describe('changes', () => {
  test('update changes only the fields that are passed, and updatedAt', async ({ db }) => {
    const before = await db.users.create(aUser())
    await sleep(5)

    const after = await db.users.update(before.userId, { name: 'Countess of Lovelace' })

    expect(after).toEqual({ ...before, name: 'Countess of Lovelace', updatedAt: after.updatedAt, version: 1 })
    expect(after.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime())
  })

  test('an update that changes nothing keeps updatedAt', async ({ db }) => {
    const user = await db.users.create(aUser())

    expect(await db.users.update(user.userId, {})).toEqual(user)
    expect(await db.users.update(user.userId, { name: user.name })).toEqual(user)
  })

  test('setPassword and setRole return the user', async ({ db }) => {
    const { userId, email } = await db.users.create(aUser())
    const hash = `$2b$12$${'n'.repeat(53)}`

    await db.users.setPassword(userId, hash)
    const user = await db.users.setRole(userId, 'admin')

    expect(user.role).toBe('admin')
    expect(await db.users.findCredentialsByEmail(email)).toEqual({
      userId,
      passwordHash: hash,
      role: 'admin',
    })
  })

  test('every change of a missing user throws NotFoundError', async ({ db }) => {
    const missingId = randomUUID()

    expect(await caught(db.users.update(missingId, { name: 'Ada' }))).toBeInstanceOf(NotFoundError)
    expect(await caught(db.users.setPassword(missingId, HASH))).toBeInstanceOf(NotFoundError)
    expect(await caught(db.users.setRole(missingId, 'admin'))).toBeInstanceOf(NotFoundError)
  })

  test('delete returns whether the user existed, deleteMany the number deleted', async ({ db }) => {
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => db.users.create(aUser())))

    expect(await db.users.delete(a!.userId)).toBe(true)
    expect(await db.users.delete(a!.userId)).toBe(false)
    expect(await db.users.deleteMany([a!.userId, b!.userId, c!.userId, c!.userId])).toBe(2)
    expect(await db.users.deleteMany([])).toBe(0)
  })

  test('deleting overlapping lists at the same time does not deadlock', async ({ db }) => {
    const users = await Promise.all(Array.from({ length: 40 }, () => db.users.create(aUser())))
    const ids = users.map((user) => user.userId)
    const lists = Array.from({ length: 10 }, (_, turn) =>
      [...ids.slice(turn * 4), ...ids.slice(0, turn * 4)].reverse(),
    )

    const deleted = await Promise.all([ids, ...lists].map((list) => db.users.deleteMany(list)))

    expect(deleted.reduce((sum, count) => sum + count)).toBe(40)
  })
})

describe('list', () => {
  test('pages are newest first and contain each user once during concurrent changes', async ({ db }) => {
    const names = Array.from({ length: 25 }, (_, index) => `Page Walker ${String(index).padStart(2, '0')}`)
    for (const name of names) await db.users.create(aUser({ name }))

    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await db.users.list({ search: 'page walker', limit: 4, ...(after && { after }) })
      seen.push(...page.items.map((user) => user.name))
      await db.users.create(aUser({ name: 'Page Walker newcomer' }))
      await db.users.delete(page.items[0]!.userId)
      after = page.next
    } while (after)

    expect(seen).toEqual(names.toReversed())
  })

  test('no user is lost between pages if several were created in the same millisecond', async ({ db }) => {
    await db.transaction((tx) =>
      Promise.all(Array.from({ length: 9 }, () => tx.users.create(aUser({ name: 'Twin Tick' })))),
    )

    const first = await db.users.list({ search: 'twin tick', limit: 5 })
    const second = await db.users.list({ search: 'twin tick', limit: 5, after: first.next! })

    expect(new Set([...first.items, ...second.items].map((user) => user.userId)).size).toBe(9)
    expect(second.next).toBeUndefined()
  })

  test('filters by role', async ({ db }) => {
    const moderator = await db.users.create(aUser({ name: 'Filtered', role: 'moderator' }))
    await db.users.create(aUser({ name: 'Filtered' }))

    const { items } = await db.users.list({ role: 'moderator', search: 'filtered' })

    expect(items).toEqual([moderator])
  })

  test('a search finds the beginnings of words, regardless of case and accents', async ({ db }) => {
    const user = await db.users.create(aUser({ name: 'Zoë Šķēle-Müller', email: 'zs.mueller@search.test' }))

    for (const search of [
      ...['zoe', 'ZOË', 'skele', 'ŠĶĒLE', 'Zoë Š', 'muller skele zoe', 'zo', 'sk', '"zoe skele"'],
      ...['zs.mueller@search.test', 'mueller@sea', 'search.test', 'mueller zoe'],
    ]) {
      const { items } = await db.users.list({ search })
      expect(items, search).toContainEqual(user)
    }
    for (const search of ['kele', 'skele-muller x', '"skele zoe"'])
      expect((await db.users.list({ search })).items, search).toEqual([])
  })

  test('%, _ and \\ are ordinary characters in a search', async ({ db }) => {
    const percent = await db.users.create(aUser({ name: 'Discount 50% off' }))
    const backslash = await db.users.create(aUser({ name: 'Path C:\\temp_dir' }))

    expect((await db.users.list({ search: '50% o' })).items).toEqual([percent])
    expect((await db.users.list({ search: 'c:\\temp_' })).items).toEqual([backslash])
    expect((await db.users.list({ search: 'offer_% off' })).items).toEqual([])
    expect((await db.users.list({ search: '%' })).items).toEqual([])
    expect((await db.users.list({ search: 'discount%off' })).items).toEqual([])
  })
})

describe('signInWithProvider', () => {
  test('creates a user the first time and returns that user afterwards', async ({ db }) => {
    const signIn = {
      provider: 'google',
      providerId: 'sub-1',
      email: 'first@google.test',
      name: 'First',
    } as const

    const first = await db.users.signInWithProvider(signIn)
    const second = await db.users.signInWithProvider({
      ...signIn,
      email: 'changed@google.test',
      name: 'Changed',
    })

    expect(first.created).toBe(true)
    expect(first.user).toMatchObject({
      provider: 'google',
      providerId: 'sub-1',
      email: 'first@google.test',
      role: 'user',
    })
    expect(second).toEqual({ user: first.user, created: false })
  })

  test('twenty concurrent first sign-ins create one user, fifty times', async ({ db }) => {
    for (let round = 0; round < 50; round += 1) {
      const signIn = {
        provider: 'google',
        providerId: `race-${round}`,
        email: `race-${round}@google.test`,
        name: 'Race',
      } as const

      const results = await Promise.all(Array.from({ length: 20 }, () => db.users.signInWithProvider(signIn)))

      expect(results.filter(({ created }) => created)).toHaveLength(1)
      expect(new Set(results.map(({ user }) => user.userId)).size).toBe(1)
    }
  })

  test("another user's address is not taken over", async ({ db }) => {
    const user = await db.users.create(aUser({ email: 'taken@google.test' }))

    const error = await caught(
      db.users.signInWithProvider({
        provider: 'google',
        providerId: 'sub-2',
        email: 'Taken@google.test',
        name: 'Thief',
      }),
    )

    expect(violates(error, 'users_email_key')).toBe(true)
    expect(await db.users.get(user.userId)).toEqual(user)
  })
})

test('deleting a user deletes their chats', async ({ db }) => {
  const { userId } = await db.users.create(aUser())
  const { chatId } = await db.chats.create({ userId })

  expect(await db.users.delete(userId)).toBe(true)

  expect(await db.chats.find(chatId, { userId })).toBeUndefined()
})
