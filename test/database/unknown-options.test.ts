import { expect } from 'vitest'
import * as admin from '../../src/admin.ts'
import { type Database, InvalidInputError, openDatabase } from '../../src/index.ts'
import { instrument } from '../../src/opentelemetry.ts'
import { createReplicatedTestDatabase, createTestDatabase } from '../../src/testing.ts'
import { test } from '../support/database.ts'

/** No server: options are refused before anything is sent. */
const NOWHERE = 'postgres://unknown@127.0.0.1:1/nothing'

/** Everything beside the repositories that takes options. */
const CALLS: Record<string, (options: never, db: Database) => unknown> = {
  openDatabase: (options) => openDatabase(NOWHERE, options),
  'openDatabase, slowQueries': (options) => openDatabase(NOWHERE, { slowQueries: options }),
  'openDatabase, a replica': (options) => openDatabase(NOWHERE, { replicas: [options] }),
  'db.with': (options, db) => db.with(options),
  'db.with().with': (options, db) => db.with({}).with(options),
  'db.replica.with': (options, db) => db.replica.with(options),
  'db.as': (options, db) => db.as(options),
  'db.transaction': (options, db) => db.transaction(async () => {}, options),
  'db.with().transaction': (options, db) => db.with({}).transaction(async () => {}, options),
  'db.listen': (options, db) => db.listen('channel', options),
  'db.ping': (options, db) => db.ping(options),
  'db.position': (options, db) => db.position(options),
  'db.close': (options, db) => db.close(options),
  instrument: (options, db) => instrument(db, options),
  'admin.create': (options) => admin.create(NOWHERE, options),
  'admin.distribute': (options) => admin.distribute(NOWHERE, options),
  'admin.drop': (options) => admin.drop(NOWHERE, options),
  'admin.reset': (options) => admin.reset(NOWHERE, options),
  'admin.seed': (options) => admin.seed(NOWHERE, options),
  'admin.verify': (options) => admin.verify(NOWHERE, options),
  'admin.migrate': (options) => admin.migrate(NOWHERE, options),
  'admin.migrationStatus': (options) => admin.migrationStatus(NOWHERE, options),
  'admin.grant': (options) => admin.grant(NOWHERE, options),
  'admin.maintain': (options) => admin.maintain(NOWHERE, options),
  'admin.recordEnvironment': (options) => admin.recordEnvironment(NOWHERE, 'test', options),
  createTestDatabase: (options) => createTestDatabase(options),
  'createTestDatabase, migrations': (options) => createTestDatabase({ migrations: options }),
  createReplicatedTestDatabase: (options) => createReplicatedTestDatabase(options),
}

/** Functions of the entry ./admin that take no options. */
const WITHOUT_OPTIONS = ['readSchemaFiles']

async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    return error
  }
}

test.for(Object.entries(CALLS))('%s refuses what is no option', async ([, call], { db }) => {
  const unknown = await outcomeOf(() => call({ nonsense: 1 } as never, db))
  expect(unknown).toBeInstanceOf(InvalidInputError)
  expect(unknown).toMatchObject({ field: 'nonsense', message: expect.stringContaining('Allowed: ') })

  for (const value of [null, 1, [], new Date(), new Map(), AbortSignal.timeout(60_000)]) {
    expect(await outcomeOf(() => call(value as never, db))).toBeInstanceOf(InvalidInputError)
  }
})

test('the list has all functions of the entry ./admin', () => {
  const functions = Object.entries(admin).filter(
    ([, value]) => typeof value === 'function' && !(value.prototype instanceof Error),
  )
  const listed = Object.keys(CALLS).flatMap((name) => (name.startsWith('admin.') ? [name.slice(6)] : []))
  expect(functions.map(([name]) => name).sort()).toEqual([...listed, ...WITHOUT_OPTIONS].sort())
})
