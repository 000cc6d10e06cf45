import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { describe, expect, inject } from 'vitest'
import { create } from '../../src/admin.ts'
import { test as base } from '../support/empty-database.ts'

interface Outcome {
  code: number
  output: string
  /** The migrations that were written, in order. */
  files: string[]
}

/** A copy of this repository whose schema/ can be edited. */
class Workshop {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  async edit(file: string, from: string | RegExp, to: string): Promise<void> {
    const path = join(this.folder, 'schema', file)
    const sql = await readFile(path, 'utf8')
    if (typeof from === 'string' ? !sql.includes(from) : !from.test(sql))
      throw new Error(`${file} has no ${from}.`)
    await writeFile(path, from === '' ? sql + to : sql.replace(from, to))
  }

  async run(...args: string[]): Promise<Outcome> {
    const before = await readdir(join(this.folder, 'schema/migrations'))
    const outcome = await new Promise<{ code: number; output: string }>((done) => {
      execFile(
        process.execPath,
        ['scripts/migrations/main.ts', ...args],
        { cwd: this.folder, env: { ...process.env, NO_COLOR: '1' } },
        (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      )
    })
    const after = await readdir(join(this.folder, 'schema/migrations'))
    const added = after.filter((name) => !before.includes(name)).sort()
    const files = await Promise.all(
      added.map((name) => readFile(join(this.folder, 'schema/migrations', name), 'utf8')),
    )
    return { ...outcome, files }
  }
}

const test = base.extend<{ workshop: Workshop }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  workshop: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'workshop-'))
    for (const name of ['src', 'scripts', 'schema', 'generated', 'package.json'])
      await cp(name, join(folder, name), { recursive: true })
    await symlink(resolve('node_modules'), join(folder, 'node_modules'))
    await use(new Workshop(folder))
    await rm(folder, { recursive: true })
  },
})

async function majorVersion(): Promise<number> {
  const client = new pg.Client(inject('scratch').adminUrl)
  await client.connect()
  const { rows } = await client.query(
    `select current_setting('server_version_num')::integer / 10000 as version`,
  )
  await client.end()
  return rows[0].version
}

describe('db:generate', { timeout: 120_000 }, () => {
  test('writes a proven migration, online where the table holds rows', async ({ workshop }) => {
    await workshop.edit('21_people.sql', '  job_title    text,', '  job_title    text,\n  nickname     text,')
    await workshop.edit('21_people.sql', 'char_length(phone) <= 30', 'char_length(phone) <= 40')
    await workshop.edit(
      '21_people.sql',
      'create index people_created_at',
      'create index people_nickname_idx on people (nickname);\ncreate index people_created_at',
    )

    const { code, files } = await workshop.run('generate', '--name', 'add nickname')

    expect(code).toBe(0)
    expect(files).toHaveLength(2)
    expect(files[0]).toMatch(
      /^-- add nickname\n-- follows: \d{14}_initial\n-- locks: people \(access exclusive\)\n-- table rewrites: none\n-- data loss: none\n-- transaction: one/,
    )
    expect(files[0]).toContain('not valid')
    expect(files[1]).toMatch(/transaction: none[\s\S]*create index concurrently people_nickname_idx/)
    expect(files[1]).toMatch(/^alter table people validate constraint people_phone_check;$/m)
    expect(await workshop.run('generate', '--name', 'again')).toMatchObject({
      code: 0,
      files: [],
      output: expect.stringContaining('Nothing to do'),
    })
    expect((await workshop.run('check')).output).toContain('3 migrations lead to schema/')
    const checked = JSON.parse((await workshop.run('check', '--json')).output)
    expect(checked).toEqual({ migrations: expect.any(Array), warnings: [] })
    expect(checked.migrations).toHaveLength(3)
  })

  test('prints its result, or its error, as JSON', async ({ workshop }) => {
    const nothing = await workshop.run('generate', '--name', 'nothing', '--json')
    await workshop.edit('21_people.sql', '  job_title    text,', '  job_title    text,\n  nickname     text,')
    const unproven = await workshop.run('check', '--json')
    const written = await workshop.run('generate', '--name', 'nickname', '--json')

    expect(JSON.parse(nothing.output)).toEqual({ files: [], warnings: [] })
    expect(unproven.code).toBe(1)
    expect(JSON.parse(unproven.output)).toMatchObject({ error: { name: 'ProofError' } })
    expect(JSON.parse(written.output)).toMatchObject({
      files: [{ path: expect.stringMatching(/^schema\/migrations\/\d{14}_nickname\.sql$/), warnings: [] }],
    })
  })

  test('guesses no rename, and loses no data without a flag', async ({ workshop }) => {
    await workshop.edit('30_chats.sql', '  title            text,', '  heading          text,')
    for (const [from, to] of [
      ['char_length(title)', 'char_length(heading)'],
      ['search_words(title)', 'search_words(heading)'],
      ['column chats.title', 'column chats.heading'],
    ] as const)
      await workshop.edit('30_chats.sql', from, to)
    await workshop.edit('45_history.sql', 'update of title', 'update of heading')
    await workshop.edit(
      '45_history.sql',
      'old.title is distinct from new.title',
      'old.heading is distinct from new.heading',
    )

    const unanswered = await workshop.run('generate', '--name', 'rename')
    expect(unanswered).toMatchObject({ code: 1, files: [] })
    expect(unanswered.output).toContain('--rename chats.title=heading')
    const denied = await workshop.run('generate', '--name', 'rename', '--no-renames')
    expect(denied).toMatchObject({ code: 1, files: [] })
    expect(denied.output).toMatch(/drop column title[\s\S]*--allow-data-loss/i)

    const { code, files } = await workshop.run(
      'generate',
      '--name',
      'rename',
      '--rename',
      'chats.title=heading',
    )
    expect(code).toBe(0)
    expect(files[0]).toMatch(/rename column title to heading/)
    expect(files.join()).not.toMatch(/drop column/i)
  })

  test('writes what differs do not know', async ({ workshop }) => {
    await workshop.edit(
      '21_people.sql',
      '  last_name    text           not null',
      '  last_name    text           constraint last_there not null',
    )
    await workshop.edit(
      '40_audit_log.sql',
      '',
      `
create statistics people_names on first_name, last_name from people;
comment on statistics people_names is 'They go together.';
alter table parts alter column payload set storage external;
alter table chats alter column title set statistics 500;
create table events (at date not null, n integer) partition by range (at);
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
create index events_n_idx on events (n);
create table "My Notes" (id integer primary key, words text constraint "Needed" not null);
create view talk with (security_invoker) as select id, title from chats;
`,
    )
    if ((await majorVersion()) >= 18)
      await workshop.edit(
        '30_chats.sql',
        '  title            text,',
        '  title            text,\n  title_length integer generated always as (char_length(title)) virtual,',
      )

    const { code, output, files } = await workshop.run('generate', '--name', 'all of it')

    expect({ code, output }).toMatchObject({ code: 0 })
    expect(files[0]).toMatch(/^-- locks: .*parts \(access exclusive\)/m)
    expect((await workshop.run('check')).output).toContain('lead to schema/')
  })

  test('builds an index of the audit log on its partitions, without blocking writers', async ({
    workshop,
  }) => {
    await workshop.edit(
      '40_audit_log.sql',
      '',
      'create index audit_log_request_id_idx on audit_log (request_id) where request_id is not null;',
    )

    const { code, files } = await workshop.run('generate', '--name', 'requests')

    expect(code).toBe(0)
    expect(files.join()).toMatch(/create index concurrently audit_log_request_id_idx/)
    expect(files.join()).toMatch(/^-- transaction: none/m)
    expect((await workshop.run('check')).output).toContain('lead to schema/')
  })

  test('treats a change of values as a loss, and rebuilds indexes of a changed function', async ({
    workshop,
  }) => {
    await workshop.edit('31_messages.sql', 'envelope      json', 'envelope      jsonb')
    expect(await workshop.run('generate', '--name', 'jsonb')).toMatchObject({
      code: 1,
      files: [],
      output: expect.stringMatching(/lose or change[\s\S]*TYPE jsonb[\s\S]*--allow-data-loss/),
    })
    await workshop.edit('31_messages.sql', 'envelope      jsonb', 'envelope      json')
    await workshop.edit('01_search.sql', 'return vector::tsvector;', 'return strip(vector::tsvector);')

    const { code, files } = await workshop.run('generate', '--name', 'search')

    expect(code).toBe(0)
    for (const index of ['chats_search_idx', 'customers_search_idx', 'users_search_idx'])
      expect(files[1]).toContain(`reindex index concurrently ${index};`)
  })

  test('rebuilds indexes whose expression reaches a changed function through others', async ({
    workshop,
  }) => {
    await workshop.edit('01_search.sql', 'words := left(words, 1000);', 'words := left(words, 999);')

    const { code, files } = await workshop.run('generate', '--name', 'letters')

    expect(code).toBe(0)
    for (const index of ['chats_search_idx', 'customers_search_idx', 'people_search_idx', 'users_search_idx'])
      expect(files[1]).toContain(`reindex index concurrently ${index};`)
  })

  test('writes the first migration where there is none, which leads to schema/', async ({ workshop }) => {
    const folder = join(workshop.folder, 'schema/migrations')
    for (const name of await readdir(folder)) await rm(join(folder, name))

    expect(await workshop.run('generate', '--name', 'initial')).toMatchObject({
      code: 0,
      files: [expect.any(String)],
    })
    expect(await workshop.run('generate', '--name', 'again')).toMatchObject({
      code: 0,
      files: [],
      output: expect.stringContaining('Nothing to do'),
    })
  })

  test('renames a table with the constraints and indexes named after it', async ({ workshop }) => {
    await workshop.edit('33_ai_options.sql', /ai_options/g, 'model_options')
    await workshop.edit('50_row_security.sql', /(table|on) ai_options/g, '$1 model_options')

    const { code, output, files } = await workshop.run(
      'generate',
      '--name',
      'rename',
      '--rename',
      'ai_options=model_options',
    )

    expect({ code, output }).toMatchObject({ code: 0 })
    expect(files[0]).toContain(
      'rename constraint ai_options_temperature_check to model_options_temperature_check',
    )
    expect(files[0]).not.toMatch(/drop/i)
  })

  test('refuses a rule that the rows break', async ({ workshop }) => {
    await workshop.edit('21_people.sql', 'char_length(phone) <= 30', 'char_length(phone) <= 5')

    const { code, output, files } = await workshop.run('generate', '--name', 'narrow')

    expect(code).toBe(1)
    expect(files).toEqual([])
    expect(output).toMatch(
      /It fails with rows in the tables[\s\S]*"people_phone_check".* is violated by some row/,
    )
    expect((await workshop.run('check')).output).toMatch(
      /do not lead to schema[\s\S]*Write the missing migration.*db:generate/,
    )
  })

  test('comments on indexes and keys after they are built', async ({ workshop }) => {
    await workshop.edit(
      '21_people.sql',
      '  constraint people_pkey primary key (person_id),',
      '  constraint people_pkey primary key (person_id),\n  constraint people_phone_name_key unique (phone, last_name),',
    )
    await workshop.edit(
      '21_people.sql',
      '',
      `comment on constraint people_phone_name_key on people is 'Taken.';
       create index people_phone_idx on people (phone); comment on index people_phone_idx is 'For callers.';`,
    )

    const { code, files, output } = await workshop.run('generate', '--name', 'callers')

    expect(output).toContain('✓')
    expect(code).toBe(0)
    expect(files.at(-1)).toMatch(/using index people_phone_name_key;[\s\S]*comment on constraint/)
    expect(files.at(-1)).toMatch(/create index concurrently people_phone_idx[\s\S]*comment on index/i)
  })

  test('cuts no text, renames a column that gets another type, and refuses an impossible rename', async ({
    workshop,
  }) => {
    await workshop.edit('21_people.sql', '  job_title    text,', '  job_title    varchar(5),')
    const cutting = await workshop.run('generate', '--name', 'short_titles')
    expect(cutting.output).toContain('value too long for type character varying(5)')

    for (const [from, to] of [
      ['  job_title    varchar(5),', '  position     varchar(100),'],
      ['char_length(job_title)', 'char_length(position)'],
      ['comment on column people.job_title', 'comment on column people.position'],
    ] as const)
      await workshop.edit('21_people.sql', from, to)
    const impossible = await workshop.run(
      'generate',
      '--name',
      'position',
      '--rename',
      'people.phone=position',
    )
    expect(impossible.output).toContain('Impossible rename')
    const renaming = await workshop.run(
      ...['generate', '--name', 'position', '--rename', 'people.job_title=position'],
    )

    expect(renaming.code).toBe(0)
    expect(renaming.files[0]).toMatch(
      /rename column job_title to "position";[\s\S]*type character varying\(100\);/,
    )
    expect(cutting.files.concat(impossible.files)).toEqual([])
  })

  test('refuses a migration that is not proven, with the missing objects', async ({ workshop }) => {
    await workshop.edit(
      '21_people.sql',
      '',
      'create operator === (leftarg = text, rightarg = text, function = texteq);\n',
    )

    const { code, files, output } = await workshop.run('generate', '--name', 'operator')

    expect({ code, files }).toEqual({ code: 1, files: [] })
    expect(output).toMatch(/operator === \(text, text\)\n.*exists\n.*nothing[\s\S]*--draft/)
    expect((await workshop.run('check')).code).toBe(1)
  })
})

test('db:impact reports the meaning of an edit', async ({ workshop }) => {
  await workshop.edit('21_people.sql', 'char_length(phone) <= 30', 'char_length(phone) <= 12')
  await workshop.edit('20_customers.sql', `'active', 'paused', 'churned'`, `'active', 'churned'`)
  await workshop.edit(
    '30_chats.sql',
    '  title            text,',
    '  title            text,\n  mood             text,',
  )

  const { output } = await workshop.run('impact', '--json')

  const { differences, statements, types } = JSON.parse(output)
  expect(differences).toContainEqual(expect.objectContaining({ object: 'column chats.mood' }))
  const names = statements.map(({ statement }: { statement: string }) => statement)
  expect(names).toEqual(expect.arrayContaining(['people.find', 'customers.find', 'customers.list(status)']))
  expect(names).not.toContain('chats.rename')
  expect(types).toContain('+  mood: string | null;')
}, 60_000)

test('db:impact compares with the database at hand, also after db:generate, and says what it could not check', async ({
  workshop,
  url,
  sql,
}) => {
  await create(url, { environment: 'test' })
  await sql(`insert into customers (display_name, legal_name) values ('Ab', 'Ab'), ('Bc', 'Bc')`)
  const role = `reader_${Math.random().toString(36).slice(2)}`
  await sql(`create role ${role} login password 'secret'; grant select on customers to ${role}`)
  const address = new URL(url)
  address.username = role
  address.password = 'secret'
  await workshop.edit('21_people.sql', 'char_length(job_title) <= 100', 'char_length(job_title) <= 50')
  await workshop.edit(
    '20_customers.sql',
    'create index',
    'create unique index customers_same_idx on customers ((1));\ncreate index',
  )
  try {
    const draft = await workshop.run('generate', '--name', 'rules', '--draft')
    expect(draft.output).not.toMatch(/✗/)

    const own = await workshop.run('impact', '--url', url)
    expect(own.code).toBe(1)
    expect(own.output).toMatch(/lacks\n +\d+_rules/)
    expect(own.output).toMatch(/1 by index customers\.customers_same_idx: 1 \(2 times\)/)

    const other = await workshop.run('impact', '--url', String(address))
    expect(other.code).toBe(1)
    expect(other.output).toMatch(/could not be checked: constraint people\.people_job_title_check/)
  } finally {
    await sql(`drop owned by ${role}; drop role ${role}`)
  }
}, 120_000)
