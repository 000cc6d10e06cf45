import { sql } from 'kysely'
import { expect } from 'vitest'
import { instrument } from '../../src/opentelemetry.ts'
import { test } from '../support/database.ts'
import { aCustomer, aUser } from '../support/factories.ts'
import type { CollectedSpan } from '../support/otlp-collector.ts'
import { Telemetry } from '../support/telemetry.ts'

/** The spans that a call must have: name, and those of its children. */
interface Tree {
  name: string
  children: Tree[]
}

const leaf = (name: string): Tree => ({ name, children: [] })

test('1,000 concurrent calls are one span each, under the caller that made them', {
  timeout: 240_000,
}, async ({ openAnother }) => {
  // On a busy machine, a call may wait for a connection for long.
  const db = openAnother({ max: 4, connectionTimeoutMillis: 0 })
  const users = await Promise.all([1, 2, 3].map(() => db.users.create(aUser())))
  await using telemetry = await Telemetry.start()
  const stop = instrument(db, telemetry)
  const user = (n: number) => users[n % users.length]!
  const calls: readonly ((n: number) => { call: () => Promise<unknown>; tree: Tree; fails?: true })[] = [
    (n) => ({ call: () => db.users.find(user(n).userId), tree: leaf('users.find') }),
    (n) => ({ call: () => db.users.findByEmail(user(n).email), tree: leaf('users.findByEmail') }),
    () => ({ call: () => db.users.list({ limit: 1 }), tree: leaf('users.list') }),
    () => ({ call: () => db.users.create(aUser()), tree: leaf('users.create') }),
    (n) => ({ call: () => db.with({}).users.find(user(n).userId), tree: leaf('users.find') }),
    (n) => ({
      call: () => db.users.create(aUser({ email: user(n).email })),
      tree: leaf('users.create'),
      fails: true,
    }),
    () => ({
      call: () => db.users.find(user(0).userId, { signal: AbortSignal.abort() }),
      tree: leaf('users.find'),
      fails: true,
    }),
    () => ({
      call: () => sql`select pg_sleep(30)`.execute(db.kysely, { signal: AbortSignal.timeout(50) }),
      tree: leaf('SELECT'),
      fails: true,
    }),
    () => ({
      call: () => db.kysely.selectFrom('users').select('name').limit(1).execute(),
      tree: leaf('SELECT users'),
    }),
    (n) => ({
      call: () =>
        db.transaction(async (tx) => {
          await Promise.all([tx.users.find(user(n).userId), tx.users.list({ limit: 1 })])
        }),
      tree: {
        name: 'transaction',
        children: [leaf('BEGIN'), leaf('COMMIT'), leaf('users.find'), leaf('users.list')],
      },
    }),
    () => ({
      call: () =>
        db.transaction(async (tx) => {
          await tx.users.create(aUser())
          throw new Error('no')
        }),
      tree: { name: 'transaction', children: [leaf('BEGIN'), leaf('ROLLBACK'), leaf('users.create')] },
      fails: true,
    }),
    () => ({
      call: () =>
        db.kysely.transaction().execute((trx) => trx.selectFrom('users').select('name').limit(1).execute()),
      tree: { name: 'transaction', children: [leaf('BEGIN'), leaf('COMMIT'), leaf('SELECT users')] },
    }),
  ]

  const requests = await Promise.all(
    Array.from({ length: 1_000 }, async (_, n) => {
      const { call, tree, fails = false } = calls[n % calls.length]!(n)
      const { id, outcome } = await telemetry.request(call)
      return { id, tree, fails, outcome }
    }),
  )
  // A query that Kysely has given up ends when the server has cancelled it.
  await db.close()
  stop()

  const spans = await telemetry.spans()
  const childrenOf = Map.groupBy(spans, ({ parentId }) => parentId)
  const treesUnder = (id: string): Tree[] =>
    (childrenOf.get(id) ?? [])
      .map((span) => ({ name: span.name, children: treesUnder(span.id) }))
      .sort((a, b) => a.name.localeCompare(b.name))
  for (const { id, tree, fails, outcome } of requests) {
    expect(outcome.status).toBe(fails ? 'rejected' : 'fulfilled')
    expect(treesUnder(id)).toEqual([tree])
    const [span] = childrenOf.get(id) as [CollectedSpan]
    expect(span.status.code ?? 0, span.name).toBe(fails ? 2 : 0)
  }
  const size = ({ children }: Tree): number => children.reduce((sum, child) => sum + size(child), 1)
  expect(spans).toHaveLength(requests.reduce((sum, { tree }) => sum + size(tree), 0))
})

test('an import, a stream and listen() are under their callers', async ({ openAnother }) => {
  const db = openAnother({ max: 4 })
  await using telemetry = await Telemetry.start()
  instrument(db, telemetry)

  const imported = await telemetry.request(() =>
    db.customers.importMany([{ ...aCustomer(), people: [] }, { ...aCustomer() }]),
  )
  const streamed = await telemetry.request(async () => {
    for await (const _ of db.kysely.selectFrom('customers').select('customer_id').stream(1)) break
  })
  let listened = ''
  const events = await telemetry.request(async () => db.listen('news'))
  listened = events.id
  const listening = (events.outcome as PromiseFulfilledResult<ReturnType<typeof db.listen>>).value
  await listening.next()
  await listening.return()

  const spans = await telemetry.spans()
  const under = (id: string | undefined) => spans.filter(({ parentId }) => parentId === id)
  expect(under(listened).map(({ name }) => name)).toEqual(['LISTEN'])
  for (const { id } of [imported, streamed]) {
    const [transaction, ...others] = under(id)
    expect(others).toEqual([])
    expect(transaction?.name).toBe('transaction')
    const names = under(transaction?.id).map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['BEGIN', id === imported.id ? 'COPY customers' : 'SELECT customers', 'COMMIT']),
    )
  }
})
