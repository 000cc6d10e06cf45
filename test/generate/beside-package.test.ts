import { readFile } from 'node:fs/promises'
import { loadModule } from 'libpg-query'
import { expect } from 'vitest'
import { withoutPackage } from '../../scripts/generate/beside-package.ts'
import { emitFiles } from '../../scripts/generate/index.ts'
import { readCatalog } from '../../scripts/generate/read-catalog.ts'
import { compile, complaints } from '../support/compiler.ts'
import { test } from '../support/database.ts'
import { runSql } from '../support/databases.ts'

const owned = async () =>
  new Set(Object.keys(JSON.parse(await readFile('generated/snapshot.json', 'utf8')).objects))

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

  const { files, warnings } = emitFiles(withoutPackage(await readCatalog(url), await owned()))

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
  expect(warnings).toEqual([])
})

test('columns that a service adds to tables of the package have types, which add to those of the package', async ({
  url,
}) => {
  await runSql(
    url,
    `create type size as enum ('small', 'large');
    alter table customers add size size not null default 'small', add details jsonb,
      add tier text constraint customers_tier_check check (tier in ('gold', 'silver'));
    comment on column customers.size is 'How large it is.';
    alter table users alter email set not null, add badge int not null;`,
  )
  await loadModule()

  const { files, warnings } = emitFiles(withoutPackage(await readCatalog(url), await owned()))

  const text = new Map([...files].map(([path, content]) => [`test/generate/${path}`, content]))
  text.set(
    'test/generate/probe.ts',
    `import { openDatabase } from '../../src/index.ts'
    import { definitions, type Statement } from '../../src/query.ts'
    import type { DB, Size } from './database.ts'
    import type { CustomersRow } from './rows.ts'
    const db = openDatabase('postgres://none').kysely.$extendTables<Pick<DB, keyof DB>>()
    export const query = db.selectFrom('customers').select(['customer_id', 'size', 'tier', 'details']).where('tier', '=', 'gold')
    export const update = db.updateTable('customers').set({ size: 'large', display_name: 'Beta' })
    export const size: Size = 'large'
    export const row: Pick<CustomersRow, 'size' | 'tier' | 'details'> = { size, tier: null, details: [1] }
    // @ts-expect-error it is not a tier
    export const wrong = db.updateTable('customers').set({ tier: 'wood' })
    const { statement } = definitions<DB>()
    export const own: Statement<{ size: Size }, Pick<CustomersRow, 'tier'>> = statement('customers.tiers', (builder, $) =>
      builder.selectFrom('customers').select('tier').where('size', '=', $.size).where('display_name', '=', 'Beta'))`,
  )
  expect(
    complaints(
      compile(
        [...text.keys()].filter((path) => path.endsWith('.ts')),
        text,
      ),
    ),
  ).toEqual([])
  expect(files.get('database.ts')).toContain('The columns that the service adds to customers of the package.')
  const catalog = files.get('catalog.ts') ?? ''
  expect(catalog).toContain('export const SIZES = ["small", "large"] as const')
  expect(catalog).toMatch(/export const \w*TIERS? = \["gold", "silver"\] as const/)
  expect(warnings).toEqual([
    "users.badge: is NOT NULL and has no default, so that every insert of the package's own repositories fails; give it a default, or let a trigger fill it and tag it @filled",
  ])
})
