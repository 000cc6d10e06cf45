import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { type Database, InvalidInputError } from '../../src/index.ts'
import type { Repositories } from '../../src/repositories/index.ts'
import { test } from '../support/database.ts'
import { aChat, aCustomer, aMessage, aPerson, aUser, caught, HASH } from '../support/factories.ts'

const ID = '01930c7a-5b3e-7000-8000-000000000000'
const OTHER_ID = '01930c7a-5b3e-7000-8000-000000000001'
const OWNER = { userId: ID }

type Method = (...args: unknown[]) => Promise<unknown>

/** Valid arguments of every method, without the options. A method that is added is a compile error until it is listed. */
const CALLS = {
  users: {
    create: () => [aUser()],
    find: () => [ID],
    get: () => [ID],
    findByEmail: () => ['ada@example.test'],
    existsByEmail: () => ['ada@example.test'],
    findCredentialsByEmail: () => ['ada@example.test'],
    update: () => [ID, { name: 'Ada' }],
    setPassword: () => [ID, HASH],
    setRole: () => [ID, 'admin'],
    linkProvider: () => [ID, { provider: 'google', providerId: 'x' }],
    unlinkProvider: () => [ID],
    deactivate: () => [ID],
    reactivate: () => [ID],
    recordSignIn: () => [ID],
    handOver: () => [ID, null],
    erase: () => [ID],
    export: () => [ID],
    delete: () => [ID],
    deleteMany: () => [[ID]],
    list: () => [{ limit: 1 }],
    iterate: () => [{}],
    signInWithProvider: () => [
      { provider: 'google', providerId: randomUUID(), email: `${randomUUID()}@example.test`, name: 'Ada' },
    ],
  },
  customers: {
    create: () => [aCustomer()],
    find: () => [ID],
    get: () => [ID],
    findByExternalId: () => ['crm', '1'],
    upsertByExternalId: () => [{ ...aCustomer(), source: 'crm', externalId: '1' }],
    getMany: () => [[ID]],
    createMany: () => [[aCustomer()]],
    updateMany: () => [[{ customerId: ID, displayName: 'Acme' }]],
    upsertMany: () => [[{ ...aCustomer(), source: 'crm', externalId: '1' }]],
    archiveMany: () => [[ID]],
    restoreMany: () => [[ID]],
    update: () => [ID, { displayName: 'Acme' }],
    setStatus: () => [ID, 'active'],
    archive: () => [ID],
    restore: () => [ID],
    purge: () => [{ olderThan: new Date(0), dryRun: true }],
    listArchived: () => [{ limit: 1 }],
    delete: () => [ID],
    list: () => [{ limit: 1 }],
    iterate: () => [{}],
    findDuplicates: () => [ID, {}],
    listDuplicates: () => [{ limit: 1 }],
    iterateDuplicates: () => [{}],
    merge: () => [ID, [OTHER_ID]],
    importMany: () => [[aCustomer()]],
    import: () => [[aCustomer()]],
    undoImport: () => [ID],
    addContact: () => [ID, ID, { role: null }],
    setPrimaryContact: () => [ID, ID],
    updateContact: () => [ID, { role: null }],
    endContact: () => [ID, '2026-11-30'],
    reopenContact: () => [ID],
    removeContact: () => [ID],
    listContacts: () => [ID, { current: true }],
    iterateContacts: () => [ID, { current: true }],
  },
  people: {
    create: () => [aPerson()],
    find: () => [ID],
    get: () => [ID],
    findByEmail: () => ['ada@example.test'],
    findByExternalId: () => ['crm', '1'],
    upsertByExternalId: () => [{ ...aPerson(), source: 'crm', externalId: '1' }],
    getMany: () => [[ID]],
    createMany: () => [[aPerson()]],
    updateMany: () => [[{ personId: ID, firstName: 'Ada' }]],
    upsertMany: () => [[{ ...aPerson(), source: 'crm', externalId: '1' }]],
    archiveMany: () => [[ID]],
    restoreMany: () => [[ID]],
    update: () => [ID, { firstName: 'Ada' }],
    archive: () => [ID],
    restore: () => [ID],
    purge: () => [{ olderThan: new Date(0), dryRun: true }],
    listArchived: () => [{ limit: 1 }],
    erase: () => [ID],
    export: () => [ID],
    delete: () => [ID],
    list: () => [{ limit: 1 }],
    iterate: () => [{}],
    findDuplicates: () => [ID, {}],
    listDuplicates: () => [{ limit: 1 }],
    iterateDuplicates: () => [{}],
    merge: () => [ID, [OTHER_ID]],
    listCustomersOf: () => [ID, { limit: 1 }],
  },
  chats: {
    create: () => [aChat(OWNER)],
    find: () => [ID, OWNER],
    get: () => [ID, OWNER],
    listByUser: () => [ID, { limit: 1 }],
    iterateByUser: () => [ID, {}],
    rename: () => [ID, 'A title', OWNER],
    delete: () => [ID, OWNER],
    load: () => [ID, OWNER],
    save: () => [ID, [aMessage()], OWNER],
    replace: () => [ID, [], OWNER],
    truncateFrom: () => [ID, 'a', OWNER],
    fork: () => [ID, OWNER],
    claimStream: () => [ID, 'stream', OWNER],
    clearStream: () => [ID, 'stream', OWNER],
    recordOptions: () => [ID, 'a', { temperature: 1 }, OWNER],
    optionsOf: () => [ID, 'a', OWNER],
    usageOfUser: () => [ID, { from: new Date(0) }],
    usageOfChat: () => [ID, OWNER],
    pendingApprovals: () => [ID],
    closeDanglingTools: () => [ID, OWNER],
    prune: () => [{ olderThan: new Date(0), dryRun: true }],
    search: () => [ID, 'acme', { limit: 1 }],
  },
  auditLog: {
    purge: () => [{ olderThan: new Date(0), dryRun: true }],
    record: () => [{ action: 'test', entityType: 'user', entityId: ID }],
    listByEntity: () => ['user', ID, { limit: 1 }],
    listByUser: () => [ID, { limit: 1 }],
    listByAction: () => ['test', { limit: 1 }],
    list: () => [{ limit: 1 }],
    iterate: () => [{}],
  },
} as const satisfies { [Name in keyof Repositories]: Record<keyof Repositories[Name], () => unknown[]> }

const REPOSITORIES = Object.keys(CALLS) as (keyof Repositories)[]

const METHODS = REPOSITORIES.flatMap((repository) =>
  Object.entries<() => unknown[]>(CALLS[repository]).map(([method, args]) => ({ repository, method, args })),
)

/** Methods whose options include the expected version. */
const UPDATES: ReadonlySet<string> = new Set([
  'users.update',
  'users.setPassword',
  'users.setRole',
  'users.linkProvider',
  'users.unlinkProvider',
  'users.deactivate',
  'users.reactivate',
  'customers.update',
  'customers.archive',
  'customers.restore',
  'customers.setStatus',
  'customers.updateContact',
  'customers.endContact',
  'customers.reopenContact',
  'people.update',
  'people.archive',
  'people.restore',
])

/** Values that are no options; the names of the language's own objects, whose fields are not read. */
const NO_OBJECTS: [value: unknown, kind: string][] = [
  [null, 'null'],
  ['text', 'a string'],
  [1_000, 'a number'],
  [true, 'a boolean'],
  [() => {}, 'a function'],
  [[], 'an array'],
  [[{ timeout: 1_000 }], 'an array'],
  [new Date(), 'a Date'],
  [new Map([['timeout', 1_000]]), 'a Map'],
  [AbortSignal.timeout(60_000), 'an AbortSignal'],
]

const isPlainObject = (value: unknown) => value?.constructor === Object

/** The ways to the methods of a repository. */
const WAYS: Record<string, (db: Database, use: (repositories: object) => Promise<void>) => Promise<void>> = {
  db: (db, use) => use(db),
  'db.with()': (db, use) => use(db.with({ timeout: 60_000 })),
  'db.replica': (db, use) => use(db.replica),
  'db.replica.with()': (db, use) => use(db.replica.with({ timeout: 60_000 })),
  'db.as()': (db, use) => use(db.as({ userId: ID })),
  'db.as().replica': (db, use) => use(db.as({ userId: ID }).replica),
  'db.transaction()': (db, use) => db.transaction(use),
  'db.with().transaction()': (db, use) => db.with({ timeout: 60_000 }).transaction(use),
  'tx.savepoint()': (db, use) => db.transaction((tx) => tx.savepoint(use)),
}

function methodOf(repositories: object, repository: string, method: string): Method | undefined {
  const owner = (repositories as Record<string, Record<string, Method>>)[repository]
  const bound = owner?.[method]?.bind(owner)
  if (!bound || !method.startsWith('iterate')) return bound
  return async (...args) => (bound(...args) as unknown as AsyncGenerator<unknown>).next()
}

async function refusalOf(call: Promise<unknown>): Promise<InvalidInputError> {
  const error = await caught(call)
  expect(error, String(error)).toBeInstanceOf(InvalidInputError)
  return error as InvalidInputError
}

test('the list has all methods of all repositories', ({ db }) => {
  for (const repository of REPOSITORIES) {
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(db[repository]))
    expect(['constructor', ...Object.keys(CALLS[repository])].toSorted()).toEqual(methods.toSorted())
  }
})

describe.for(Object.keys(WAYS))('options of calls of %s', (way) => {
  const isReplica = way.includes('replica')
  const allowed = isReplica ? 'timeout, signal, after, primary' : 'timeout, signal'

  test.for(METHODS)('$repository.$method', async ({ repository, method, args }, { db }) => {
    const sent: string[] = []
    const stop = db.on('query', ({ sql }) => sent.push(sql))
    await WAYS[way]?.(db, async (repositories) => {
      const call = methodOf(repositories, repository, method)
      if (!call && isReplica) return
      if (!call) throw new Error('There is no such method.')
      const before = sent.length

      const unknown = await refusalOf(call(...args(), { nonsense: 1 }))
      expect(unknown.field).toBe('nonsense')
      expect(unknown.message).toMatch(/^Unknown field "nonsense"/)
      const own =
        method === 'merge'
          ? ', ifVersion, fields'
          : UPDATES.has(`${repository}.${method}`)
            ? ', ifVersion'
            : ''
      if (!/import/i.test(method)) expect(unknown.message).toContain(` Allowed: ${allowed}${own}.`)

      // A known option beside it does not hide it.
      expect((await refusalOf(call(...args(), { timeout: 1_000, timeOut: 1_000 }))).field).toBe('timeOut')

      // The actor is that of the view.
      for (const actor of [{ userId: ID }, undefined]) {
        expect((await refusalOf(call(...args(), { actor }))).field).toBe('actor')
      }

      for (const [value, kind] of NO_OBJECTS) {
        const error = await refusalOf(call(...args(), value))
        expect(error.message).toBe(`"options" must be an object, not ${kind}.`)
      }
      expect(sent.length).toBe(before)
    })
    stop()
  })
})

test.for(METHODS)(
  '$repository.$method takes undefined for no options',
  async ({ repository, method, args }, { db }) => {
    const call = methodOf(db, repository, method) as Method
    const error = await call(...args(), undefined).catch((thrown: unknown) => thrown)
    expect(error).not.toBeInstanceOf(InvalidInputError)
  },
)

test.for(METHODS)(
  '$repository.$method takes no unknown field in its other arguments',
  async ({ repository, method, args }, { db }) => {
    const call = methodOf(db, repository, method) as Method
    const valid = args()
    for (const [index, value] of valid.entries()) {
      if (!isPlainObject(value)) continue
      const another = { ...(value as object), nonsense: 1 }
      expect((await refusalOf(call(...valid.with(index, another)))).field).toBe('nonsense')
      for (const [wrong, kind] of NO_OBJECTS) {
        const error = await refusalOf(call(...valid.with(index, wrong)))
        expect(error.message).toMatch(new RegExp(`must be an object, not ${kind}\\.$`))
      }
    }
  },
)

test('the message names the method and the options that there are', async ({ db }) => {
  const error = await refusalOf(db.users.list({ role: 'admin' }, { signals: 1 } as never))
  expect(error.message).toBe(
    'Unknown field "signals" in the options of users.list. Allowed: timeout, signal.',
  )
  expect((await refusalOf(db.users.find(ID, { after: 'x' } as never))).message).toContain('"after"')
})

test('options may be an instance of a class, or have no prototype', async ({ db }) => {
  class Deadline {
    timeout = 60_000
  }
  expect(await db.users.find(ID, new Deadline())).toBeUndefined()
  expect(await db.users.find(ID, Object.assign(Object.create(null), { timeout: 60_000 }))).toBeUndefined()
})
