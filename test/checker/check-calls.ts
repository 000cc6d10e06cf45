import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type CallOptions, type Database, openDatabase, type Transaction } from '../../src/index.ts'
import { aMessage, aUser } from '../../src/testing.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'
import { ABORTED, Model, outcomeOf } from './model.ts'

const CALLERS = 20
const CHATS = 5

/** Milliseconds beyond its deadline after which a call is taken for hung. */
const TOLERANCE = 8_000

/** Milliseconds after which a call without a timeout must have ended: the server's silence is noticed before. */
const LONGEST = 10_000

export interface CheckOptions {
  /** The proxy in front of the server, which the faults use. */
  proxy: TcpProxy
  /** The same database without the proxy. */
  direct: string
  milliseconds: number
  /** A number from 0 up to 1. */
  random: () => number
}

export interface CheckResult {
  violations: readonly string[]
  counts: Model['counts']
  faults: number
}

/**
 * Random callers on users, customers and chats, while connections are cut, frozen and killed. A model knows which
 * effects are certain; at the end the database is compared with it.
 */
export async function checkCalls(options: CheckOptions): Promise<CheckResult> {
  const admin = new pg.Pool({ connectionString: options.direct, max: 3 })
  admin.on('error', () => {})
  const db = openDatabase({
    connectionString: options.proxy.url,
    max: 6,
    silenceTimeout: 1_000,
    connectionTimeoutMillis: 3_000,
    application_name: 'checker',
  })
  const check = new Check(db, admin, options)
  try {
    return await check.run()
  } finally {
    await db.close({ timeout: 5_000 })
    await admin.end()
  }
}

class Check {
  readonly #db: Database
  readonly #admin: pg.Pool
  readonly #options: CheckOptions
  readonly #model = new Model()
  readonly #known: { userId: string; email: string }[] = []
  readonly #chats: string[] = []
  #owner = ''
  #next = 0
  #faults = 0
  #isRunning = true

  constructor(db: Database, admin: pg.Pool, options: CheckOptions) {
    this.#db = db
    this.#admin = admin
    this.#options = options
  }

  async run(): Promise<CheckResult> {
    const owner = await this.#db.users.create(aUser({ name: 'Owner' }))
    this.#owner = owner.userId
    this.#known.push(owner)
    await this.#db.people.create({ firstName: 'Known', lastName: 'Person', email: 'known@checker.test' })
    for (let n = 0; n < CHATS; n += 1) {
      this.#chats.push((await this.#db.chats.create({ userId: this.#owner })).chatId)
    }
    const callers = Array.from({ length: CALLERS }, () => this.#call())
    const faults = this.#cause()
    await sleep(this.#options.milliseconds)
    this.#isRunning = false
    await Promise.all([...callers, faults])
    // A call that was given up may still be committing.
    await sleep(1_000)
    this.#model.compare(await this.#find())
    const { violations, counts } = this.#model
    return { violations, counts, faults: this.#faults }
  }

  async #call(): Promise<void> {
    const operations = [
      () => this.#createUser(),
      () => this.#findUser(),
      () => this.#findUser(),
      () => this.#save(),
      () => this.#transaction(),
      () => this.#import(),
    ]
    while (this.#isRunning) await this.#pick(operations)()
  }

  async #createUser(): Promise<void> {
    const input = this.#user()
    const user = await this.#observe([input.email], (options) => this.#db.users.create(input, options))
    if (user && user.email !== input.email)
      this.#model.violate(`${input.email} was answered with ${user.email}`)
    if (user) this.#known.push(user)
  }

  async #findUser(): Promise<void> {
    const { userId, email } = this.#pick(this.#known)
    const user = await this.#observe([], (options) => this.#db.users.find(userId, options), true)
    if (user !== null && user?.email !== email) this.#model.violate(`${email} was read as ${user?.email}`)
  }

  async #save(): Promise<void> {
    const message = aMessage({ id: this.#name('message') })
    const chatId = this.#pick(this.#chats)
    await this.#observe([message.id], (options) =>
      this.#db.chats.save(chatId, [message], { userId: this.#owner }, options),
    )
  }

  /** A savepoint that is undone, one that is kept, an import with savepoints of its own, and calls beside them. */
  async #transaction(): Promise<void> {
    const [beside, undone, kept, after] = [this.#user(), this.#user(), this.#user(), this.#user()]
    const customer = this.#name('customer')
    this.#model.forbid(undone.email)
    const undo = new Error('undo')
    const work = async (tx: Transaction) => {
      await Promise.all([
        tx.users.create(beside),
        tx
          .savepoint(async (savepoint) => {
            await savepoint.users.create(undone)
            await savepoint.users.list({ limit: 1 })
            throw undo
          })
          .catch((error: unknown) => {
            if (error !== undo) throw error
          }),
        tx.savepoint((savepoint) => savepoint.users.create(kept)),
        tx.customers.importMany([this.#customer(customer)]),
      ])
      await tx.users.create(after)
    }
    const effects = [beside.email, kept.email, after.email, customer]
    await this.#observe(effects, async (options) => {
      await this.#db.transaction(work, options)
      return true
    })
    this.#model.forbid(undone.email)
  }

  async #import(): Promise<void> {
    const names = Array.from({ length: 20 }, () => this.#name('customer'))
    await this.#observe(names, (options) =>
      this.#db.customers.importMany(
        names.map((name) => this.#customer(name)),
        options,
      ),
    )
  }

  /** Calls with a random timeout or signal, and notes the outcome. Resolves to null if the call failed. */
  async #observe<T>(
    effects: readonly string[],
    call: (options: CallOptions) => Promise<T>,
    isRead = false,
  ): Promise<T | null> {
    const { random } = this.#options
    const options: CallOptions = {}
    const limit = 1 + random() * 80
    if (random() < 0.2) options.timeout = limit
    const controller = new AbortController()
    const abort = random() < 0.1 && setTimeout(() => controller.abort(ABORTED), limit)
    if (abort) options.signal = controller.signal
    const hung = new AbortController()
    try {
      const isBounded = options.timeout !== undefined || options.signal !== undefined
      const answer = await Promise.race([
        call(options),
        sleep((isBounded ? 0 : LONGEST) + TOLERANCE, 'hung' as const, { signal: hung.signal }),
      ])
      if (answer === 'hung') throw new Error(`hung: ${JSON.stringify(options)}`)
      this.#model.note(effects, 'done')
      return answer
    } catch (error) {
      const outcome = outcomeOf(error)
      if (outcome === undefined) this.#model.violate(`unexpected: ${error}`)
      if (isRead && outcome === 'unknown' && error !== ABORTED)
        this.#model.violate(`a read is not retryable: ${error}`)
      this.#model.note(effects, outcome ?? 'unknown')
      return null
    } finally {
      hung.abort()
      if (abort) clearTimeout(abort)
    }
  }

  async #cause(): Promise<void> {
    const { proxy, random } = this.#options
    const onBackend = (fn: string) =>
      this.#admin.query(
        `select ${fn}(pid) from pg_stat_activity where application_name = 'checker' order by random() limit 1`,
      )
    const faults = [
      () => onBackend('pg_terminate_backend'),
      () => onBackend('pg_cancel_backend'),
      async () => proxy.cut(),
      async () => {
        proxy.isFrozen = true
        await sleep(random() * 2_500)
        // The bytes in between are lost, so that no connection may outlive this.
        proxy.cut()
        proxy.isFrozen = false
      },
      async () => {
        proxy.cancelDelay = random() * 1_500
      },
    ]
    while (this.#isRunning) {
      await sleep(50 + random() * 400)
      await this.#pick(faults)()
      this.#faults += 1
    }
    proxy.isFrozen = false
    proxy.cancelDelay = 0
  }

  async #find(): Promise<string[]> {
    const { rows } = await this.#admin.query<{ effect: string }>(
      `select email as effect from users where user_id <> $1
       union all select legal_name from customers
       union all select id from messages`,
      [this.#owner],
    )
    return rows.map(({ effect }) => effect)
  }

  #user() {
    const { email } = aUser()
    return aUser({ email: `${this.#name('user')}.${email}` })
  }

  #customer(legalName: string) {
    const person = { firstName: 'Known', lastName: 'Person', email: 'known@checker.test' }
    return { legalName, displayName: 'Checker', people: [person] }
  }

  #name(kind: string): string {
    this.#next += 1
    return `${kind}-${this.#next}`
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#options.random() * list.length)] as T
  }
}
