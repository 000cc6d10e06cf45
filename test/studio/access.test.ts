import { request } from 'node:http'
import pg from 'pg'
import { describe, expect } from 'vitest'
import { startStudio } from '../../scripts/studio/server.ts'
import { create, ProtectedDatabaseError } from '../../src/admin.ts'
import { nameOf, test } from '../support/studio.ts'

describe('access', () => {
  test('no cookie is set, and the link keeps its token from the server', async ({
    studio: { link, origin },
  }) => {
    const response = await fetch(link)

    expect(new URL(link).search).toBe('')
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(response.url).toBe(`${origin}/`)
  })

  test.for(['/api/info', '/api/catalog', '/api/statements', '/api/nothing'])(
    'without the token there is nothing at %s',
    async (path, { studio: { origin, headers } }) => {
      const known = headers.authorization as string
      const guesses: Record<string, string>[] = [
        {},
        { authorization: 'Bearer guess' },
        { authorization: `${known}x` },
        { cookie: `token=${known}; norberts_spark_db_studio=${known.slice(7)}` },
      ]
      for (const guess of guesses) {
        const response = await fetch(`${origin}${path}?token=${known.slice(7)}`, { headers: guess })

        expect(response.status).toBe(403)
        expect(await response.text()).toBe(
          'Open the studio with the complete link that the command `studio` printed.\n',
        )
      }
    },
  )

  test('pages contain nothing of the database', async ({ studio: { origin }, filled }) => {
    for (const path of ['/', '/sql', '/diagram', '/dictionary', '/statements', '/assets/pages.js']) {
      const text = await (await fetch(origin + path)).text()

      expect(text.length).toBeGreaterThan(100)
      expect(text).not.toContain(nameOf(filled))
    }
  })

  test('a path without a page has the links to those that exist', async ({ studio: { origin } }) => {
    const response = await fetch(`${origin}/tables`)

    expect(response.status).toBe(404)
    const html = await response.text()
    expect(html).toContain('<a href="/customers">Customers</a>')
    expect(html).toContain('no page at this address')
    expect(html).not.toContain('aria-current')
    expect(await (await fetch(`${origin}/assets/none.js`)).text()).toBe('There is nothing at this address.\n')
  })

  test('a page of another origin is rejected, with and without the token', async ({
    studio: { origin, headers },
  }) => {
    for (const other of ['https://elsewhere.test', 'http://127.0.0.1:1', 'null']) {
      for (const given of [headers, {}] as Record<string, string>[]) {
        const response = await fetch(`${origin}/api/sql`, {
          method: 'POST',
          headers: { ...given, origin: other, 'content-type': 'text/plain' },
          body: '{"sql":"select 1","limit":100}',
        })

        expect(response.status, other).toBe(403)
      }
    }
  })

  test('a request with a foreign host name is rejected', async ({ studio: { origin, headers } }) => {
    const foreign = { ...headers, host: `elsewhere.test:${new URL(origin).port}` }
    const status = await new Promise((resolve, reject) => {
      request(origin, { headers: foreign }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })

    expect(status).toBe(403)
  })

  test('pages load nothing from other hosts and send no referrer', async ({ studio: { origin } }) => {
    const response = await fetch(origin)

    expect(response.headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'self'; .*connect-src 'self'.*frame-ancestors 'none'/,
    )
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('cache-control')).toBe('no-store')
    for (const [, address] of (await response.text()).matchAll(/(?:src|href)="([^"]*)"/g))
      expect(address).toMatch(/^(\/|data:,$|#)/)
  })
})

describe('databases', () => {
  test('a production database is refused, to read and to write', async ({ studio, filled }) => {
    const production = new URL(filled)
    production.pathname = '/studio_production'
    await create(production.href, { environment: 'production' })
    try {
      for (const options of [{}, { write: true }, { write: true, confirm: 'studio_production' }]) {
        const error = await startStudio(production.href, options).catch((error: unknown) => error)

        expect(error).toBeInstanceOf(ProtectedDatabaseError)
        expect((error as Error).message).toContain('environment of database studio_production is production')
      }
      expect((await studio.query('select 1 as one')).rows).toEqual([['1']])
    } finally {
      const maintenance = new pg.Client(filled)
      await maintenance.connect()
      await maintenance.query('drop database studio_production with (force)')
      await maintenance.end()
    }
  })

  test('a database with data but without an environment needs its name as confirmation to write', async ({
    filled,
  }) => {
    const name = nameOf(filled)

    await expect(startStudio(filled, { write: true })).rejects.toThrow(`--confirm ${name}`)
    await using studio = await startStudio(filled, { write: true, confirm: name })

    expect(studio.isWritable).toBe(true)
  })
})
