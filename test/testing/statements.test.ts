import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect } from 'vitest'
import { rowTypeDifferences } from '../../scripts/generate/row-types.ts'
import { describeAll } from '../../src/testing/describe.ts'
import { describeStatements, findUnservedStatements } from '../../src/testing.ts'
import { test as base } from '../support/database.ts'
import { runSql } from '../support/databases.ts'
import '../fixtures/own-statements.ts'

const test = base.extend<{ withTickets: string; moduleOf: (text: string) => Promise<string> }>({
  withTickets: [
    async ({ url }, use) => {
      await runSql(
        url,
        `create table tickets (ticket_id uuid primary key, customer_id uuid not null references customers, title text not null,
           tags text[] not null, votes numeric not null, created_at timestamptz not null, details jsonb);
         create index on tickets (customer_id, created_at, ticket_id); create index on tickets (created_at)`,
      )
      await use(url)
    },
    { scope: 'file' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  moduleOf: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'module-'))
    await use(async (text) => {
      await writeFile(join(folder, 'tickets.ts'), text)
      return join(folder, 'tickets.ts')
    })
    await rm(folder, { recursive: true })
  },
})

test('statements are described with the types of their parameters and columns', async ({ withTickets }) => {
  const described = await describeStatements(withTickets)

  expect(described.map(({ name }) => name)).toEqual([
    'tickets.find',
    'tickets.count',
    'tickets.search',
    'tickets.search(title)',
    'tickets.list',
    'tickets.newest',
  ])
  expect(described[0]).toMatchObject({
    sql: expect.stringContaining('from "tickets"'),
    parameters: [{ name: 'ticketId', type: 'uuid' }],
    columns: [
      { name: 'ticketId', type: 'uuid' },
      { name: 'title', type: 'text' },
      { name: 'tags', type: 'text[]' },
      { name: 'createdAt', type: 'timestamp with time zone' },
      { name: 'details', type: 'jsonb' },
    ],
  })
})

test('statements that no index serves are found without rows; an index behind a LIMIT serves an order', async ({
  withTickets,
}) => {
  const advice = 'Create an index that begins with the columns of its conditions.'

  expect(await findUnservedStatements(withTickets, { except: ['tickets.search'] })).toEqual([
    `tickets.search(title) reads the whole table tickets. ${advice}`,
  ])
})

/** The parts of Statement, Variants and List by which a module's row types are found: Kysely's types would take seconds. */
const MODULE = `
  interface Statement<Row> { isPrepared: boolean; row?: (row: Row) => Row }
  interface Variants<Row> { for(input: object): Statement<Row> }
  interface List<Row> { positionOf(row: object): void; statements: Variants<Row> }
  declare function statement<Row>(name: string): Statement<Row>
  declare function variants<Row>(name: string): Variants<Row>
  declare function list<Row>(name: string): List<Row>
  type TicketId = string & { readonly __brand: 'TicketId' }
  interface Ticket { ticketId: TicketId; title: 'high' | 'low'; tags: string[]; createdAt: Date; details: { note: string } | null }
  export const find = statement<Ticket>('tickets.find')
  export const count: Statement<{ tickets: number; last: Date | null }> = statement('tickets.count')
  export const search = variants<{ title: string; body: string }>('tickets.search')
  export const page = list<{ createdAt: string }>('tickets.list')
  export const newest = statement<{ title: string | null }>('tickets.newest')`

test('row types are compared with the rows of the server', async ({ withTickets, moduleOf }) => {
  const client = new pg.Client(withTickets)
  await client.connect()
  const described = await describeAll(client).finally(() => client.end())
  const module = await moduleOf(MODULE)

  const found = rowTypeDifferences(
    [module],
    described.map(({ statement: { name }, columns }) => ({ name, columns })),
  )

  expect(found).toEqual([
    'tickets.count returns tickets as bigint, a string in JavaScript; its row type has number.',
    'tickets.count returns last as date, a string in JavaScript; its row type has Date | null.',
    'tickets.search does not return body, which its row type has.',
    'tickets.search(title) does not return body, which its row type has.',
    'tickets.list returns createdAt as timestamp with time zone, a Date in JavaScript; its row type has string.',
    'tickets.list returns ticketId, which its row type does not have.',
  ])
  // A compiled module would be found without a difference.
  expect(rowTypeDifferences([await moduleOf('export {}')], [{ name: 'tickets.find', columns: [] }])).toEqual([
    expect.stringMatching(/^No statement with a row type is in .*Pass the TypeScript source/),
  ])
})

test('a statement that does not fit the database is named', async ({ url }) => {
  await runSql(url, 'alter table if exists tickets rename title to subject')

  await expect(describeStatements(url)).rejects.toThrow(
    /^tickets\.find does not fit the database: (column "title"|relation "tickets") does not exist$/,
  )
})
