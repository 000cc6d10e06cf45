import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { test } from '../support/database.ts'

interface Output {
  results: Record<string, unknown>
  spans: { id: string; parentId?: string; name: string; scope: string }[]
}

const PROGRAM = fileURLToPath(new URL('pg-instrumentation-program.ts', import.meta.url))

async function run(url: string, mode: 'alone' | 'both'): Promise<Output> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, url, mode], { timeout: 240_000 })
  return JSON.parse(stdout)
}

const isOfPg = ({ scope }: { scope: string }) => scope === '@opentelemetry/instrumentation-pg'

const RESULTS = { found: 4, imported: 3, within: 1, query: expect.stringContaining("/*traceparent='00-") }

test("the community's instrumentation, with requireParentSpan and SQL comments, changes no result", {
  timeout: 240_000,
}, async ({ url }) => {
  const { results, spans } = await run(url, 'alone')

  expect(results).toMatchObject({ ...RESULTS, unprepared: { rows: [{ one: 1 }], asJob: true } })
  const ofPg = spans.filter(isOfPg)
  const names = ofPg.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining([expect.stringMatching(/^pg\.query:/), 'pg-pool.connect']))
  const known = new Set(spans.map(({ id }) => id))
  expect(ofPg.filter(({ parentId }) => parentId === undefined || !known.has(parentId))).toEqual([])
})

test('beside instrument(), its spans are below those of the calls', { timeout: 240_000 }, async ({ url }) => {
  const { results, spans } = await run(url, 'both')

  expect(results).toMatchObject(RESULTS)
  const queries = spans.filter((span) => isOfPg(span) && span.name.startsWith('pg.query:'))
  const calls = new Map(
    spans.filter(({ scope }) => scope === '@norberts-spark/db').map((span) => [span.id, span]),
  )
  expect(queries.length).toBeGreaterThan(5)
  expect(queries.filter(({ parentId = '' }) => !calls.has(parentId))).toEqual([])
  const copy = spans.find(({ name }) => name.startsWith('COPY customers'))
  expect(queries.map(({ parentId }) => parentId)).toContain(copy?.id)
})
