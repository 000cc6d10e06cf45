import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { create, migrate, reset, verify } from '../../src/admin.ts'
import { databaseOf, runSql, withDatabase } from '../support/databases.ts'
import { test } from '../support/empty-database.ts'
import { Random } from '../support/random.ts'

/** 200 for the full proof: `ROUNDS=200 npx vitest run test/admin/simultaneous.test.ts`. */
const ROUNDS = Number(process.env.ROUNDS ?? 6)

describe('simultaneous commands', () => {
  test(
    'that create one missing database: one succeeds, the others say so, and none undoes it',
    async ({ url, sql }) => {
      for (let round = 0; round < Math.max(3, ROUNDS / 8); round += 1) {
        const name = `together_${round}_${databaseOf(url)}`
        const target = withDatabase(url, name)

        const outcomes = await Promise.allSettled(
          Array.from({ length: 5 }, async (_, index) => {
            await sleep(index * (round % 4) * 5)
            const created = await create(target, { environment: 'development' })
            await runSql(target, 'create table restored as select generate_series(1, 1000) as a')
            return created
          }),
        )

        const messages = outcomes.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))
        expect(messages, messages.join('\n')).toHaveLength(4)
        for (const message of messages) expect(message).toContain('The schema exists already')
        expect(await runSql(target, 'select count(*)::int as rows from restored')).toEqual([{ rows: 1000 }])
        expect((await verify(target)).differences.map(({ object }) => object)).toEqual(['table restored'])
        await sql(`drop database ${name} with (force)`)
      }
      await expect
        .poll(() => sql(`select from pg_database where datname ~ '^norberts_spark_db_private_'`), {
          timeout: 20_000,
        })
        .toEqual([])
    },
    30_000 + ROUNDS * 2_000,
  )

  test(
    'of every kind, some killed: nothing acknowledged is lost, nothing of others is touched',
    async ({ url, sql }) => {
      const random = new Random(process.env.SEED ?? 'simultaneous')
      const name = `rounds_${databaseOf(url)}`
      const target = withDatabase(url, name)
      await sql(`create database ${name}`)
      await runSql(target, 'create table theirs as select generate_series(1, 10) as a')
      const bystander = withDatabase(url, `bystander_${databaseOf(url)}`)
      await create(bystander, { environment: 'test' })
      await create(target, { environment: 'development', confirm: name })
      await runSql(target, `update norberts_spark_db.environment set requires_confirmation = false`)

      for (let round = 0; round < ROUNDS; round += 1) {
        const commands = Array.from({ length: 3 + Math.floor(random.next() * 6) }, () =>
          pick(random, COMMANDS),
        )
        const results = await Promise.all(
          commands.map((command) =>
            runOrKill(target, command, random.chance(0.4) ? random.next() * 1_500 : undefined),
          ),
        )

        // The database matches schema/, or has no object of the library.
        await expect
          .poll(() => runSql(url, `select from pg_stat_activity where datname = '${name}'`), {
            timeout: 20_000,
          })
          .toEqual([])
        const [{ tables } = {}] = await runSql(
          target,
          `select count(*)::int as tables from pg_tables where schemaname = 'public' and tablename <> 'theirs'`,
        )
        if (tables !== 0)
          expect((await verify(target)).differences.map(({ object }) => object)).toEqual(['table theirs'])
        expect(await runSql(target, 'select count(*)::int as rows from theirs')).toEqual([{ rows: 10 }])
        // An acknowledged command holds, unless one that could undo it ran at the same time.
        if (!commands.includes('drop') && results.includes('done')) expect(tables).not.toBe(0)
        const failures = results.filter((result) => result !== 'done' && result !== 'killed')
        for (const failure of failures) expect(failure).toMatch(EXPECTED)
      }

      expect(await verify(bystander)).toMatchObject({ environment: 'test', differences: [] })
      await reset(target, { environment: 'development', confirm: name })
      expect(await migrate(target)).toMatchObject({ applied: [] })
      await expect
        .poll(() => sql(`select from pg_database where datname ~ '^norberts_spark_db_private_'`), {
          timeout: 20_000,
        })
        .toEqual([])
      for (const database of [target, bystander])
        await sql(`drop database ${databaseOf(database)} with (force)`)
    },
    ROUNDS * 30_000,
  )
})

const COMMANDS = ['create', 'reset', 'drop', 'migrate'] as const

/** Refusals that a command may meet beside others, each of them a whole sentence. */
const EXPECTED =
  /The schema exists already|Another command of this library|Could not acquire a lock|There is no schema|holds? data|has no environment/

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random.next() * values.length)] as T
}

/** Resolves with `done`, `killed`, or the message of the failure. */
async function runOrKill(url: string, command: string, killAfter: number | undefined): Promise<string> {
  const args = ['src/cli.ts', command, '--url', url, '--environment', 'development', '--json']
  if (command !== 'migrate') args.push('--confirm', databaseOf(url))
  const tool = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const output = collect(tool)
  const exit = once(tool, 'exit')
  if (killAfter !== undefined) {
    await Promise.race([exit, sleep(killAfter)])
    tool.kill('SIGKILL')
  }
  const [code] = await exit
  if (code === null) return 'killed'
  return code === 0 ? 'done' : String(JSON.parse(await output).error.message)
}

async function collect({ stdout }: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of stdout ?? []) text += chunk
  return text
}
