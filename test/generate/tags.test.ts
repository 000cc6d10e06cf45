import { expect } from 'vitest'
import { compile, complaints } from '../support/compiler.ts'
import { test } from '../support/schema.ts'

const SQL = `
  create table clients (client_id uuid primary key, serial int not null, details jsonb not null, more json, kind text check (kind in ('a')));
  create table visits (visit_id int primary key, client_id uuid not null references clients, parent_client_id uuid references clients);
  create table notes (note_id int primary key, visit_id int references visits, client_id uuid references clients, days int[]);
  create view visitors as select visit_id, client_id from visits;
  comment on column clients.client_id is 'Key of a client. @brand ClientId';
  comment on column clients.serial is '@brand Serial';
  comment on column clients.details is 'Settings. @type Details from ../details.ts';
  comment on column clients.more is '@type Details from ../details.ts';
  comment on column clients.kind is '@brand Kind';
  comment on column visits.visit_id is '@type Details from ../details.ts';
  comment on column notes.days is '@brand Days';`

const DETAILS = `export interface Details { theme: 'dark' | 'light'; sizes?: readonly number[]; nested: { at: string | null } }`

const PROBE = `import type { Insertable, Selectable } from 'kysely'
  import type { ClientId, DB, Serial } from './database.ts'
  import type { ClientsRow, VisitsRow } from './rows.ts'
  import type { Details } from '../details.ts'
  type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
  type Client = Selectable<DB['clients']>
  export const id: Same<Client['client_id'], ClientId> = true
  export const serial: Same<Client['serial'], Serial> = true
  export const details: Same<Client['details'], Details> = true
  export const more: Same<Client['more'], Details | null> = true
  export const row: Same<ClientsRow['details'], Details> = true
  export const reference: Same<VisitsRow['parentClientId'], ClientId | null> = true
  export const ofView: Same<Selectable<DB['visitors']>['client_id'], ClientId> = true
  export const text: Same<Insertable<DB['clients']>['details'], string> = true
  export const asText = (client: Client): string => client.client_id
  // @ts-expect-error text is no id
  export const plain: ClientId = '01930c7a-5b3e-7000-8000-000000000000'
  // @ts-expect-error another brand
  export const other = (id: ClientId): Serial => id`

test('brands and types of JSON are in the types, also of references and views', { timeout: 120_000 }, async ({
  folderOf,
  generate,
}) => {
  const { files, warnings } = await generate(await folderOf({ '1.sql': SQL }))
  const texts = new Map([...files].map(([path, text]) => [`generated/${path}`, text]))
  const compiled = (details: string) =>
    complaints(
      compile(
        ['database', 'rows', 'inputs', 'functions', 'probe'].map((name) => `generated/${name}.ts`),
        new Map([...texts, ['details.ts', details], ['generated/probe.ts', PROBE]]),
      ),
    )

  expect(compiled(DETAILS)).toEqual([])
  expect(compiled(DETAILS.replace('string | null', 'Date')).join()).toMatch(
    /database\.ts:\d+ Type 'Details' does not satisfy the constraint/,
  )
  expect(compiled(DETAILS.replace('Details', 'Other')).join()).toContain(`has no exported member 'Details'`)
  expect([...files.values()].join()).not.toMatch(/@brand|@type/)
  expect(warnings).toEqual([
    'notes.days: its tag is ignored, because it is an array',
    'visitors.visit_id: its tag is ignored, because Details is a type for JSON, which it does not hold',
    'visits.visit_id: its tag is ignored, because Details is a type for JSON, which it does not hold',
  ])
})
