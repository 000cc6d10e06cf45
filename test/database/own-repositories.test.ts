import { expect, expectTypeOf } from 'vitest'
import { openDatabase } from '../../src/index.ts'
import {
  type Connection,
  definitions,
  execute,
  queryFirst,
  raw,
  type Statement,
  sql,
} from '../../src/query.ts'
import { test } from '../support/database.ts'
import { runSql } from '../support/databases.ts'

interface Own {
  tickets: { ticket_id: number; title: string }
}

const findTicket: Statement<{ ticketId: number }, { title: string }> = definitions<Own>().statement(
  'tickets.find',
  (query, $) => query.selectFrom('tickets').select('title').where('ticket_id', '=', $.ticketId),
)

const renameTicket: Statement<{ ticketId: number; title: string }, never> = definitions<Own>().statement(
  'tickets.rename',
  (_, $) => raw<never>(sql`update tickets set title = ${$.title} where ticket_id = ${$.ticketId}`),
)

class TicketRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  find(ticketId: number): Promise<{ title: string } | undefined> {
    return queryFirst(this.#connection, findTicket, { ticketId })
  }

  rename(ticketId: number, title: string): Promise<number> {
    return execute(this.#connection, renameTicket, { ticketId, title })
  }
}

const repositories = { tickets: TicketRepository }

test('own repositories are in the database, its views, transactions and savepoints', async ({ url }) => {
  await runSql(
    url,
    `create table tickets (ticket_id int primary key, title text not null); insert into tickets values (1, 'No power')`,
  )
  await using db = openDatabase(url, { repositories })
  await using same = openDatabase({ connectionString: url, repositories })
  const title = { title: 'No power' }

  expect(await db.tickets.find(1)).toEqual(title)
  expect(await same.tickets.find(2)).toBeUndefined()
  expect(await db.with({ timeout: 5_000 }).tickets.find(1)).toEqual(title)
  expect(await db.as({ system: 'job' }).with({ timeout: 5_000 }).tickets.find(1)).toEqual(title)
  await db.transaction(async (tx) => {
    await tx.kysely
      .updateTable('tickets' as never)
      .set({ title: 'Power' } as never)
      .execute()
    expect(await tx.tickets.find(1)).toEqual({ title: 'Power' })
    expect(await tx.savepoint((inner) => inner.tickets.find(1))).toEqual({ title: 'Power' })
  })
  expect(await db.as({ system: 'job' }).transaction((tx) => tx.tickets.find(1))).toEqual({ title: 'Power' })
  expect(await db.replica.tickets.find(1)).toEqual({ title: 'Power' })
  expect(await db.replica.with({ after: await db.position() }).tickets.find(1)).toEqual({ title: 'Power' })
  await expect(db.replica.tickets.rename(1, 'x')).rejects.toThrow(
    /A replica takes only reads, which tickets\.rename/,
  )
  await db.tickets.rename(1, 'Light')
  expect(await db.tickets.find(1)).toEqual({ title: 'Light' })
  expectTypeOf(db.replica.tickets).toEqualTypeOf<TicketRepository>()
  expectTypeOf(db.tickets).toEqualTypeOf<TicketRepository>()
  expectTypeOf(db.users.find).returns.resolves.not.toBeAny()
})

test('a name that the database has itself, and a value that is no class, are refused', ({ url }) => {
  expect(() => openDatabase(url, { repositories: { users: TicketRepository } as never })).toThrow(
    /"repositories\.users" is a property that the database has itself/,
  )
  expect(() => openDatabase(url, { repositories: { tickets: {} } as never })).toThrow(/must be a class/)
})
