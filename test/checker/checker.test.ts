import { expect, test } from 'vitest'
import { PGBOUNCERS, startPgBouncer } from '../support/pgbouncer.ts'
import { Random } from '../support/random.ts'
import { startRestartableServer } from '../support/restartable-server.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { checkCalls } from './check-calls.ts'

/** Seconds for all ways to the server together; CHECK_SEED repeats the choices of a run. */
const given = process.env.CHECK_SECONDS
const seed = process.env.CHECK_SEED ?? String(Date.now())

const direct = { name: 'directly', pgbouncer: undefined, mode: undefined, prepare: true }
const pooled = PGBOUNCERS.flatMap((pgbouncer) =>
  (['transaction', 'session'] as const).map((mode) => ({
    name: `behind PgBouncer ${pgbouncer.version} in ${mode} mode`,
    pgbouncer,
    mode,
    prepare: mode === 'session' || pgbouncer.keepsStatements,
  })),
)

/** A short run has the server itself and one pooler. */
const ways = given === undefined ? [direct, ...pooled.slice(0, 1)] : [direct, ...pooled]
const seconds = given === undefined ? 12 : Math.ceil(Number(given) / ways.length)

test.each(ways)(
  `calls keep their word under faults for ${seconds} seconds, $name`,
  {
    timeout: (seconds + 120) * 1_000,
  },
  async ({ name, pgbouncer, mode, prepare }) => {
    const random = new Random(seed)
    await using server = await startRestartableServer()
    await using pooler = pgbouncer
      ? await startPgBouncer(pgbouncer, server.url, mode, {
          default_pool_size: mode === 'session' ? 20 : 3,
          server_login_retry: 0.3,
          query_wait_timeout: 4,
          ...(pgbouncer.keepsStatements && { max_prepared_statements: 200 }),
        })
      : undefined
    await using proxy = await TcpProxy.start(pooler?.url ?? server.url)

    const result = await checkCalls({
      proxy,
      server,
      prepare,
      milliseconds: seconds * 1_000,
      random: () => random.next(),
    })

    console.info(`${name}, seed ${seed}:`, JSON.stringify({ ...result.counts, faults: result.faults }))
    expect(result.violations, `CHECK_SEED=${seed}`).toEqual([])
    expect(result.counts.done).toBeGreaterThan(10)
    expect(result.counts.undone + result.counts.unknown).toBeGreaterThan(5)
  },
)
