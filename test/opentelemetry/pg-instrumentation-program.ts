// A service with the community's instrumentation of pg; run by pg-instrumentation.test.ts in a process of its own,
// because the instrumentation has to be there before pg is loaded.
import { register } from 'node:module'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)

const [url = '', mode = ''] = process.argv.slice(2)
const exporter = new InMemorySpanExporter()
const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
trace.setGlobalTracerProvider(tracerProvider)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
registerInstrumentations({
  tracerProvider,
  instrumentations: [
    new PgInstrumentation({ requireParentSpan: true, addSqlCommenterCommentToQueries: true }),
  ],
})

const { openDatabase, sql } = await import('../../src/index.ts')
const { aCustomer, aUser } = await import('../../src/testing.ts')
const { instrument } = await import('../../src/opentelemetry.ts')

const db = openDatabase(url)
if (mode === 'both') instrument(db)

async function readUnprepared(userId: string) {
  await using reader = openDatabase({ connectionString: url, replicas: [url], prepare: false })
  const { rows } = await sql`select 1 as one`.execute(reader.replica.kysely)
  const user = await reader.as({ system: 'job' }).users.get(userId)
  return { rows, asJob: user.userId === userId }
}

const tracer = trace.getTracer('service')
const results = await tracer.startActiveSpan('request', async (span) => {
  const user = await db.users.create(aUser())
  const found = await Promise.all([1, 2, 3, 4].map(() => db.users.get(user.userId)))
  const imported = await db.customers.importMany([aCustomer(), aCustomer(), aCustomer()])
  const within = await db.transaction((tx) => tx.customers.importMany([aCustomer()]))
  let streamed = 0
  for await (const _ of db.kysely.selectFrom('customers').select('customer_id').stream(2)) streamed += 1
  // Checks of replicas are spans of their own.
  const unprepared = mode === 'alone' ? await readUnprepared(user.userId) : undefined
  const running = await sql<{
    query: string
  }>`select query from pg_stat_activity where pid = pg_backend_pid()`.execute(db.kysely)
  span.end()
  return {
    found: found.filter(({ userId }) => userId === user.userId).length,
    imported: imported.customers,
    within: within.customers,
    streamed,
    unprepared,
    query: running.rows[0]?.query,
  }
})
// Outside of a span, the instrumentation makes none.
await db.users.list()
await db.close()

const spans = exporter.getFinishedSpans().map((span) => ({
  id: span.spanContext().spanId,
  parentId: span.parentSpanContext?.spanId,
  name: span.name,
  scope: span.instrumentationScope.name,
}))
console.log(JSON.stringify({ results, spans }))
