import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Command } from 'commander'
import pg from 'pg'
import { startScratchServer } from '../scripts/scratch/index.ts'
import { create, seed } from '../src/admin.ts'
import { type Database, openDatabase } from '../src/index.ts'

const { messages, lockTimeout, hold } = new Command('npm run bench:migrate --')
  .description(
    'Migrates a large database under concurrent reads and writes, and reports how long sessions were blocked.',
  )
  .option('--messages <n>', 'messages in the database', Number, 1_000_000)
  .option('--lock-timeout <milliseconds>', 'the lock timeout of the migration', Number, 1_000)
  .option('--hold <milliseconds>', 'how long another transaction holds a conflicting lock', Number, 5_000)
  .parse()
  .opts<{ messages: number; lockTimeout: number; hold: number }>()

/** Edits of schema/, one of each kind that would lock the largest tables for a long time if applied naively. */
const EDITS: readonly [file: string, from: string, to: string][] = [
  ['31_messages.sql', '  created_at ', '  rating integer not null default 0,\n  created_at '],
  [
    '31_messages.sql',
    '  constraint messages_part_count_check',
    '  constraint messages_rating_check check (rating between 0 and 5),\n  constraint messages_part_count_check',
  ],
  ['31_messages.sql', 'check (part_count >= 0)', 'check (part_count between 0 and 100000)'],
  ['32_parts.sql', '', '\ncreate index parts_type_idx on parts (type);\n'],
  ['20_customers.sql', "'active', 'paused'", "'active', 'dormant', 'paused'"],
]

await using server = await startScratchServer()
await using database = await server.createDatabase()
const { url } = database
console.log(`Filling a database with ${messages} messages …`)
await create(url, { environment: 'development' })
await seed(url, { scale: messages })
const admin = new pg.Client(url)
await admin.connect()
await admin.query(`update norberts_spark_db.environment set environment = 'production'`)

console.log('Writing the migration of five edits of schema/ …')
const workshop = await mkdtemp(join(tmpdir(), 'migrate-'))
for (const name of ['src', 'scripts', 'schema', 'generated', 'package.json'])
  await cp(name, join(workshop, name), { recursive: true })
await symlink(resolve('node_modules'), join(workshop, 'node_modules'))
for (const [file, from, to] of EDITS) {
  const path = join(workshop, 'schema', file)
  const sql = await readFile(path, 'utf8')
  if (!sql.includes(from)) throw new Error(`${file} does not contain ${from}.`)
  await writeFile(path, from === '' ? sql + to : sql.replace(from, to))
}
const node = async (...args: string[]) =>
  (await promisify(execFile)(process.execPath, args, { cwd: workshop })).stdout.trim()
console.log(await node('scripts/migrations/main.ts', 'generate', '--name', 'five_edits'))

const { rows: chats } = await admin.query<{ id: string; userId: string }>(
  'select id, user_id as "userId" from chats order by md5(id::text) limit 200',
)
type Chat = (typeof chats)[number]

const READS = {
  'load the last 20 of a chat': (db: Database, { id, userId }: Chat) =>
    db.chats.load(id, { userId, limit: 20 }),
  "page a user's chats": (db: Database, { userId }: Chat) => db.chats.listByUser(userId, { limit: 20 }),
  'list customers': (db: Database) => db.customers.list({ limit: 20 }),
}
const WRITES = {
  'save a turn': (db: Database, { id, userId }: Chat) =>
    db.chats.save(
      id,
      (['user', 'assistant'] as const).map((role) => ({
        id: randomUUID(),
        role,
        parts: [{ type: 'text', text: 'A message during the migration' }],
      })),
      { userId },
    ),
}

/** Repeats a call until it is stopped. Returns the duration of each call in milliseconds. */
async function work(
  act: (db: Database, chat: Chat) => Promise<unknown>,
  until: AbortSignal,
): Promise<number[]> {
  await using db = openDatabase(url)
  const times: number[] = []
  for (let n = 0; !until.aborted; n += 1) {
    const started = performance.now()
    await act(db, chats[n % chats.length] as Chat)
    times.push(performance.now() - started)
    await sleep(2)
  }
  return times
}

/** Runs four readers of each kind and four writers until `during` has finished. */
async function watch(during: () => Promise<unknown>): Promise<Record<string, number[]>> {
  const stop = new AbortController()
  const working = Object.entries({ ...READS, ...WRITES }).map(async ([name, act]) => {
    const times = await Promise.all(Array.from({ length: 4 }, () => work(act, stop.signal)))
    return [name, times.flat()] as const
  })
  await during()
  stop.abort()
  return Object.fromEntries(await Promise.all(working))
}

const before = await watch(() => sleep(10_000))
let took = 0
const meanwhile = await watch(async () => {
  await sleep(1_000)
  const holder = new pg.Client(url)
  await holder.connect()
  await holder.query('begin; select from messages limit 1')
  const released = sleep(hold).then(() => holder.query('commit'))
  const started = performance.now()
  console.log(
    await node(
      'src/cli.ts',
      'migrate',
      '--url',
      url,
      '--lock-timeout',
      String(lockTimeout),
      '--retries',
      '20',
    ),
  )
  took = performance.now() - started
  await released
  await holder.end()
})

const round = (milliseconds: number) => Math.round(milliseconds)
const percentile = (times: number[], share: number) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
console.log(
  `\nThe migration took ${round(took)} ms, ${hold} of which another transaction held a conflicting lock for that time. Its lock timeout is ${lockTimeout} ms. Milliseconds per call:\n`,
)
console.log('| 4 callers each | calls | median before | median during | longest before | longest during |')
console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
for (const [name, times] of Object.entries(meanwhile)) {
  const old = before[name] ?? []
  const figures = [
    times.length,
    percentile(old, 0.5),
    percentile(times, 0.5),
    Math.max(...old),
    Math.max(...times),
  ]
  console.log(`| ${name} | ${figures.map(round).join(' | ')} |`)
}
await admin.end()
await rm(workshop, { recursive: true })
