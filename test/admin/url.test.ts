import { expect, test } from 'vitest'
import { describeUrl, readUrl } from '../../src/admin/index.ts'
import { AdminError, create, migrate, verify } from '../../src/admin.ts'
import { InvalidInputError } from '../../src/index.ts'
import { withDatabase } from '../support/databases.ts'
import { test as withServer } from '../support/empty-database.ts'
import { caught } from '../support/factories.ts'

const SECRET = 'p4ssw0rd'

test.for([
  [`postgres://u:${SECRET}@h/d%b`, '%25'],
  [`postgres://u:${SECRET}@h`, 'names no database'],
  [`postgres://u:${SECRET}@h/`, 'names no database'],
  [`postgres://u:${SECRET}@h:port/db`, 'not a valid URL'],
  [`postgres://u:${SECRET}/@h/db`, 'valid'],
  [`postgres://u:${SECRET}@a,b/db`, 'names 2 hosts'],
  [`postgres://u:${SECRET}@/db?host=localhost&host=db.example.test`, 'valid'],
  ['postgres:///db?host=localhost&host=db.example.test', 'names 2 hosts'],
  [`postgres:///db?host=localhost,db.example.test&password=${SECRET}`, 'names 2 hosts'],
  [`postgres://u:${SECRET}@h/db?sslrootcert=/missing.pem`, '/missing.pem'],
  [`mysql://u:${SECRET}@h/db`, 'postgres://'],
  [`jdbc:postgres://u:${SECRET}@h/db`, 'for example postgres://'],
  [`postgres://u:${SECRET}@h/db?sslrootcert=/`, 'a parameter is not valid'],
  ['', 'DATABASE_URL'],
])('%s is refused without its password', ([url = '', words = '']) => {
  const error = (() => {
    try {
      return readUrl(url, 'url')
    } catch (thrown) {
      return thrown
    }
  })()

  expect(error).toBeInstanceOf(InvalidInputError)
  expect(String(error)).toContain(words)
  expect(String(error)).not.toContain(SECRET)
  expect(describeUrl(url)).not.toContain(SECRET)
})

test.for([
  ['postgres://u:p@db.example.test/shop', 'shop on db.example.test:5432'],
  ['postgres://u:p@localhost:6000/shop?host=db.example.test', 'shop on db.example.test:6000'],
  ['postgresql://u:p%40@[::1]:5433/gr%C3%B6%C3%9Fe', 'größe on ::1:5433'],
  ['postgres:///shop?host=/var/run/postgresql', 'shop on /var/run/postgresql:5432'],
])('%s is described by the host that it leads to', ([url = '', words]) => {
  expect(describeUrl(readUrl(url, 'url'))).toBe(words)
})

test('a missing URL is refused with a hint at DATABASE_URL', () => {
  expect(() => readUrl(undefined as never, 'url')).toThrow(/"url" must be .*DATABASE_URL/)
})

test('a URL that is not valid is described without any part of it', () => {
  expect(describeUrl(`postgres://u:${SECRET}@h:port/db`)).toBe('a database whose URL is not valid')
})

withServer('a missing database is named, with the way out', async ({ url }) => {
  const missing = withDatabase(url, 'no_such_database')

  for (const command of [() => migrate(missing, { environment: 'test' }), () => verify(missing)]) {
    const error = await caught(command())
    expect(error).toBeInstanceOf(AdminError)
    expect(String(error)).toMatch(/no database no_such_database .*norberts-spark-db create/)
  }
})

withServer('verify of a database without the schema says so', async ({ url }) => {
  expect(String(await caught(verify(url)))).toMatch(/no schema of the library.*norberts-spark-db create/)
  await create(url, { environment: 'test' })
  expect((await verify(url)).differences).toEqual([])
})
