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

interface Interruption {
  /** In place of Ctrl-C. */
  signal?: NodeJS.Signals
  columns?: number
  /** Runs before Ctrl-C is pressed or the signal is sent. */
  before?: () => Promise<void>
}

/** Runs a command in a pseudo-terminal and presses Ctrl-C, or sends a signal, once the output matches. Resolves to the output. */
function interrupt(
  args: readonly string[],
  when: RegExp,
  { signal, columns = 60, before }: Interruption = {},
): Promise<{ output: string; code: number | null }> {
  const command = [process.execPath, CLI, ...args].map((each) => `'${each}'`).join(' ')
  const { DATABASE_URL: _, ...env } = process.env
  const child = spawn(
    SCRIPT,
    ['-qefc', `stty cols ${columns}; echo "process $$"; exec ${command}`, '/dev/null'],
    { env: { ...env, TERM: 'xterm' } },
  )
  let output = ''
  let isPressed = false
  child.stdout.on('data', async (chunk: Buffer) => {
    output += chunk.toString()
    if (isPressed || !when.test(output)) return
    isPressed = true
    await before?.()
    if (signal) process.kill(Number(/process (\d+)/.exec(output)?.[1]), signal)
    else child.stdin.write('\x03')
  })
  return new Promise((done) => child.on('close', (code) => done({ output, code })))
}

/** Whether the cursor is shown and lines are wrapped. */
function isRestored(output: string): boolean {
  const isLast = (on: string, off: string) => output.lastIndexOf(on) > output.lastIndexOf(off)
  return isLast('\x1b[?25h', '\x1b[?25l') && isLast('\x1b[?7h', '\x1b[?7l')
}

describe.skipIf(!existsSync(SCRIPT))('Ctrl-C', () => {
  test('in a seed restores the terminal and says that nothing was changed', async ({ url }) => {
    await create(url, { environment: 'development' })

    const { output, code } = await interrupt(['seed', '--scale', '200000', '--url', url], /%/)

    expect(code).toBe(130)
    expect(output).toContain(
      'Interrupted. No changes were made: the transaction of the command is rolled back.',
    )
    expect(isRestored(output)).toBe(true)
    expect(await one(url, 'select count(*)::int from users')).toBe(0)
  })

  test.for([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('and %s leave the same behind', async ([signal, expected], { url }) => {
    await create(url, { environment: 'development' })

    const { output, code } = await interrupt(['seed', '--scale', '200000', '--url', url], /%/, { signal })

    expect(code).toBe(expected)
    expect(output).toContain('Interrupted. No changes were made')
    expect(isRestored(output)).toBe(true)
  })

  test.for([
    [60, /of \d{4,}.*left/, / of \d+ .* left$/],
    [40, /left[\s\S]*left/, /^\w+ +\d+ % .* left$/],
  ] as const)('finds progress that fits a terminal of %i columns', async ([columns, when, form], { url }) => {
    await create(url, { environment: 'development' })

    const { output } = await interrupt(['seed', '--scale', '200000', '--url', url], when, { columns })

    const frames = stripVTControlCharacters(output.replaceAll('^C', '').replaceAll('\x1b[1G', '\n'))
      .split(/[\r\n]/)
      .filter((line) => / % /.test(line))
    expect(frames.length).toBeGreaterThan(0)
    for (const frame of frames) {
      expect(frame.length).toBeLessThanOrEqual(columns)
      expect(frame.trimEnd()).toMatch(form)
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

  test.for(['Ctrl-C', 'SIGTERM', 'SIGHUP'] as const)(
    'and the studio: %s as soon as the link is printed drops its login',
    async (how, { url }) => {
      let login: unknown
      const { output } = await interrupt(['studio', '--url', url], /#token=/, {
        ...(how !== 'Ctrl-C' && { signal: how }),
        before: async () => {
          login = await one(
            url,
            `select usename from pg_stat_activity where datname = current_database() and usename like 'norberts%'`,
          )
        },
      })

      expect(output).toContain('The studio has stopped.')
      expect(await one(url, `select count(*)::int from pg_roles where rolname = '${login ?? ''}'`)).toBe(0)
    },
  )

  test('while the studio starts says that it did not', async ({ url }) => {
    const { output, code } = await interrupt(['studio', '--url', url], new RegExp(nameOf(url)))

    expect(output).toContain('Interrupted. The studio did not start.')
    expect(output).not.toContain('#token=')
    expect(code).toBe(130)
  })
})
