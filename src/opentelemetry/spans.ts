import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { CallObserver, QueryEvent, StartedCall } from '../connection/index.ts'
import type { Database } from '../database/index.ts'
import { ofCall, ofFailure, summaryOf, textOf } from './attributes.ts'

/** A transaction under way, whose queries know it by its number. */
interface Around {
  readonly parent: Span | undefined
  readonly context: Context
}

/** Makes a span of each query and each transaction. */
export function observeSpans(db: Database, tracer: Tracer, endpoint: Attributes): () => void {
  const transactions = new Map<number, Around>()

  /** The span that is active for the caller, or the transaction's, if that has begun since. */
  function parentOf({ transaction }: StartedCall): Context {
    const active = context.active()
    const around = transaction === undefined ? undefined : transactions.get(transaction)
    return around !== undefined && trace.getSpan(active) === around.parent ? around.context : active
  }

  function startQuery(call: StartedCall): CallObserver {
    const parent = parentOf(call)
    const span = tracer.startSpan(
      summaryOf(call) ?? String(endpoint['db.namespace'] ?? endpoint['db.system.name']),
      {
        kind: SpanKind.CLIENT,
        startTime: call.start,
        attributes: { ...endpoint, ...ofCall(call), 'db.query.text': textOf(call) },
      },
      parent,
    )
    const within = trace.setSpan(parent, span)
    return {
      run: (fn) => context.with(within, fn),
      end(event) {
        span.setAttribute(`${OWN}.wait_time`, event.waited / 1_000)
        span.setAttribute(`${OWN}.attempts`, event.attempts)
        finish(span, event)
      },
    }
  }

  function startTransaction(call: StartedCall): CallObserver {
    const active = context.active()
    const span = tracer.startSpan(
      'transaction',
      { kind: SpanKind.INTERNAL, startTime: call.start, attributes: endpoint },
      active,
    )
    const within = trace.setSpan(active, span)
    const { transaction } = call
    if (transaction !== undefined) {
      transactions.set(transaction, { parent: trace.getSpan(active), context: within })
    }
    return {
      run: (fn) => context.with(within, fn),
      end(event) {
        if (transaction !== undefined) transactions.delete(transaction)
        finish(span, event)
      },
    }
  }

  return db.on('call', (call) => (call.kind === 'query' ? startQuery(call) : startTransaction(call)))
}

/** The prefix of attributes that the conventions do not have. */
const OWN = 'norberts_spark_db'

/** Messages of errors can contain values, so that the status has none. */
function finish(span: Span, event: QueryEvent): void {
  const failure = ofFailure(event)
  if (failure['error.type'] !== undefined) {
    span.setAttributes(failure)
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}
