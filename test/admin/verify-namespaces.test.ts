import pg from 'pg'
import { expect } from 'vitest'
import { differencesBetween, readExpected, readLive } from '../../src/admin/snapshot/index.ts'
import { test } from '../support/empty-database.ts'

const SCHEMA = [
  {
    name: '10_billing.sql',
    sql: `create schema billing;
      create table customers (id int constraint customers_pkey primary key);
      create table billing.invoices (
        id int constraint invoices_pkey primary key,
        customer_id int constraint invoices_customer_id_fkey references customers
      );
      create view billing.open_invoices as select * from billing.invoices;`,
  },
]

test('the schemas that schema/ makes are compared too', async ({ url, sql }) => {
  await sql(SCHEMA.map((file) => file.sql).join('\n'))
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  const differences = async () => {
    await client.query('begin')
    const expected = await readExpected(client, 'public', SCHEMA)
    const live = await readLive(client, 'public', expected.namespaces)
    await client.query('rollback')
    return differencesBetween(expected, live)
  }

  expect(await differences()).toEqual([])
  await client.query('alter table billing.invoices add column paid boolean')
  expect(await differences()).toEqual([{ object: 'column billing.invoices.paid', database: 'exists' }])
  await client.query('drop schema billing cascade')
  const missing = (await differences()).map(({ object }) => object)
  expect(missing).toContain('schema billing')
  expect(missing).toContain('table billing.invoices')
  await client.end()
})
