import type { QueryCreator, RawBuilder, Selectable } from 'kysely'
import type { DB } from '../../../generated/database.ts'
import { sql } from '../../kysely/index.ts'
import {
  type ManyTable,
  ManyWriter,
  manyStatements,
  queryAll,
  type Statement,
  statement,
} from '../../query/index.ts'
import { type JoinedRow, toCustomers } from './joined-rows.ts'
import { CUSTOMER, type Customer } from './rows.ts'
import { CHANGED, customerVersion, withContacts } from './statements.ts'

const CUSTOMERS: ManyTable = {
  table: 'customers',
  key: 'customer_id',
  columns: CHANGED,
  defaults: { status: 'prospect', timezone: 'UTC' },
}

/** The customers that a statement wrote, with their contacts. */
const written = (query: QueryCreator<DB>, write: RawBuilder<unknown>) =>
  withContacts(
    query
      .with('written', () => sql<Selectable<DB['customers']>>`(${write} returning customers.*)`)
      .with('customer', (cte) => cte.selectFrom('written').select(CUSTOMER)) as never,
  ).orderBy('customer.customerId')

const get: Statement<{ keys: string[] }, JoinedRow> = statement(
  'customers.getMany',
  (query, $) =>
    withContacts(
      query.with('customer', (cte) =>
        cte
          .selectFrom('customers')
          .select(CUSTOMER)
          .where('customer_id', '=', sql<string>`any(${$.keys}::uuid[])`),
      ),
    ).orderBy('customer.customerId'),
  { isLong: true },
)

/** Writes and reads many customers. */
export const customersAtOnce = new ManyWriter<JoinedRow, Customer>({
  many: CUSTOMERS,
  version: customerVersion,
  statements: { get, ...manyStatements(CUSTOMERS, written) },
  list: 'customers',
  id: 'customerId',
  query: async (connection, statement, input, call) =>
    toCustomers(await queryAll(connection, statement, input as never, call)),
})
