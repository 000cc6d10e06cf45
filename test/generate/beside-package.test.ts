import { loadModule } from 'libpg-query'
import { expect } from 'vitest'
import { withoutPackage } from '../../scripts/generate/beside-package.ts'
import { emitFiles } from '../../scripts/generate/index.ts'
import { readCatalog } from '../../scripts/generate/read-catalog.ts'
import { test } from '../support/database.ts'
import { runSql } from '../support/databases.ts'

test('constraints that a service adds to tables of the package are in its catalog, and nothing else of these', async ({
  url,
}) => {
  await runSql(
    url,
    `create table tickets (ticket_id int primary key, user_id uuid references users);
    alter table customers add vat_number text not null default 'none', add constraint customers_vat_number_check check (vat_number <> '');
    comment on constraint customers_vat_number_check on customers is 'A VAT number is not empty.';
    create unique index customers_vat_number_idx on customers (vat_number) where vat_number <> 'none';
    alter table customers add ticket_id int constraint customers_ticket_id_fkey references tickets;`,
  )
  await loadModule()

  const { files, warnings } = emitFiles(withoutPackage(await readCatalog(url), new Set()))

  const catalog = files.get('catalog.ts') ?? ''
  const constraints = /export const CONSTRAINTS = \{\n(.*?)\n\} as const/s.exec(catalog)?.[1]
  expect(constraints?.split('\n').map((line) => line.trim())).toEqual([
    'tickets: {',
    'tickets_pkey: { kind: "primary-key", columns: ["ticket_id"] },',
    'tickets_ticket_id_not_null: { kind: "not-null", columns: ["ticket_id"] },',
    'tickets_user_id_fkey: { kind: "foreign-key", columns: ["user_id"], references: { table: "users", columns: ["user_id"] } },',
    '},',
    'customers: {',
    'customers_ticket_id_fkey: { kind: "foreign-key", columns: ["ticket_id"], references: { table: "tickets", columns: ["ticket_id"] } },',
    'customers_vat_number_check: { kind: "check", columns: ["vat_number"], message: "A VAT number is not empty." },',
    'customers_vat_number_idx: { kind: "unique", columns: ["vat_number"] },',
    'customers_vat_number_not_null: { kind: "not-null", columns: ["vat_number"] },',
    '},',
  ])
  expect(catalog).toContain('  | "customers_vat_number_check"\n')
  expect(catalog).toContain('export const TABLES = ["tickets"] as const')
  expect(files.get('database.ts')).not.toContain('vat_number')
  expect(warnings).toEqual([])
})
