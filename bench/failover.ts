import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase, UnavailableError } from '../src/index.ts'
import { aUser } from '../src/testing.ts'

/**
 * Writes and reads while a command kills the primary: how long writes fail, with which errors, and which acknowledged
 * writes are lost. Used for docs/how-to/operate-postgresql.md:
 *
 *     node bench/failover.ts <url> <replica url> <seconds after the command> <command> [arguments]
 */
const [url = '', replica = '', seconds = '60', command = 'true', ...parameters] = process.argv.slice(2)

await using db = openDatabase(url, { replicas: [replica], timeout: 5_000 })
const acknowledged: string[] = []
const undone: string[] = []
const times: number[] = []
const errors = { retryable: 0, unknown: 0, other: 0, reads: 0 }
let isLoaded = true

async function write(): Promise<void> {
  while (isLoaded) {
    const input = aUser()
    try {
      await db.users.create(input)
      acknowledged.push(input.email)
      times.push(performance.now())
    } catch (error) {
      if (!(error instanceof UnavailableError)) errors.other += 1
      else if (error.retryable) {
        errors.retryable += 1
        undone.push(input.email)
      } else errors.unknown += 1
    }
    await sleep(5)
  }
}

let reads = 0
async function read(): Promise<void> {
  while (isLoaded) {
    await db.replica.users.list({ limit: 1 }).then(
      () => (reads += 1),
      () => (errors.reads += 1),
    )
    await sleep(5)
  }
}

const callers = [write(), write(), write(), write(), read(), read()]
await sleep(5_000)
const killed = performance.now()
execFileSync(command, parameters, { stdio: 'inherit' })
await sleep(Number(seconds) * 1_000)
isLoaded = false
await Promise.all(callers)

// The longest time without an acknowledged write.
const gaps = times.slice(1).map((time, index) => time - (times[index] as number))
let lost = 0
for (const email of acknowledged) if (!(await db.users.existsByEmail(email))) lost += 1
let wrong = 0
for (const email of undone) if (await db.users.existsByEmail(email)) wrong += 1
console.log({
  outageSeconds: Math.max(...gaps) / 1_000,
  writesAfter: times.filter((time) => time > killed).length,
  acknowledged: acknowledged.length,
  lost,
  errors,
  undoneButThere: wrong,
  reads,
})
