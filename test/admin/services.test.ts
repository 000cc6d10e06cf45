import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, inject } from 'vitest'
import { AdminError, create, drop, migrate, migrationStatus, reset, verify } from '../../src/admin.ts'
import { InvalidInputError } from '../../src/index.ts'
import { createTestDatabase } from '../../src/testing.ts'
import { test as base } from '../support/empty-database.ts'
import { caught } from '../support/factories.ts'

const test = base.extend<{
  folder: string
  files: (files: Record<string, string | Buffer>) => Promise<void>
}>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'service-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
  files: async ({ folder }, use) => {
    await use(async (files) => {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    })
  },
})

const INVOICES = `create type billing_state as enum ('open', 'paid');
  create table invoices (invoice_id bigint generated always as identity primary key, customer_id uuid not null references customers,
    state billing_state not null default 'open', total numeric check (total >= 0));
  create index invoices_customer_id_idx on invoices (customer_id);
  create function invoice_total(uuid) returns numeric language sql stable return (select sum(total) from invoices where customer_id = $1);
  create view open_invoices as select * from invoices where state = 'open';
  create trigger invoices_t before update on invoices for each row execute function touch_updated_at();`

describe('a service’s own migrations', () => {
  test('run after the package’s, in one history, under a name of their own', async ({
    url,
    folder,
    files,
  }) => {
    await files({ '1_invoices.sql': INVOICES })
    const options = { folder, name: 'billing' }

    const { applied } = await migrate(url, { ...options, environment: 'development' })

    expect(applied.at(-1)).toBe('billing/1_invoices')
    expect(applied.length).toBeGreaterThan(1)
    expect(await migrate(url, options)).toMatchObject({ applied: [], unknown: [] })
    expect(await migrate(url)).toMatchObject({ applied: [], unknown: [] })
    for (const given of [options, {}]) {
      const { migrations } = await migrationStatus(url, given)
      expect(migrations.at(-1)).toMatchObject({ service: 'billing', name: '1_invoices', state: 'applied' })
      expect(migrations.map(({ state }) => state)).not.toContain('unknown')
    }
  })

  test('are known to verify, drop and reset, which name their objects', async ({ url, folder, files }) => {
    await create(url, { environment: 'development' })
    await files({ '1_invoices.sql': INVOICES })
    await migrate(url, { folder, name: 'billing' })
    const objects = expect.arrayContaining(['table invoices', 'type billing_state', 'view open_invoices'])

    expect(await verify(url)).toMatchObject({ differences: [], services: [{ name: 'billing', objects }] })
    const announced: unknown[] = []
    const { services } = await reset(url, { onServiceObjects: (each) => announced.push(...each) })
    expect(services).toEqual([{ name: 'billing', objects }])
    expect(announced).toEqual([{ name: 'billing', objects }])
    expect((await migrate(url, { folder, name: 'billing' })).applied).toEqual(['billing/1_invoices'])
    expect((await drop(url)).dropped).toContain('table invoices')
  })

  test('may change nothing of the package without being a difference', async ({ url, folder, files }) => {
    await create(url, { environment: 'development' })
    await files({
      '1_users.sql': 'alter table users add column shoe_size int; create table invoices_of_users (a int)',
    })
    await migrate(url, { folder, name: 'billing' })

    expect((await verify(url)).differences).toMatchObject([{ object: 'column users.shoe_size' }])
  })

  test('may have the names of the package’s, and of another service’s', async ({ url, folder, files }) => {
    await files({ '1_a.sql': 'create table billing_a (id int)' })
    await migrate(url, { folder, name: 'billing', environment: 'test' })
    const other = join(folder, 'other')
    await mkdir(other)
    await writeFile(join(other, '1_a.sql'), 'create table mail_a (id int)')

    expect((await migrate(url, { folder: other, name: 'mail' })).applied).toEqual(['mail/1_a'])
    expect((await verify(url)).services.map(({ name }) => name)).toEqual(['billing', 'mail'])
  })

  test('are part of a test database', async ({ folder, files }) => {
    await files({ '1_invoices.sql': INVOICES })
    const { adminUrl } = inject('scratch')

    // Of the database that the service develops with.
    process.env.DATABASE_ENVIRONMENT = 'development'
    await using one = await createTestDatabase({
      url: adminUrl,
      migrations: { folder, name: 'billing' },
    }).finally(() => {
      delete process.env.DATABASE_ENVIRONMENT
    })
    await using other = await createTestDatabase({ url: adminUrl })
    await using plain = await createTestDatabase({ url: adminUrl, migrations: folder })

    expect(await verify(one.url)).toMatchObject({ environment: 'test', services: [{ name: 'billing' }] })
    expect((await verify(plain.url)).services).toMatchObject([{ name: 'service' }])
    expect(await verify(other.url)).toMatchObject({ environment: 'test', services: [] })
    expect((await drop(one.url)).dropped).toEqual(expect.arrayContaining(['table users', 'table invoices']))
  })

  test('on the command line: both folders with --status, and names before a reset', async ({
    url,
    folder,
    files,
  }) => {
    await files({ '1_invoices.sql': INVOICES })
    const run = (...args: string[]) =>
      new Promise<{ code: number; text: string }>((done) => {
        execFile(process.execPath, [resolve('src/cli.ts'), ...args, '--url', url], (error, stdout, stderr) =>
          done({ code: Number(error?.code ?? 0), text: stdout + stderr }),
        )
      })

    expect((await run('migrate', '--folder', folder)).code).toBe(2)
    const own = ['--folder', folder, '--name', 'billing']
    expect((await run('migrate', ...own, '--environment', 'development')).text).toContain(
      'billing/1_invoices',
    )
    expect((await run('migrate', ...own, '--status')).text).toMatch(
      /initial +applied[\s\S]*billing\/1_invoices +applied/,
    )
    expect((await run('verify')).code).toBe(0)
    expect((await run('reset')).text).toMatch(/Dropping the objects of billing too: .*table invoices/)
  })
})

describe('a folder of migrations', () => {
  test('that is missing, empty or a file is an error that names it', async ({ url, folder, files }) => {
    await files({ 'README.md': 'Nothing yet.', '.1_hidden.sql': 'select nonsense' })
    await mkdir(join(folder, 'empty.sql'))
    for (const path of [join(folder, 'missing'), folder, join(folder, 'README.md')]) {
      for (const name of [undefined, 'billing']) {
        const error = await caught(migrate(url, { folder: path, name, environment: 'development' }))
        expect(error).toBeInstanceOf(AdminError)
        expect(String(error)).toContain(path)
      }
    }
    expect(await caught(migrate(url, { name: 'billing', environment: 'test' }))).toBeInstanceOf(
      InvalidInputError,
    )
    expect(await caught(migrate(url, { folder, name: 'Bad name' }))).toMatchObject({ field: 'name' })
  })

  test('may hold UTF-16 and byte order marks, and nothing that would be skipped by its name', async ({
    url,
    folder,
    files,
    sql,
  }) => {
    const text = `create table "Größe" (a int); comment on table "Größe" is '日本'`
    await files({
      '1_a.sql': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
      '2_b.sql': Buffer.from(`\uFEFFcreate table b (a int)`),
      '3_c.sql': Buffer.concat([
        Buffer.from([0xfe, 0xff]),
        Buffer.from('create table c (a int)', 'utf16le').swap16(),
      ]),
      '.DS_Store': Buffer.from([0, 1, 2]),
      '._1_a.sql': Buffer.from([0, 5, 22, 7]),
    })
    expect((await migrate(url, { folder, environment: 'test' })).applied).toEqual(['1_a', '2_b', '3_c'])
    expect(await sql(`select obj_description('"Größe"'::regclass) as text`)).toEqual([{ text: '日本' }])
    // The byte order is no part of the text.
    await files({ '2_b.sql': 'create table b (a int)' })
    expect(await migrate(url, { folder })).toMatchObject({ applied: [] })

    for (const [name, content] of [
      ['4_d.SQL', 'create table d (a int)'],
      ['4_d.sql', Buffer.from("comment on table b is '\xe4'", 'latin1')],
      ['4_d.sql', Buffer.from('create table d (a int)', 'utf16le')],
    ] as const) {
      await files({ [name]: content })
      expect(String(await caught(migrate(url, { folder })))).toContain(join(folder, name))
      await rm(join(folder, name))
    }
  })
})
