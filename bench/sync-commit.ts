import { openDatabase } from '../src/index.ts'
import { aUser } from '../src/testing.ts'

/**
 * The cost of a commit that waits for a synchronous standby: `users.create` under each setting of synchronous_commit,
 * interleaved, in rounds. Used for docs/how-to/operate-postgresql.md:
 *
 *     node bench/sync-commit.ts <url of a primary with synchronous_standby_names>
 */
const [url = ''] = process.argv.slice(2)
const SETTINGS = ['local', 'remote_write', 'on', 'remote_apply'] as const
const ROUNDS = 15
const CALLS = 64

async function measure(callers: number): Promise<void> {
  const times = new Map(SETTINGS.map((setting) => [setting, [] as number[]]))
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const setting of SETTINGS) {
      const target = new URL(url)
      target.searchParams.set('options', `-c synchronous_commit=${setting}`)
      await using db = openDatabase({ connectionString: target.href, max: callers })
      await Promise.all(Array.from({ length: callers }, () => db.users.create(aUser())))
      const start = performance.now()
      await Promise.all(
        Array.from({ length: callers }, async () => {
          for (let call = 0; call < CALLS / callers; call += 1) await db.users.create(aUser())
        }),
      )
      // The first round warms up.
      if (round >= 0) times.get(setting)?.push((performance.now() - start) / CALLS)
    }
  }
  const local = times.get('local') ?? []
  for (const [setting, values] of times) {
    const ratios = values.map((value, round) => value / (local[round] ?? Number.NaN))
    console.log(
      `${callers} callers, ${setting}: ${median(values).toFixed(2)} ms per write, ratio to local ${median(ratios).toFixed(2)}`,
    )
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

for (const callers of [1, 16]) await measure(callers)
