import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type CallOptions, type Database, openDatabase, type Transaction } from '../../src/index.ts'
import { aMessage, aUser } from '../../src/testing.ts'
import type { RestartableServer } from '../support/restartable-server.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'
import { ABORTED, Model, outcomeOf } from './model.ts'

const CALLERS = 20
const CHATS = 5

/** Users whose names are changed. */
const RENAMED = 12

/** Milliseconds beyond its deadline after which a call is taken for hung. */
const TOLERANCE = 8_000

/** Milliseconds after which a call without a timeout must have ended: the server's silence is noticed before. */
const LONGEST = 10_000

export interface CheckOptions {
  /** The proxy in front of the server, or of its pooler, which the faults use. */
  proxy: TcpProxy
  /** The server itself, which the faults stop and start. */
  server: RestartableServer
  prepare: boolean
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
  const admin = new pg.Pool({ connectionString: options.server.url, max: 3 })
  admin.on('error', () => {})
  const db = openDatabase({
    connectionString: options.proxy.url,
    max: 6,
    prepare: options.prepare,
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
  readonly #renamed: string[] = []
  /** Messages of each chat that were acknowledged, and the longest list that was read. */
  readonly #saved = new Map<string, string[]>()
  readonly #read = new Map<string, readonly string[]>()
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
    for (let n = 0; n < RENAMED; n += 1) {
      const user = await this.#db.users.create(this.#user())
      this.#renamed.push(user.userId)
      this.#model.note([user.email], 'done')
      this.#model.noteValue(user.userId, user.name, 'done')
    }
    const callers = Array.from({ length: CALLERS }, () => this.#call())
    const faults = this.#cause()
    await sleep(this.#options.milliseconds)
    this.#isRunning = false
    await Promise.all([...callers, faults])
    // A call that was given up may still be committing.
    await sleep(1_000)
    this.#model.compare(await this.#find())
    const { rows } = await this.#admin.query<{ key: string; value: string }>(
      'select user_id as key, name as value from users where user_id = any($1)',
      [this.#renamed],
    )
    for (const { key, value } of rows) this.#model.compareValue(key, value)
    const { violations, counts } = this.#model
    return { violations, counts, faults: this.#faults }
  }

  async #call(): Promise<void> {
    const operations = [
      () => this.#createUser(),
      () => this.#createTwice(),
      () => this.#record(),
      () => this.#record(),
      () => this.#rename(),
      () => this.#rename(),
      () => this.#findUser(),
      () => this.#findUser(),
      () => this.#save(),
      () => this.#load(),
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

  /** Two callers want the same email address, of whom one can have it. */
  async #createTwice(): Promise<void> {
    const input = this.#user()
    const create = () => this.#observe([input.email], (options) => this.#db.users.create(input, options))
    const users = (await Promise.all([create(), create()])).filter((user) => user !== null)
    if (users.length > 1) this.#model.violate(`${input.email} was created twice`)
    this.#known.push(...users)
  }

  async #record(): Promise<void> {
    const entityId = this.#name('entry')
    const entry = { action: 'check', entityType: 'checker', entityId }
    const recorded = await this.#observe([entityId], (options) => this.#db.auditLog.record(entry, options))
    if (recorded && recorded.entityId !== entityId)
      this.#model.violate(`${entityId} was answered with ${recorded.entityId}`)
  }

  /** Many callers update few rows, some of which another session has locked. */
  async #rename(): Promise<void> {
    const userId = this.#pick(this.#renamed)
    const name = this.#name('name')
    const user = await this.#observe([], async (options) => {
      try {
        const updated = await this.#db.users.update(userId, { name }, options)
        this.#model.noteValue(userId, name, 'done')
        return updated
      } catch (error) {
        this.#model.noteValue(userId, name, outcomeOf(error) ?? 'unknown')
        throw error
      }
    })
    if (user && (user.userId !== userId || user.name !== name))
      this.#model.violate(`${name} of ${userId} was answered with ${user.name} of ${user.userId}`)
  }

  async #findUser(): Promise<void> {
    const { userId, email } = this.#pick(this.#known)
    const user = await this.#observe([], (options) => this.#db.users.find(userId, options), true)
    if (user !== null && user?.email !== email) this.#model.violate(`${email} was read as ${user?.email}`)
  }

  async #save(): Promise<void> {
    const message = aMessage({ id: this.#name('message') })
    const chatId = this.#pick(this.#chats)
    const outcome = await this.#observe([message.id], (options) =>
      this.#db.chats.save(chatId, [message], { userId: this.#owner }, options),
    )
    if (outcome) this.#saved.set(chatId, [...(this.#saved.get(chatId) ?? []), message.id])
  }

  /** A list that only grows: a read has all that was acknowledged before it, and begins as every earlier read. */
  async #load(): Promise<void> {
    const chatId = this.#pick(this.#chats)
    const acknowledged = this.#saved.get(chatId) ?? []
    const earlier = this.#read.get(chatId) ?? []
    const chat = await this.#observe(
      [],
      (options) => this.#db.chats.load(chatId, { userId: this.#owner }, options),
      true,
    )
    if (!chat) return
    const ids = chat.messages.map(({ id }) => id)
    const present = new Set(ids)
    const missing = acknowledged.find((id) => !present.has(id))
    if (missing) this.#model.violate(`${missing} was acknowledged, and a later read of its chat lacks it`)
    if (earlier.some((id, index) => ids[index] !== id))
      this.#model.violate(`chat ${chatId} was read in another order than before`)
    if (ids.length > (this.#read.get(chatId) ?? []).length) this.#read.set(chatId, ids)
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
    const { proxy, server, random } = this.#options
    const onBackend = (fn: string) =>
      this.#admin.query(
        `select ${fn}(pid) from pg_stat_activity where application_name = 'checker' order by random() limit 1`,
      )
    const faults = [
      () => onBackend('pg_terminate_backend'),
      () => onBackend('pg_cancel_backend'),
      () => this.#lockUser(),
      () => this.#lockUser(),
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
    const restart = async () => {
      await server.stop(random() < 0.5 ? 'fast' : 'immediate')
      await sleep(random() * 500)
      await server.start()
    }
    while (this.#isRunning) {
      await sleep(50 + random() * 400)
      // Rarely, because the callers do nothing meanwhile.
      await (random() < 0.04 ? restart : this.#pick(faults))()
      this.#faults += 1
    }
    proxy.isFrozen = false
    proxy.cancelDelay = 0
  }

  /** Another session keeps one of the renamed users locked for a while. */
  async #lockUser(): Promise<void> {
    const { random } = this.#options
    const client = await this.#admin.connect()
    try {
      await client.query('begin')
      await client.query('select from users where user_id = $1 for update', [this.#pick(this.#renamed)])
      await sleep(random() * 400)
      await client.query('rollback')
    } finally {
      client.release()
    }
  }

  async #find(): Promise<string[]> {
    const { rows } = await this.#admin.query<{ effect: string }>(
      `select email as effect from users where user_id <> $1
       union all select legal_name from customers
       union all select entity_id from audit_log where entity_type = 'checker'
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
