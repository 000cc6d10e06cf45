import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { ScratchDatabases } from '../../scripts/scratch/index.ts'
import { type Environment, guard } from '../../src/admin/index.ts'
import { create, drop, grant, maintain, migrate, recordEnvironment, reset, seed } from '../../src/admin.ts'
import { InvalidInputError } from '../../src/index.ts'
import { databaseOf, runSql, withDatabase } from '../support/databases.ts'

type Flag = Environment | undefined
type Run = (url: string, options: { environment: Flag; confirm: string | undefined }) => Promise<unknown>

const COMMANDS: readonly [name: string, run: Run, flags: readonly Flag[]][] = [
  ['create', create, [undefined, 'development', 'production']],
  ['drop', drop, [undefined, 'development', 'production']],
  ['reset', reset, [undefined, 'development', 'production']],
  ['seed', (url, options) => seed(url, { ...options, scale: 2 }), [undefined, 'development', 'production']],
  [
    'migrate',
    (url, { environment }) => migrate(url, { environment }),
    [undefined, 'development', 'production'],
  ],
  [
    'grant',
    (url, { environment }) => grant(url, { role: 'pg_monitor', kind: 'app', environment }),
    [undefined, 'development', 'production'],
  ],
  [
    'maintain --keep-audit-months',
    (url, options) => maintain(url, { ...options, keepAuditMonths: 12 }),
    [undefined, 'development', 'production'],
  ],
  // By the guard itself: the command needs a server with Citus.
  ['distribute', guarded('distribute'), [undefined, 'development', 'production']],
  ['studio --write', guarded('write'), [undefined]],
  [
    'environment',
    (url, { environment, confirm }) => recordEnvironment(url, environment as Environment, { confirm }),
    ['development', 'production'],
  ],
]

function guarded(command: 'distribute' | 'write'): Run {
  return async (url, { environment, confirm }) => {
    const client = new pg.Client(url)
    await client.connect()
    try {
      await guard(client, command, { environment, confirm }, { lock: false })
    } finally {
      await client.end()
    }
  }
}

/** How a database got into its state, from one with a record of this environment and a row of data. */
const ORIGINS = {
  fresh: 'the database itself',
  tunnelled: 'the database itself, at another address, such as localhost',
  copied: '`create database … template`',
  restored: 'a restored dump',
  renamed: '`alter database … rename`',
} as const
type Origin = keyof typeof ORIGINS

const NONE = ['empty', 'with data'] as const

interface State {
  readonly url: string
  readonly name: string
}

/** Creates databases in each state; one that a command has not changed serves for the next. */
class States {
  readonly #databases: ScratchDatabases
  readonly #ready = new Map<string, State>()
  readonly #bases = new Map<string, Promise<string>>()
  readonly #tunnelPort: number
  #count = 0

  constructor(databases: ScratchDatabases, tunnelPort: number) {
    this.#databases = databases
    this.#tunnelPort = tunnelPort
  }

  async get(environment: Environment | undefined, origin: Origin | (typeof NONE)[number]): Promise<State> {
    const key = `${environment} ${origin}`
    const ready = this.#ready.get(key)
    if (ready) return ready
    const state = await this.#create(environment, origin)
    this.#ready.set(key, state)
    return state
  }

  async discard({ name }: State): Promise<void> {
    for (const [key, state] of this.#ready) if (state.name === name) this.#ready.delete(key)
    await this.#databases.admin.query(`drop database if exists ${name} with (force)`)
  }

  async clear(): Promise<void> {
    for (const state of [...this.#ready.values()]) await this.discard(state)
    for (const base of this.#bases.values())
      await this.#databases.admin.query(`drop database if exists ${await base} with (force)`)
  }

  async #create(environment: Environment | undefined, origin: string): Promise<State> {
    const name = await this.#copy(await this.#base(environment, origin))
    const url = this.#databases.url(name)
    if (origin === 'tunnelled' || origin === 'fresh' || origin === 'renamed') {
      await runSql(
        url,
        `update norberts_spark_db.environment set database_name = current_database(),
           database_oid = (select oid from pg_database where datname = current_database())`,
      )
    }
    if (origin === 'renamed') {
      const other = `${name}_renamed`
      await this.#databases.admin.query(`alter database ${name} rename to ${other}`)
      return { name: other, url: this.#databases.url(other) }
    }
    if (origin !== 'tunnelled') return { name, url }
    const tunnel = new URL(url)
    tunnel.hostname = 'localhost'
    tunnel.port = String(this.#tunnelPort)
    return { name, url: tunnel.href }
  }

  async #copy(template: string): Promise<string> {
    this.#count += 1
    const name = `cell_${process.pid}_${this.#count}`
    await this.#databases.admin.query(`create database ${name} template ${template} strategy wal_log`)
    return name
  }

  #base(environment: Environment | undefined, origin: string): Promise<string> {
    const kind = environment ? (origin === 'restored' ? 'restored' : 'recorded') : origin
    const key = `${environment} ${kind}`
    const known = this.#bases.get(key)
    if (known) return known
    const base = this.#createBase(environment, kind)
    this.#bases.set(key, base)
    return base
  }

  async #createBase(environment: Environment | undefined, kind: string): Promise<string> {
    const name = await this.#copy('template0')
    const url = this.#databases.url(name)
    if (kind === 'with data') await runSql(url, 'create table notes as select 1 as a')
    if (!environment) return name
    await create(url, { environment })
    await runSql(url, `insert into people (first_name, last_name) values ('A', 'B')`)
    // A restored dump has the same rows, in tables with other OIDs.
    if (kind === 'restored') {
      await runSql(
        url,
        `create table kept as select * from norberts_spark_db.environment; drop table norberts_spark_db.environment;
         create table norberts_spark_db.environment (like kept including all);
         insert into norberts_spark_db.environment select * from kept; drop table kept`,
      )
    }
    return name
  }
}

/** One word for the outcome of a command; the words are explained in the page. */
async function outcomeOf(states: States, state: State, run: Run, environment: Flag): Promise<string> {
  const first = await attempt(run, state.url, environment, undefined)
  if (first !== 'name') {
    if (first === 'runs') await states.discard(state)
    return first
  }
  const confirmed = await attempt(run, state.url, environment, databaseOf(state.url))
  if (confirmed === 'runs') await states.discard(state)
  return confirmed === 'runs' ? 'name' : `name + ${confirmed}`
}

async function attempt(
  run: Run,
  url: string,
  environment: Flag,
  confirm: string | undefined,
): Promise<string> {
  try {
    await run(url, { environment, confirm })
    return 'runs'
  } catch (error) {
    const { name, canConfirm, message } = error as Error & { canConfirm?: boolean }
    if (name === 'ProtectedDatabaseError') return canConfirm ? 'name' : 'refused'
    if (message.startsWith('Specify the environment')) return 'stated'
    if (/^The environment of the database .* is .*, but/.test(message)) return 'conflict'
    if (message.startsWith('The schema exists already')) return 'exists'
    // Beyond the guard: there is no schema to seed.
    if (message.startsWith('There is no schema') || message.startsWith('There is no partitioned table'))
      return 'runs'
    throw error instanceof InvalidInputError ? new Error(message, { cause: error }) : error
  }
}

const PAGE = (tables: string) => `# What the guard allows

This page is generated by \`test/admin/guard-table.test.ts\`, which runs each cell against a server:
\`npx vitest run test/admin/guard-table.test.ts -u\` writes it.

Rows are commands with the environment that the caller states: by \`--environment\`, \`environment\`, DATABASE_ENVIRONMENT or
NODE_ENV=production. Columns are databases. \`development\` stands for \`test\` too.

| cell | meaning |
|---|---|
| runs | The command runs. |
| name | It runs if \`--confirm\` holds the name of the database. |
| stated | It runs if the environment is stated. \`name + stated\` needs both. |
| conflict | It is refused, because the statement contradicts the record. |
| refused | It is refused with any flag. |
| exists | \`create\` finds the schema. |

The origins of a database with a record of its environment:

${Object.entries(ORIGINS)
  .map(([origin, words]) => `- ${origin}: ${words}.`)
  .join('\n')}

${tables}

The project's own embedded server needs no statement: its databases are for development unless something else is stated or recorded.
`

test('the table of commands, statements, environments and origins is what happens', async () => {
  const { adminUrl, run } = inject('scratch')
  await using databases = new ScratchDatabases({ adminUrl, run })
  await using tunnel = await openTunnel(adminUrl)
  const states = new States(databases, tunnel.port)
  const sections: string[] = []
  const columns = [
    ['No environment recorded', undefined, NONE],
    ['Recorded: development', 'development', Object.keys(ORIGINS)],
    ['Recorded: production', 'production', Object.keys(ORIGINS)],
  ] as const
  for (const [title, recorded, origins] of columns) {
    const rows = [
      `| command | stated | ${origins.join(' | ')} |`,
      `|---|---|${'---|'.repeat(origins.length)}`,
    ]
    for (const [name, command, flags] of COMMANDS) {
      for (const flag of flags) {
        const cells: string[] = []
        for (const origin of origins) {
          const state = await states.get(recorded, origin as Origin)
          cells.push(await outcomeOf(states, state, command, flag))
        }
        rows.push(`| ${name} | ${flag ?? '–'} | ${cells.join(' | ')} |`)
      }
    }
    sections.push(`## ${title}\n\n${rows.join('\n')}`)
  }
  await states.clear()

  await expect(PAGE(sections.join('\n\n'))).toMatchFileSnapshot('../../docs/reference/guard.md')
}, 300_000)

/** An address of this machine that leads to the server. */
async function openTunnel(url: string): Promise<AsyncDisposable & { port: number }> {
  const { hostname, port } = new URL(withDatabase(url, 'postgres'))
  const server = createServer((socket) => {
    const upstream = connect(Number(port), hostname)
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const)
      from.on('error', () => to.destroy()).pipe(to)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
