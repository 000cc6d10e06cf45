import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import {
  InvalidInputError,
  NotFoundError,
  openDatabase,
  StaleVersionError,
  UserDeactivatedError,
  violates,
} from '../../../src/index.ts'
import { createGrantedLogin } from '../../support/app-login.ts'
import { test } from '../../support/database.ts'
import { aUser, caught, HASH } from '../../support/factories.ts'

const account = () => ({ provider: 'google', providerId: randomUUID() }) as const

describe('a provider account', () => {
  test('is linked, replaced and removed', async ({ db }) => {
    const { userId, email } = await db.users.create(aUser())
    const [first, second] = [account(), account()]

    await db.users.linkProvider(userId, first)
    const linked = await db.users.linkProvider(userId, second, { ifVersion: 1 })

    expect(linked).toMatchObject({ ...second, version: 2 })
    const signedIn = await db.users.signInWithProvider({
      ...second,
      email: 'other@example.test',
      name: 'Other',
    })
    expect(signedIn).toMatchObject({ created: false, user: { userId, email } })
    expect(await db.users.unlinkProvider(userId)).toMatchObject({ provider: null, providerId: null })
    expect(await caught(db.users.linkProvider(userId, first, { ifVersion: 1 }))).toBeInstanceOf(
      StaleVersionError,
    )
  })

  test('belongs to one user, and the last way to sign in is kept', async ({ db }) => {
    const taken = account()
    const { user } = await db.users.signInWithProvider({
      ...taken,
      email: `${randomUUID()}@example.test`,
      name: 'Ada',
    })
    const { userId } = await db.users.create(aUser())

    const error = await caught(db.users.linkProvider(userId, taken))
    const last = await caught(db.users.unlinkProvider(user.userId))

    expect(violates(error, 'users_provider_provider_id_key')).toBe(true)
    expect(violates(last, 'users_password_provider_check')).toBe(true)
  })
})

describe('a deactivated user', () => {
  test('cannot sign in until reactivated', async ({ db }) => {
    const given = account()
    const { userId, email } = await db.users.create({ ...aUser(), passwordHash: HASH, ...given })

    const deactivated = await db.users.deactivate(userId)

    expect(deactivated.deactivatedAt).toBeInstanceOf(Date)
    expect(await db.users.deactivate(userId)).toEqual(deactivated)
    expect(await db.users.findCredentialsByEmail(email)).toBeUndefined()
    const error = await caught(db.users.signInWithProvider({ ...given, email, name: 'Ada' }))
    expect(error).toBeInstanceOf(UserDeactivatedError)
    expect(error).toMatchObject({ userId })
    expect(await caught(db.users.recordSignIn(userId))).toEqual(
      new NotFoundError('users', { user_id: userId }),
    )
    expect((await db.users.reactivate(userId)).deactivatedAt).toBeNull()
    expect((await db.users.findCredentialsByEmail(email))?.userId).toBe(userId)
  })

  test('is deactivated and reactivated by administrators only', async ({ url, db }) => {
    const { userId } = await db.users.create(aUser())
    await using login = await createGrantedLogin(url, 'app')
    await using app = openDatabase(login.url)

    for (const change of ['deactivate', 'reactivate'] as const) {
      if (change === 'reactivate') await app.as({ userId, role: 'admin' }).users.deactivate(userId)
      const error = await caught(app.as({ userId }).users[change](userId))
      expect(violates(error, 'users_role_by_admins')).toBe(true)
    }
    expect((await app.as({ userId, role: 'admin' }).users.reactivate(userId)).deactivatedAt).toBeNull()
  })
})

test('a sign-in is recorded without a version and without history', async ({ db }) => {
  const user = await db.users.create(aUser())

  const { lastSignInAt, ...same } = await db.users.recordSignIn(user.userId)

  expect(lastSignInAt).toBeInstanceOf(Date)
  expect({ ...same, lastSignInAt: null }).toEqual(user)
  const { items } = await db.auditLog.listByEntity('user', user.userId)
  expect(items.map(({ action }) => action)).toEqual(['create'])
})

test('a change together with a sign-in counts', async ({ db }) => {
  const { userId } = await db.users.create(aUser())

  await db.kysely
    .updateTable('users')
    .set({ name: 'Changed', last_sign_in_at: new Date() })
    .where('user_id', '=', userId)
    .execute()

  expect(await db.users.get(userId)).toMatchObject({ name: 'Changed', version: 1 })
})

describe('a password hash', () => {
  test.for([
    `$2b$12$${'a'.repeat(53)}`,
    '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQxMjM0NTY3OA$RdescudvJCsgt3ub+b+dWRWJTmaaJObG3vH+Xyi3a1s',
    '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
  ])('is taken: %s', async (passwordHash, { db }) => {
    const { email } = await db.users.create({ ...aUser(), passwordHash })

    expect((await db.users.findCredentialsByEmail(email))?.passwordHash).toBe(passwordHash)
  })

  test.for([
    'correct horse battery staple',
    '$argon2i$v=19$m=65536,t=3,p=4$c29tZXNhbHQxMjM0NTY3OA$RdescudvJCsgt3ub+b+dWRWJTmaaJObG3vH+Xyi3a1s',
    '$argon2id$v=19$m=65536,t=3,p=4$c29tZQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG3vH+Xyi3a1s',
    '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh',
    `$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$${'n'.repeat(43)}\n`,
    `$5$rounds=1000$salt$${'n'.repeat(43)}`,
  ])('is refused by the reader and by the database: %s', async (passwordHash, { db }) => {
    expect(await caught(db.users.create({ ...aUser(), passwordHash }))).toBeInstanceOf(InvalidInputError)
    const error = await caught(
      db.kysely
        .insertInto('users')
        .values({ name: 'Ada', email: `${randomUUID()}@example.test`, password: passwordHash })
        .execute(),
    )
    expect(violates(error, 'users_password_check')).toBe(true)
  })
})
