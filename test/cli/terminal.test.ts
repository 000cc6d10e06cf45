// cspell:ignore qefc stty
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect } from 'vitest'
import { create } from '../../src/admin.ts'
import { test } from '../support/empty-database.ts'
import { nameOf, one } from '../support/studio.ts'

const CLI = resolve('src/cli.ts')
const SCRIPT = '/usr/bin/script'

/** Runs a command in a pseudo-terminal of 60 columns and presses Ctrl-C once the output matches. Resolves to the output. */
function interrupt(args: readonly string[], when: RegExp): Promise<{ output: string; code: number | null }> {
  const command = [process.execPath, CLI, ...args].map((each) => `'${each}'`).join(' ')
  const { DATABASE_URL: _, ...env } = process.env
  const child = spawn(SCRIPT, ['-qefc', `stty cols 60; exec ${command}`, '/dev/null'], {
    env: { ...env, TERM: 'xterm' },
  })
  let output = ''
  let isPressed = false
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (isPressed || !when.test(output)) return
    isPressed = true
    child.stdin.write('\x03')
  })
  return new Promise((done) => child.on('close', (code) => done({ output, code })))
}

describe.skipIf(!existsSync(SCRIPT))('Ctrl-C', () => {
  test('in a seed restores the terminal and says that nothing was changed', async ({ url }) => {
    await create(url, { environment: 'development' })

    const { output, code } = await interrupt(['seed', '--scale', '200000', '--url', url], /%/)

    expect(code).toBe(130)
    expect(output).toContain(
      'Interrupted. No changes were made: the transaction of the command is rolled back.',
    )
    expect(output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(output.lastIndexOf('\x1b[?25l'))
    expect(output.lastIndexOf('\x1b[?7h')).toBeGreaterThan(output.lastIndexOf('\x1b[?7l'))
    expect(await one(url, 'select count(*)::int from users')).toBe(0)
  })

  test('finds a bar of progress that fits the terminal', async ({ url }) => {
    await create(url, { environment: 'development' })

    const { output } = await interrupt(['seed', '--scale', '200000', '--url', url], /of \d{4,}.*left/)

    const frames = stripVTControlCharacters(output.replaceAll('^C', ''))
      .split(/[\r\n]/)
      .filter((line) => / of \d+ /.test(line))
    expect(frames.length).toBeGreaterThan(0)
    for (const frame of frames) {
      expect(frame.length).toBeLessThanOrEqual(60)
      expect(frame.trimEnd()).toMatch(/ left$/)
    }
  })

  test('at a question says that nothing was changed', async ({ url }) => {
    await one(url, 'create table notes (note text)')
    await one(url, `insert into notes values ('kept')`)
    await create(url, { environment: 'development', confirm: nameOf(url) })
    await one(url, 'drop schema norberts_spark_db cascade')

    const { output, code } = await interrupt(
      ['reset', '--environment', 'development', '--url', url],
      /continue:/,
    )

    expect(output).not.toContain('force closed')
    expect(output).toContain('Canceled. No changes were made.')
    expect(code).toBe(130)
  })
})
