import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect } from 'vitest'
import { TABLES } from '../../generated/catalog.ts'
import { create } from '../../src/admin.ts'
import { test } from '../support/empty-database.ts'

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

const CLI = resolve('src/cli.ts')

function run(args: string[], { env = {}, cwd = '.' }: { env?: Record<string, string>; cwd?: string } = {}) {
  return new Promise<Outcome>((done) => {
    const { DATABASE_URL: _, ...inherited } = process.env
    execFile(
      process.execPath,
      [CLI, ...args],
      { cwd, env: { ...inherited, ...env, NO_COLOR: '1' } },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
}

describe('a command', () => {
  test('takes its database from --url, DATABASE_URL, or a file .env, in this order', async ({ url }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'))
    const wrong = 'postgres://127.0.0.1:1/wrong'
    try {
      await writeFile(join(folder, '.env'), `DATABASE_URL=${url}\nDATABASE_ENVIRONMENT=development`)
      expect(await run(['create'], { cwd: folder })).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('.env'),
      })
      expect((await run(['verify'], { cwd: folder, env: { DATABASE_URL: wrong } })).code).toBe(1)
      expect((await run(['verify', '--url', url], { cwd: folder, env: { DATABASE_URL: wrong } })).code).toBe(
        0,
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('reports what it did, and never a password', async ({ url }) => {
    const secret = new URL(url).password || 'no-password'
    const results = [
      await run(['create', '--url', url, '--environment', 'development']),
      await run(['create', '--url', url]),
      await run(['seed', '--url', url, '--scale', '3']),
      await run(['verify', '--url', url]),
      await run(['reset', '--url', url]),
      await run(['drop', '--url', url]),
    ]

    expect(results.map(({ code }) => code)).toEqual([0, 1, 0, 0, 0, 0])
    expect(results[0]?.stdout).toContain(`Created ${TABLES.length} tables`)
    expect(results[1]?.stderr).toContain('exists already')
    expect(results[3]?.stdout).toMatch(/messages +3\n/)
    expect(results[4]?.stdout).toContain(`Recreated ${TABLES.length} tables`)
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain(secret)
  })

  test('prints one JSON object when asked, for an error too', async ({ url }) => {
    const created = await run(['create', '--url', url, '--environment', 'production', '--json'])
    const refused = await run(['reset', '--url', url, '--json'])
    const verified = await run(['verify', '--url', url, '--json'])

    expect([created.code, refused.code, verified.code]).toEqual([0, 1, 0])
    expect(created.stderr + refused.stderr + verified.stderr).toBe('')
    expect(JSON.parse(created.stdout)).toMatchObject({ environment: 'production' })
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: {
        name: 'ProtectedDatabaseError',
        canConfirm: false,
        message: expect.stringContaining('production'),
      },
    })
    expect(JSON.parse(verified.stdout)).toMatchObject({ differences: [], tables: expect.any(Array) })
  })

  test('verify ends with 1 on drift, and shows both sides', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql('alter table people alter phone type varchar(40); drop index chats_search_idx')

    const { code, stdout } = await run(['verify', '--url', url])

    expect(code).toBe(1)
    expect(stdout).toMatch(
      /column people\.phone: type\n +schema\/ +text\n +database +character varying\(40\)/,
    )
    expect(stdout).toMatch(/index chats\.chats_search_idx: missing\n +schema\/ +CREATE INDEX/)
  })

  test('with invalid usage ends with 2 and a way out', async () => {
    for (const args of [
      ['nonsense'],
      ['drop', '--forse'],
      ['seed', '--scale', 'many'],
      ['create', '--environment', 'x'],
    ]) {
      const { code, stderr } = await run(args)
      expect(code, args.join(' ')).toBe(2)
      expect(stderr).toContain('error: ')
    }
    expect((await run(['--help'])).stdout).toContain('DATABASE_URL')
    expect(await run(['drop', '--url', 'http://x'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--url'),
    })
  })
})
