import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect } from 'vitest'
import { ConfigurationError, InvalidInputError, openDatabase } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aUser, caught } from '../support/factories.ts'

const SECRET = 'ret77'

/** The error of `openDatabase`, or else of the first call. */
async function failureOf(source: unknown, options?: object): Promise<unknown> {
  try {
    await using db = openDatabase(source as never, options as never)
    return await caught(db.users.list({ limit: 1 }))
  } catch (error) {
    return error
  }
}

describe('a URL', () => {
  test.for([
    'postgres://odd:sec#ret77@127.0.0.1/shop',
    'postgres://odd:12#ret77@127.0.0.1/shop',
    'postgres://odd:a/b?ret77@127.0.0.1/shop',
    'postgres://odd:12/ret77@127.0.0.1/shop',
    'postgres://odd:12?ret77@127.0.0.1/shop',
    'postgres://odd:ret77x@127.0.0.1:abc/shop',
    'postgres://odd:ret77x@127.0.0.1:70000/shop',
    'postgres://odd:ret77x@127.0.0.1/shop?schema=public',
    'postgres://odd:ret77x@127.0.0.1/shop?sslmode=on',
    'postgres://odd:ret77x@127.0.0.1/shop?sslmode=require&sslrootcert=/tmp/absent/ret77.pem',
    'postgres://odd:ret77x@[::1/shop',
    '"postgres://odd:ret77x@127.0.0.1/shop"',
    'mysql://odd:ret77x@127.0.0.1/shop',
    'host=127.0.0.1 password=ret77x',
    '',
  ])('%s is refused at once, without its password', (url) => {
    let error: unknown
    try {
      openDatabase(url)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(InvalidInputError)
    if (!url.includes('.pem')) expect(inspect(error, { depth: 9 })).not.toContain(SECRET)
  })

  test.for([
    [{ host: '127.0.0.1', port: 'abc' }, 'port'],
    [{ host: '127.0.0.1', port: '70000' }, 'port'],
    ['postgres:///shop?host=127.0.0.1&port=0', 'port'],
    ['postgres://127.0.0.1:x/shop', 'connectionString'],
  ])('or options with a port that is none are refused by its name: %j', ([source, field]) => {
    expect(() => openDatabase(source as never)).toThrow(expect.objectContaining({ field }))
  })

  test('may be written in all the ways that it is', async ({ url, db }) => {
    const { username, password, host, hostname, port, pathname } = new URL(url)
    const login = `${username}:${password}`
    for (const source of [
      url.replace('postgres:', 'POSTGRES:'),
      url.replace('postgres:', 'postgresql:'),
      ` ${url}\n`,
      new URL(url),
      { connectionString: new URL(url) },
      `postgres://${login}@${host}${pathname}?application_name=x%20y&options=-c%20statement_timeout%3D5000`,
      `postgres:///${pathname.slice(1)}?host=${hostname}&port=${port}&user=${username}&password=${password}`,
      `postgres://${login}@127.0.0.1:1,${host}${pathname}?connect_timeout=5&channel_binding=prefer`,
      { host: hostname, port: Number(port), user: username, password, database: pathname.slice(1) },
    ]) {
      await using other = openDatabase(source)
      const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(other.kysely)
      expect(rows).toEqual([{ name: pathname.slice(1) }])
    }
    expect((await db.users.list({ limit: 1 })).items).toBeDefined()
  })

  test('may name a socket', async () => {
    for (const source of [
      'socket:/tmp/absent?db=shop',
      'socket://user:password@/tmp/absent?db=shop',
      `postgres://user@${encodeURIComponent('/tmp/absent')}/shop`,
      'postgres:///shop?host=/tmp/absent&user=a',
      { host: '/tmp/absent', user: 'a' },
    ]) {
      expect(String(await failureOf(source))).toContain('/tmp/absent/.s.PGSQL.5432')
    }
  })
})

describe('the endpoint', () => {
  test.for([
    ['postgres://a@one:5433/shop', { host: 'one', port: 5433, database: 'shop' }],
    ['postgres://a@one,two:5433,three/shop', { host: 'one,two,three', port: 5432, database: 'shop' }],
    ['postgres://a@one:5433,two:5434/shop', { host: 'one,two', port: 5433, database: 'shop' }],
    [
      { host: 'one,two', port: '5433' as never, user: 'a', database: 'shop' },
      { host: 'one,two', port: 5433, database: 'shop' },
    ],
    ['postgres:///shop?host=/tmp/absent&user=a', { host: '/tmp/absent', port: 5432, database: 'shop' }],
    [
      new pg.Pool({ host: 'one', port: 5433, user: 'a', database: 'shop' }),
      { host: 'one', port: 5433, database: 'shop' },
    ],
  ] as const)('of %o', async ([source, endpoint]) => {
    await using db = openDatabase(source as string)
    expect(db.endpoint).toEqual(endpoint)
  })

  test('names all hosts in their order, wherever the next connection leads', async ({ url }) => {
    const { host, hostname, username, password, pathname } = new URL(url)
    await using db = openDatabase(`postgres://${username}:${password}@localhost:1,${host}${pathname}`)
    const { endpoint } = db
    expect(endpoint).toEqual({ host: `localhost,${hostname}`, port: 1, database: pathname.slice(1) })

    await db.ping()

    expect(db.endpoint).toEqual(endpoint)
  })
})

describe('mistakes of the configuration', () => {
  test('is a ConfigurationError', async ({ url }) => {
    const { host, pathname, username } = new URL(url)
    const wrong = new URL(url)
    wrong.password = 'wrong'
    const failing = {
      host: new URL(url).hostname,
      port: Number(new URL(url).port),
      user: username,
      database: pathname.slice(1),
    }
    for (const source of [
      wrong.href,
      `postgres://nobody9:x@${host}${pathname}`,
      url.replace(pathname, '/absent'),
      `${url}?sslmode=verify-full`,
      `${url}?options=-c%20nonsense%3D1`,
      { ...failing, password: () => Promise.reject(new Error('the vault is sealed')) },
      { ...failing, password: () => undefined as never },
      { ...failing, password: (() => 5) as never },
    ]) {
      const error = await failureOf(source)
      expect(error, String(error)).toBeInstanceOf(ConfigurationError)
      expect(error).not.toHaveProperty('retryable')
    }
  })

  test("of a service's pool is one, too, and close() ends", async () => {
    const pool = new pg.Pool({ host: '127.0.0.1', port: 70_000 })
    const db = openDatabase(pool)

    expect(await caught(db.users.list())).toBeInstanceOf(ConfigurationError)
    await db.close()
  })

  test('a server that is not there may be there later', async () => {
    for (const source of [
      'postgres://a@127.0.0.1:1/b',
      'postgres://a@localhost:1/b',
      'postgres://a@no.such.host.invalid/b',
    ]) {
      expect(await failureOf(source)).toMatchObject({ name: 'UnavailableError', retryable: true })
    }
  })
})

describe('options', () => {
  test.for([
    { maxConnections: 3 },
    { replicas: {} },
    { max: 0 },
    { max: '5' },
    { max: -1 },
    { min: -1 },
    { port: 70_000 },
    { timeout: 0 },
    { timeout: '5s' },
    { retry: -1 },
    { retry: true },
    { silenceTimeout: 0 },
    { keepAliveSeconds: -1 },
    { target_session_attrs: 'master' },
    { pipeline: true },
    { binary: true },
    { prepare: 'no' },
    { maxMessageBytes: 0 },
    { redact: 'iban' },
    { onConnect: 1 },
    { host: 5 },
  ])('%o are refused', async (options, { url }) => {
    expect(await failureOf({ connectionString: url, ...options })).toBeInstanceOf(InvalidInputError)
  })

  test('of the second argument are refused alike', async ({ url }) => {
    for (const options of [{ maximum: 3 }, { max: 3 }, { timeout: 'x' }]) {
      expect(await failureOf(url, options)).toBeInstanceOf(InvalidInputError)
    }
  })

  test.skipIf(process.platform !== 'linux')('keep-alive reaches the socket', async ({ openAnother }) => {
    const db = openAnother({ keepAliveSeconds: 7, max: 1 })
    const { rows } = await sql<{ port: number }>`select inet_client_port() as port`.execute(db.kysely)
    const port = rows[0]!.port.toString(16).toUpperCase().padStart(4, '0')

    // https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
    const timer = new RegExp(`^ *\\d+: [0-9A-F]+:${port} \\S+ 01 \\S+ (\\w\\w):(\\w+)`, 'm').exec(
      await readFile('/proc/net/tcp', 'utf8'),
    )

    expect(timer?.[1]).toBe('02')
    expect(Number.parseInt(timer![2]!, 16) / 100).toBeLessThanOrEqual(7)
  })
})

describe('a source that is no pool of pg', () => {
  test('is refused with the reason', async ({ url }) => {
    const client = new pg.Client(url)
    const shape = {
      totalCount: 0,
      idleCount: 0,
      waitingCount: 0,
      connect: async () => {},
      end: async () => {},
    }
    for (const [source, reason] of [
      [client, 'another kind of client'],
      [shape, 'lacks the method on()'],
      [new pg.Pool({ connectionString: url, pipeline: true } as object), 'pipeline'],
      [new pg.Pool({ connectionString: url, binary: true } as object), 'binary'],
      [
        new pg.Pool({
          connectionString: url,
          Client: class extends pg.Client {
            isConnected() {}
          } as never,
        }),
        'pg.native',
      ],
      [42, 'URL'],
      [null, 'URL'],
    ] as const) {
      const error = await failureOf(source)
      expect(error).toBeInstanceOf(InvalidInputError)
      expect(String(error)).toContain(reason)
    }
  })
})

test('more parameters than the protocol counts are refused before they are sent', async ({ openAnother }) => {
  const db = openAnother({ max: 1 })
  const names = Array.from({ length: 65_536 }, (_, n) => `name ${n}`)
  const find = (kysely: typeof db.kysely, list: string[]) =>
    kysely.selectFrom('users').select('name').where('name', 'in', list).execute()

  expect(await caught(find(db.kysely, names))).toBeInstanceOf(InvalidInputError)
  await db.transaction(async (tx) => {
    const error = await caught(find(tx.kysely, names))
    expect(String(error)).toContain('65535')
    expect(String(error)).toContain('any($1)')
    // Nothing was sent, so that the transaction goes on.
    await tx.users.create(aUser())
  })
  expect(await find(db.kysely, names.slice(0, 1_000))).toEqual([])
})

test('a transaction left open by an own query is not continued by the next caller', async ({
  openAnother,
}) => {
  const db = openAnother({ max: 1 })
  const input = aUser()

  await sql`begin`.execute(db.kysely)
  await db.users.create(input)
  await sql`rollback`.execute(db.kysely)

  expect(await db.users.existsByEmail(input.email)).toBe(true)
})
