import { fileURLToPath } from 'node:url'
import { TABLES } from '../../generated/catalog.ts'
import {
  type BoundDatabase,
  ConstraintError,
  type Database,
  InvalidInputError,
  openDatabase,
  UserDeactivatedError,
  violates,
} from '../../src/index.ts'
import { applySchema } from '../generate/apply.ts'
import { grantedLogin, startScratchServer } from '../scratch/index.ts'
import { showCustomers } from './customers.ts'
import { chapter, code, result, say, timed } from './stage.ts'

/** A string in the format of a bcrypt hash; a service would call its bcrypt library here. */
const HASH = `$2b$10$${'k3wQvX9d'.repeat(7).slice(0, 53)}`

/** Prints a tour of the library, run on a temporary database. */
export async function runDemo(): Promise<void> {
  chapter('A database from SQL')
  await using server = await timed('Starting', startScratchServer, ({ description }) => description)
  const database = await server.createDatabase()
  const schema = fileURLToPath(new URL('../../schema', import.meta.url))
  await timed(
    'Applying schema/*.sql',
    () => applySchema(database.url, schema),
    () => `${TABLES.length} tables`,
  )
  await using jobsLogin = await grantedLogin(database.url, 'system')
  await using appLogin = await grantedLogin(database.url, 'app')
  say('  The service has two logins, which own nothing: one for its jobs and sign-in, one for its users.')
  await using jobs = openDatabase(jobsLogin.url)
  await using app = openDatabase(appLogin.url)
  const job = jobs.as({ system: 'demo' })

  const { userId } = await typedRows(job)
  const ada = app.as({ userId, requestId: 'demo' })
  await errorsByName(job)
  await transactions(job)
  await signingIn(job)
  await pages(job)
  await showCustomers(ada, userId)
  await leaving(job, userId)
  await rowSecurity(app, ada)
  await auditing(ada)
  await queryEvents(jobs, job)
  say('\nThis ran on a real PostgreSQL server, which now stops and removes its files.')
}

async function typedRows(db: BoundDatabase): Promise<{ userId: string }> {
  chapter('Typed rows without passwords')
  code(`const ada = await db.users.create({ name: 'Ada Lovelace', email: 'ada@example.test', passwordHash })`)
  const ada = await db.users.create({ name: 'Ada Lovelace', email: 'ada@example.test', passwordHash: HASH })
  result(ada)
  code(`await db.users.findCredentialsByEmail('ADA@example.test')   // the only method that returns the hash`)
  const credentials = await db.users.findCredentialsByEmail('ADA@example.test')
  result({ ...credentials, passwordHash: `${credentials?.passwordHash?.slice(0, 12)}…` })
  return ada
}

async function errorsByName(db: BoundDatabase): Promise<void> {
  chapter('Errors that name the violated rule')
  code(`await db.users.create({ name: 'Impostor', email: 'Ada@Example.TEST', passwordHash })`)
  await db.users
    .create({ name: 'Impostor', email: 'Ada@Example.TEST', passwordHash: HASH })
    .catch((error: unknown) => {
      if (!(error instanceof ConstraintError)) throw error
      const { kind, constraint, table, columns, message } = error
      result({ message, kind, constraint, table, columns })
      code(`violates(error, 'users_email_key')   // the compiler knows the name of every constraint`)
      result(violates(error, 'users_email_key'))
    })
  code(`await db.users.setPassword(userId, 'hunter2')`)
  await db.users.setPassword('01930c7a-5b3e-7000-8000-000000000000', 'hunter2').catch((error: unknown) => {
    if (!(error instanceof InvalidInputError)) throw error
    result({ field: error.field, message: error.message })
  })
}

async function transactions(db: BoundDatabase): Promise<void> {
  chapter('All or nothing')
  code(`await db.transaction(async (tx) => {
  await tx.users.create({ name: 'Bob', email: 'bob@example.test', passwordHash })
  throw new Error('changed my mind')
})`)
  await db
    .transaction(async (tx) => {
      await tx.users.create({ name: 'Bob', email: 'bob@example.test', passwordHash: HASH })
      throw new Error('changed my mind')
    })
    .catch((error: unknown) => result(String(error)))
  code(`await db.users.existsByEmail('bob@example.test')`)
  result(await db.users.existsByEmail('bob@example.test'))
}

async function signingIn(db: BoundDatabase): Promise<void> {
  chapter('Twenty concurrent sign-ins of one user')
  code(
    `await Promise.all(tabs.map(() => db.users.signInWithProvider({ provider: 'google', providerId, email, name })))`,
  )
  const signIn = {
    provider: 'google',
    providerId: '1093',
    email: 'grace@example.test',
    name: 'Grace Hopper',
  } as const
  const signIns = await Promise.all(Array.from({ length: 20 }, () => db.users.signInWithProvider(signIn)))
  const users = new Set(signIns.map(({ user }) => user.userId)).size
  result({ created: signIns.filter(({ created }) => created).length, users })
  const { userId } = (signIns[0] as (typeof signIns)[number]).user
  code(`await db.users.deactivate(userId)   // and the next sign-in`)
  await db.users.deactivate(userId)
  await db.users.signInWithProvider(signIn).catch((error: unknown) => {
    if (!(error instanceof UserDeactivatedError)) throw error
    result(error.message)
  })
  await db.users.reactivate(userId)
  code(`await db.users.linkProvider(userId, { provider: 'google', providerId: '2207' })   // another account`)
  await db.users.linkProvider(userId, { provider: 'google', providerId: '2207' })
  const again = await db.users.signInWithProvider({ ...signIn, providerId: '2207' })
  result({ created: again.created, isSameUser: again.user.userId === userId })
}

async function leaving(db: BoundDatabase, userId: string): Promise<void> {
  chapter('A colleague leaves, and what is archived goes after a time')
  const successor = await db.users.create({
    name: 'Bea Berg',
    email: 'bea@example.test',
    passwordHash: HASH,
  })
  code(`await db.users.handOver(userId, successor.userId)   // all customers and people of the user`)
  result(await db.users.handOver(userId, successor.userId))
  code(`await db.customers.purge({ olderThan: new Date() })   // those that were archived before that time`)
  result(await db.customers.purge({ olderThan: new Date() }))
}

async function pages(db: BoundDatabase): Promise<void> {
  chapter('Paginated lists, searched through an index')
  await db.transaction((tx) =>
    Promise.all(
      ['Zoë Šķēle', 'Zoe Miller', 'Alan Turing', 'Barbara Liskov'].map((name, index) =>
        tx.users.create({ name, email: `${index}@example.test`, passwordHash: HASH }),
      ),
    ),
  )
  code(`const page = await db.users.list({ search: 'zoe', limit: 1 })`)
  const page = await db.users.list({ search: 'zoe', limit: 1 })
  result({ items: page.items.map(({ name }) => name), next: page.next && `${page.next.slice(0, 16)}…` })
  code(`await db.users.list({ search: 'zoe', limit: 1, after: page.next })`)
  const second = await db.users.list({ search: 'zoe', limit: 1, after: page.next })
  result({ items: second.items.map(({ name }) => name), next: second.next })
}

async function rowSecurity(app: Database, ada: BoundDatabase): Promise<void> {
  chapter('A forgotten where clause shows no rows of others')
  code(`const ada = db.as({ userId, requestId })   // in the same round trip as each statement`)
  code(`await ada.kysely.selectFrom('users').select('email').execute()   // of seven users`)
  result(await ada.kysely.selectFrom('users').select('email').execute())
  code(`await db.kysely.selectFrom('customers').selectAll().execute()   // without an actor`)
  result(await app.kysely.selectFrom('customers').selectAll().execute())
}

async function auditing(db: BoundDatabase): Promise<void> {
  chapter('An audit log that writes itself, and redacts secrets')
  code(`const { personId } = await ada.people.create(person)`)
  code(`await ada.auditLog.listByEntity('person', personId)`)
  const { personId } = await db.people.create({ firstName: 'Ada', lastName: 'King' })
  await db.people.update(personId, { lastName: 'Lovelace' })
  const { items } = await db.auditLog.listByEntity('person', personId)
  result(items.map(({ action, requestId, changes }) => ({ action, requestId, changes })))
  code(`await ada.auditLog.record({ entityType: 'user', entityId, action: 'sign-in', changes })`)
  const { changes } = await db.auditLog.record({
    userId: items[0]?.userId,
    entityType: 'user',
    entityId: '1093',
    action: 'sign-in',
    changes: {
      newPassword: 'hunter2',
      request: { 'X-Api-Key': 'k-1', maxTokens: 100 },
    },
  })
  result({ changes })
}

async function queryEvents(jobs: Database, db: BoundDatabase): Promise<void> {
  chapter('The queries that were sent, and their duration')
  code(`db.on('query', ({ name, rows, milliseconds }) => …)`)
  const times: number[] = []
  const stop = jobs.on('query', ({ milliseconds }) => times.push(milliseconds))
  const { items } = await db.users.list()
  for (let round = 0; round < 200; round += 1) for (const { userId } of items) await db.users.find(userId)
  stop()
  times.sort((a, b) => a - b)
  result({ queries: times.length, medianMilliseconds: Number(times[times.length >> 1]?.toFixed(3)) })
}
