import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject } from 'vitest'
import { test } from '../support/schema.ts'

/** Runs `npm run generate --` on the tests' own scratch server. */
function run(...options: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, SCRATCH: inject('scratch').adminUrl, NO_COLOR: '1' }
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/generate/main.ts', ...options], { env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr })
    })
  })
}

const TAGS = 'create table tags (name text primary key);'

describe('npm run generate', () => {
  test('reports that generated/ is up to date with schema/ and src/', async () => {
    expect(await run('--check')).toMatchObject({ code: 0, output: expect.stringContaining('is up to date') })
  })

  test('writes another schema to --out and keeps the files already in that folder', async ({ folderOf }) => {
    const schema = await folderOf({ '1.sql': TAGS })
    const out = await folderOf({ 'mine.ts': 'mine' })

    expect(await run('--schema', schema, '--out', join(out, 'deep'))).toMatchObject({ code: 0 })
    expect(await run('--schema', schema, '--out', out)).toMatchObject({ code: 0 })
    expect(await readdir(join(out, 'deep'))).toEqual([
      'catalog.ts',
      'database.ts',
      'functions.ts',
      'schema.md',
      'validation.ts',
    ])
    expect(await readFile(join(out, 'mine.ts'), 'utf8')).toBe('mine')
  })

  test('prints a diff with --check and changes no file', async ({ folderOf }) => {
    const schema = await folderOf({ '1.sql': TAGS })
    const out = await folderOf({})
    await run('--schema', schema, '--out', out)
    const before = await readFile(join(out, 'database.ts'), 'utf8')
    await writeFile(join(schema, '1.sql'), TAGS.replace('name text', 'label text'))

    const { code, output } = await run('--check', '--schema', schema, '--out', out)

    expect(code).toBe(1)
    expect(output).toMatch(/^-\s+name: string;\n\+\s+label: string;/m)
    expect(await readFile(join(out, 'database.ts'), 'utf8')).toBe(before)
  })

  test('changes no file if the SQL is invalid', async ({ folderOf }) => {
    const schema = await folderOf({ '1.sql': TAGS })
    const out = await folderOf({})
    await run('--schema', schema, '--out', out)
    await writeFile(join(schema, '2.sql'), 'create tble;')

    const { code, output } = await run('--schema', schema, '--out', out)

    expect(code).toBe(1)
    expect(output).toMatch(/2\.sql:1: syntax error at or near "tble"/)
    expect(await readFile(join(out, 'catalog.ts'), 'utf8')).toContain('"tags"')
  })

  test('requires --schema and --out together, and an existing folder', async ({ folderOf }) => {
    const out = await folderOf({})

    expect(await run('--schema', out)).toMatchObject({ code: 1, output: expect.stringContaining('--out') })
    expect(await run('--schema', join(out, 'none'), '--out', out)).toMatchObject({
      code: 1,
      output: expect.stringContaining('cannot read this folder'),
    })
    expect(await run('--schema', out, '--out', out)).toMatchObject({
      code: 1,
      output: expect.stringContaining('no *.sql file'),
    })
  })
})
