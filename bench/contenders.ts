import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { ChatStore } from './chat-data.ts'
import type { Variant } from './contenders/contender.ts'
import { SEATS } from './operation.ts'
import type { Reply, Request } from './worker.ts'

/** The contender with which all others are compared. */
export const BASELINE = 'pg'
/** The baseline again: its difference from itself is the noise. */
export const NOISE = 'pg again'
/** This library. */
export const OURS = 'ours'

const CONTENDERS: { name: string; module: string; variant: Variant; chats?: ChatStore }[] = [
  { name: BASELINE, module: 'pg', variant: 'prepared' },
  { name: NOISE, module: 'pg', variant: 'prepared' },
  { name: 'pg plain', module: 'pg', variant: 'as written' },
  { name: 'pg tuned', module: 'pg-tuned', variant: 'prepared' },
  { name: 'pg document', module: 'pg-document', variant: 'prepared', chats: 'documents' },
  { name: 'Kysely', module: 'kysely', variant: 'as written' },
  { name: 'Drizzle 0.45', module: 'drizzle-0.45', variant: 'as written' },
  { name: 'Drizzle 0.45 prepared', module: 'drizzle-0.45', variant: 'prepared' },
  { name: 'Drizzle 1.0', module: 'drizzle-1.0', variant: 'as written' },
  { name: 'Drizzle 1.0 prepared', module: 'drizzle-1.0', variant: 'prepared' },
  { name: 'Prisma 7', module: 'prisma', variant: 'as written' },
  { name: OURS, module: 'ours', variant: 'prepared' },
  { name: 'ours, with row security', module: 'ours-acting', variant: 'prepared' },
]

if (CONTENDERS.length > SEATS)
  throw new RangeError('There are more contenders than SEATS. Increase SEATS in operation.ts.')

/** A contender, which runs in a separate process. */
export class Process {
  readonly name: string
  readonly chats: ChatStore
  readonly #child: ChildProcess

  constructor(name: string, chats: ChatStore, child: ChildProcess) {
    this.name = name
    this.chats = chats
    this.#child = child
  }

  /** Undefined if the contender does not support the operation. */
  async ask(request: Request): Promise<unknown> {
    this.#child.send(request)
    const ended = new AbortController()
    const { signal } = ended
    const reply = once(this.#child, 'message', { signal })
    const exit = once(this.#child, 'exit', { signal }).then(() => [{ error: 'its process has ended' }])
    const [{ result, error }] = (await Promise.race([reply, exit]).finally(() => {
      reply.catch(() => {})
      exit.catch(() => {})
      ended.abort()
    })) as [Reply]
    if (error !== undefined) throw new Error(`${this.name}, ${request.operation}: ${error}`)
    return result
  }

  async close(): Promise<void> {
    if (!this.#child.connected) return
    this.#child.disconnect()
    await once(this.#child, 'exit')
  }
}

/** Starts the baseline twice, and the contenders whose names contain one of the words. */
export function startContenders(url: string, words: readonly string[]): Process[] {
  return CONTENDERS.map((contender, seat) => ({ ...contender, seat }))
    .filter(({ name }) => name === BASELINE || name === NOISE || hasWord(name, words))
    .map(({ name, module, variant, seat, chats = 'rows' }) => {
      const args = [module, variant, String(seat), url]
      // Messages are structured clones, in which Dates remain Dates.
      return new Process(
        name,
        chats,
        fork(new URL('worker.ts', import.meta.url), args, { serialization: 'advanced' }),
      )
    })
}

/** Whether a name contains one of the words; true if there are no words. */
export function hasWord(name: string, words: readonly string[]): boolean {
  return words.length === 0 || words.some((word) => name.toLowerCase().includes(word.toLowerCase()))
}
