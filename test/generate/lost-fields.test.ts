import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test as base, describe, expect } from 'vitest'
import { listStatements } from '../../scripts/generate/list-statements.ts'
import { findLostFields } from '../../scripts/generate/lost-fields.ts'
import type { Connection } from '../../src/connection/index.ts'
import { execute, type ImportTable, queryFirst, type Statement } from '../../src/query/index.ts'

const ROOT = resolve('.')
const statements = listStatements()

const test = base.extend<{ edited: (file: string, from: string, to: string) => Promise<string[]> }>({
  /** Edits a file of src/repositories/customers in a copy, and returns the lost fields of the copy. */
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  edited: async ({}, use) => {
    const copy = await mkdtemp(join(tmpdir(), 'lost-'))
    for (const folder of ['src', 'generated']) await cp(folder, join(copy, folder), { recursive: true })
    await use(async (file, from, to) => {
      const path = join(copy, 'src/repositories/customers', file)
      const text = await readFile(path, 'utf8')
      expect(text).toContain(from)
      await writeFile(path, text.replace(from, to))
      return findLostFields(copy, statements)
    })
    await rm(copy, { recursive: true })
  },
})

describe('generate', { timeout: 60_000 }, () => {
  test('finds no lost field in the repositories', () => {
    expect(findLostFields(ROOT, statements)).toEqual([])
  })

  test('names a field that is read and that no statement takes', async ({ edited }) => {
    const reader = 'industry: optional(nullable(text)),'

    const undeclared = await edited('input.ts', reader, `${reader} nickname: optional(nullable(text)),`)

    expect(undeclared).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/customers\/input\.ts:\d+: fields<NewCustomer> reads the field "nickname"/),
        expect.stringMatching(/customers\/input\.ts:\d+: fields<CustomerChange> reads the field "nickname"/),
      ]),
    )
  })

  test('names a field of an input that a statement does not use, with the statement', async ({ edited }) => {
    const found = await edited(
      'statements.ts',
      'Written<CustomerChange> & IfVersion & {',
      'Written<CustomerChange> & IfVersion & { nickname: string;',
    )

    expect(found).toEqual([
      expect.stringMatching(
        /customers\/statements\.ts:\d+: customers\.update does not use the field "nickname"/,
      ),
    ])
  })

  test('names a filter that a list ignores in one combination', () => {
    const search = statements.find(({ name }) => name === 'users.list(search)')!
    const changed = statements.map((each) =>
      each.name === 'users.list(role,search)' ? { ...search, name: each.name } : each,
    )

    expect(findLostFields(ROOT, changed)).toEqual([
      expect.stringMatching(/users\/statements\.ts:\d+: users\.list does not use the field "role"/),
    ])
  })
})

declare const connection: Connection
declare const rename: Statement<{ id: string; name?: string | undefined }, { id: string }>

/** Compiled, never called. */
function refusedByTheCompiler() {
  const change: { name?: string; nickname?: string } = {}
  // @ts-expect-error no parameter takes the nickname
  void queryFirst(connection, rename, { id: '1', ...change })
  // @ts-expect-error the name would be sent as null
  void execute(connection, rename, { id: '1' })
  void execute(connection, rename, { id: '1', name: undefined })

  const people: ImportTable<'people', 'personId', { phone: string; isActive?: boolean }, 'isActive'> = {
    name: 'people',
    ids: { personId: 'person_id' },
    // @ts-expect-error the phone is read but not copied
    columns: {},
    defaulted: { isActive: 'is_active' },
  }
  return people
}
void refusedByTheCompiler
