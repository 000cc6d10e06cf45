import { deepStrictEqual } from 'node:assert'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import pg from 'pg'
import { applySchema } from '../scripts/generate/apply.ts'
import { startScratchServer } from '../scripts/scratch/index.ts'
import { HASH, USERS } from './contenders/contender.ts'
import { compareProcesses } from './processes.ts'
import type { Measured, Request } from './worker.ts'

const OPERATIONS = ['find user by id', 'find user by email', 'create user', 'update user', 'list 50 users']

/** The baseline twice: what it says of itself the second time is the noise. */
const CONTENDERS = { pg: 'pg', 'pg again': 'pg', ours: 'ours' } as const
type Name = keyof typeof CONTENDERS
const NAMES = Object.keys(CONTENDERS) as Name[]

const { rounds, milliseconds, only } = new Command('npm run bench --')
  .description('Compares with hand-written pg, interleaved, and writes docs/benchmarks.md.')
  .option('--rounds <n>', 'rounds of each operation', Number, 60)
  .option('--milliseconds <n>', 'of each contender in each round', Number, 120)
  .option('--only <word>', 'only operations whose name has it; docs/benchmarks.md is left as it is')
  .parse()
  .opts<{ rounds: number; milliseconds: number; only?: string }>()

await using server = await startScratchServer()
const { url } = await server.createDatabase()
await applySchema(url, fileURLToPath(new URL('../schema', import.meta.url)))
await fill(url)
const workers = Object.fromEntries(
  NAMES.map((name) => [name, fork(new URL('worker.ts', import.meta.url), [CONTENDERS[name], url])]),
) as Record<Name, ChildProcess>

const lines: string[] = []
for (const operation of OPERATIONS.filter((name) => !only || name.includes(only))) {
  await compareAnswers(operation)
  for (const callers of [1, 32]) lines.push(await compare(operation, callers))
}
for (const worker of Object.values(workers)) {
  worker.disconnect()
  await once(worker, 'exit')
}
if (!only)
  await writeFile(new URL('../docs/benchmarks.md', import.meta.url), report(lines, await compareProcesses()))

/** A run in which the baseline differs from itself says nothing; it is made again, twice at most. */
async function compare(operation: string, callers: number, attempts = 3): Promise<string> {
  const ratios = Object.fromEntries(NAMES.map((name) => [name, { wall: [], cpu: [] }])) as unknown as Record<
    Name,
    { wall: number[]; cpu: number[] }
  >
  for (let round = 0; round < rounds; round += 1) {
    const measured = {} as Record<Name, Measured>
    for (const [index] of NAMES.entries()) {
      const name = NAMES[(index + round) % NAMES.length] as Name
      measured[name] = (await ask(name, { kind: 'measure', operation, milliseconds, callers })) as Measured
    }
    for (const name of NAMES) {
      ratios[name].wall.push(measured[name].wall / measured.pg.wall)
      ratios[name].cpu.push(measured[name].cpu / measured.pg.cpu)
    }
  }
  const noise = Math.abs(median(ratios['pg again'].wall) - 1)
  if (noise > 0.05 && attempts > 1) return compare(operation, callers, attempts - 1)
  const remark = noise > 0.05 ? ' (noisy)' : ''
  const cell = (name: Name) =>
    `${median(ratios[name].wall).toFixed(2)} / ${median(ratios[name].cpu).toFixed(2)}`
  const line = `| ${operation} | ${callers} | ${cell('pg again')} | ${cell('ours')}${remark} |`
  console.log(line)
  return line
}

/** Before anything is timed, all must answer alike; keys and times of a row just created are nobody's to compare. */
async function compareAnswers(operation: string): Promise<void> {
  const plain = (answer: unknown) =>
    JSON.parse(JSON.stringify(answer), (key, value) =>
      operation === 'create user' && /^(userId|email|createdAt|updatedAt)$/.test(key) ? typeof value : value,
    )
  const without = (answer: unknown) => ({ ...plain(answer), updatedAt: undefined })
  const expected = without(await ask('pg', { kind: 'answer', operation }))
  deepStrictEqual(without(await ask('ours', { kind: 'answer', operation })), expected)
}

async function ask(name: Name, request: Request): Promise<unknown> {
  workers[name].send(request)
  const [answer] = await once(workers[name], 'message')
  return answer
}

async function fill(connectionString: string): Promise<void> {
  const client = new pg.Client(connectionString)
  await client.connect()
  await client.query(
    `insert into users (name, email, password, created_at)
     select 'User ' || n, 'u' || n || '@example.test', $1, now() - n * interval '1 second' from generate_series(0, $2) as n`,
    [HASH, USERS - 1],
  )
  await client.query('vacuum analyze')
  await client.end()
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function report(operations: string[], processes: string[]): string {
  const machine = `${cpus().length} cores, Node ${process.versions.node}, ${server.description}, fsync off, loopback`
  return `# Benchmarks

Written by \`npm run bench\`: ${machine}. Ratios to hand-written \`pg\` with named prepared statements (1.00), wall time / CPU of
the client; medians of ${rounds} rounds of ${milliseconds} ms, contenders in processes of their own, interleaved, the order rotated, answers compared
first. *pg again* is the baseline a second time: the noise.

| operation | callers | pg again | ours |
|---|---|---|---|
${operations.join('\n')}

Whole processes, medians of ratios of the wall time:

| what | compared with | ratio |
|---|---|---|
${processes.join('\n')}
`
}
