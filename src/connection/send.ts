import type pg from 'pg'
import { InvalidInputError, UnconfirmedCommitError } from '../errors/index.ts'
import type { Cancellation } from './cancellation.ts'
import type { ClientState } from './client-state.ts'
import { types } from './codec.ts'
import { CopyIn } from './copy.ts'
import { Exchange } from './exchange.ts'
import { PortalRead } from './portal-read.ts'
import type { Query, Result } from './query.ts'
import { submitReadOnlyTransaction } from './read-only-transaction.ts'

/** The maximum of the protocol's 16-bit count. */
const MOST_PARAMETERS = 65_535

/** Runs a query on a client that no other caller uses meanwhile. The caller has checked that it is not cancelled yet. */
export async function send(
  state: ClientState,
  query: Query,
  cancellation: Cancellation | undefined,
): Promise<Result> {
  if (!cancellation) return sendToServer(state, query)
  const finish = state.cancelOnServer(cancellation)
  try {
    const result = await sendToServer(state, query)
    await finish(undefined)
    return result
  } catch (error) {
    await finish(error)
    throw error
  }
}

function sendToServer(state: ClientState, query: Query): Promise<Result> {
  return new Promise((resolve, reject) => {
    submit(state, query, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

/** Passes a query to pg. The callback is called once. */
export function submit(
  state: ClientState,
  query: Query,
  callback: (error: Error | null, result: Result) => void,
): void {
  if (query.values !== undefined && query.values.length > MOST_PARAMETERS) {
    callback(tooManyParameters(), NO_RESULT)
    return
  }
  state.isBusy = true
  state.progress += 1
  const answer = (error: Error | null, result: Result) => {
    state.isBusy = false
    state.progress += 1
    if (state.takeUnconfirmed()) callback(new UnconfirmedCommitError(), NO_RESULT)
    else callback(error, result)
  }
  const { name, sql, values, rows, portal } = query
  const isPreparable = (statement: string) => state.isPreparable(statement)
  const isPrepared = query.prepared && isPreparable(name ?? '')
  if (query.inReadOnlyTransaction) {
    submitReadOnlyTransaction(state, query, answer)
  } else if (isPrepared || (query.actor !== undefined && portal === undefined && rows === undefined)) {
    const exchange = new Exchange(
      [isPrepared ? query : { ...query, prepared: false }],
      (error) => {
        if (error && exchange.name) state.noteFailure(exchange.name, error)
        answer(error ?? exchange.unreadable.get(0) ?? null, exchange.results[0] as Result)
      },
      isPreparable,
    )
    void state.client.query(exchange as unknown as pg.Submittable)
  } else if (portal !== undefined) {
    void state.client.query(new PortalRead(query, portal, answer) as unknown as pg.Submittable)
  } else if (rows !== undefined) {
    void state.client.query(new CopyIn(sql, rows, answer) as unknown as pg.Submittable)
  } else {
    const config: pg.QueryConfig & { queryMode?: 'extended' } = { text: sql, types }
    if (values) config.values = values as unknown[] // pg's type lacks readonly
    // The extended protocol takes a single statement.
    if (query.isSingle) config.queryMode = 'extended'
    void state.client.query(config, answer)
  }
}

function tooManyParameters(): InvalidInputError {
  return new InvalidInputError(
    'values',
    `must not be more than ${MOST_PARAMETERS}; pass long lists as one array: where id = any($1)`,
  )
}

const NO_RESULT: Result = { rows: [], rowCount: null, command: '' }
