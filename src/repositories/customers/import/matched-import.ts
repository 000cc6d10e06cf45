import type { CallOptions, Connection } from '../../../connection/index.ts'
import { ConstraintError, ImportError, InvalidInputError } from '../../../errors/index.ts'
import { copiesOf, execute, queryAll, queryOne, sendCopies, uuidSequence } from '../../../query/index.ts'
import { type AttributeValidators, withValidated } from '../../details/index.ts'
import { applyRows, toChange, toImportError } from './apply.ts'
import { inBatches, type Rows, requireIterable } from './batches.ts'
import { firstProblem } from './checks.ts'
import { type ImportedPerson, type ImportItem, type ImportRow, readImportRow } from './input.ts'
import { planLocked } from './known-rows.ts'
import { type MatchedPlan, type Matches, planMatched } from './matched-plan.ts'
import {
  type ImportReport,
  type MatchingImportOptions,
  MOST_REJECTED,
  type RejectedRow,
  readMatchingImportOptions,
} from './report.ts'
import { findBroken, isReviewable } from './review.ts'
import {
  addContacts,
  clearPrimaryContacts,
  matchCustomers,
  matchPeople,
  mayCopy,
  setHistory,
  updateContacts,
  updateCustomers,
  updatePeople,
} from './statements.ts'
import { CONTACTS, CUSTOMERS, INSERTS, PEOPLE } from './tables.ts'

/** Rows of a batch that the server refuses before the batch is sent in pieces. */
const MOST_REFUSED = 2
/** Rows of a piece: where one row in a hundred is refused, most pieces are sent once. */
const PIECE = 32

/** Thrown to roll back a dry run, and never seen outside. */
const DRY_RUN = new Error('The dry run is over.')

/** A row with the value as it was given, for reports. */
interface Entry {
  readonly row: ImportRow
  readonly given: unknown
}

/** Imports customers in one transaction, in batches; rows that are refused are left out if they are collected. */
export async function importMatched(
  connection: Connection,
  rows: Rows,
  options: MatchingImportOptions,
  validators: AttributeValidators,
): Promise<ImportReport> {
  const { signal, timeout, ...own } = readMatchingImportOptions(options, 'options')
  requireIterable(rows)
  const call: CallOptions = { ...(signal && { signal }), ...(timeout !== undefined && { timeout }) }
  const importId = uuidSequence()()
  let report: ImportReport | undefined
  const run = async (transaction: Connection) => {
    const { canCopy } = await queryOne(transaction, mayCopy, {})
    await execute(transaction, setHistory, { mode: 'import', importId })
    const matched = new MatchedImport(transaction, own, validators, canCopy)
    await matched.run(rows, signal)
    // The transaction may be the caller's, and continue.
    await execute(transaction, setHistory, { mode: '', importId: '' })
    const rejected = matched.report.rejected.toSorted((a, b) => a.row - b.row)
    report = { ...matched.report, rejected, importId: own.dryRun ? undefined : importId }
    if (own.dryRun) throw DRY_RUN
    return report
  }
  return connection.atomically(run, call).catch((error: unknown) => {
    if (error === DRY_RUN && report) return report
    throw error
  })
}

class MatchedImport {
  readonly #connection: Connection
  readonly #options: Omit<MatchingImportOptions, 'signal' | 'timeout'>
  readonly #validators: AttributeValidators
  readonly #canCopy: boolean
  readonly #order: readonly string[]
  readonly #nextId = uuidSequence()
  /** Whether CHECKs and owners are looked at before rows are sent: from the first row on that one of them has refused. */
  #isReviewing = false
  /** Whether batches are sent in pieces: from the first one on in which the server has refused many rows. */
  #inPieces = false
  readonly report: ImportReport = {
    importId: undefined,
    rows: 0,
    skipped: 0,
    customers: { created: 0, updated: 0 },
    people: { created: 0, updated: 0 },
    contacts: { created: 0, updated: 0 },
    rejectedCount: 0,
    rejected: [],
  }

  constructor(
    connection: Connection,
    options: Omit<MatchingImportOptions, 'signal' | 'timeout'>,
    validators: AttributeValidators,
    canCopy: boolean,
  ) {
    this.#connection = connection
    this.#options = options
    this.#validators = validators
    this.#canCopy = canCopy
    this.#order = options.match ?? ['externalId', 'email']
  }

  /** Reads and writes all rows. */
  run(rows: Rows, signal: AbortSignal | undefined): Promise<void> {
    return inBatches<Entry>(rows, signal, {
      read: (given) => {
        this.report.rows += 1
        return { row: this.#read(given, this.report.rows), given }
      },
      rowOf: ({ row }) => row,
      refuse: async (error, given, flush) => {
        if (!(error instanceof ImportError)) throw error
        // The error must name the first bad row: the server may refuse an earlier one.
        if (this.#options.onError !== 'collect') await flush()
        await this.#reject(error, given)
      },
      begin: (batch) => () =>
        this.#write(batch).then(() => this.#options.onProgress?.(structuredClone(this.report))),
    })
  }

  /** Reads a row, with all checks that need no server. */
  #read(given: unknown, number: number): ImportRow {
    const row = readImportRow(given, number)
    try {
      row.customer.input = withValidated(this.#validators.customers, row.customer.input)
      for (const person of row.people) person.input = withValidated(this.#validators.people, person.input)
    } catch (error) {
      throw error instanceof InvalidInputError ? new ImportError(number, error.field, error) : error
    }
    const problem = firstProblem(row)
    if (problem) throw new ImportError(number, problem.field, problem)
    return row
  }

  /** Leaves out a row, or ends the import. */
  async #reject(error: ImportError, given: unknown): Promise<void> {
    if (this.#options.onError !== 'collect') throw error
    const { row, field, cause } = error
    const rejected: RejectedRow = { row, field, reason: (cause as Error).message }
    this.report.rejectedCount += 1
    if (this.report.rejected.length < MOST_REJECTED) this.report.rejected.push(rejected)
    await this.#options.onReject?.(rejected, given)
  }

  /** Writes a batch. */
  async #write(batch: readonly Entry[]): Promise<void> {
    return this.#writeReviewed(this.#isReviewing ? await this.#review(batch) : batch)
  }

  /** Writes entries; those that the server refuses are left out, and the others are sent again. */
  async #writeReviewed(entries: readonly Entry[]): Promise<void> {
    let pending = entries
    if (this.#inPieces && pending.length > PIECE) return this.#split(pending)
    for (let refused = 0; pending.length > 0; refused += 1) {
      if (refused > MOST_REFUSED && pending.length > 1) return this.#split(pending)
      try {
        const rows = pending.map(({ row }) => row)
        return await this.#connection.atomically((savepoint) => this.#send(savepoint, rows))
      } catch (error) {
        if (this.#mayReview && isReviewable(error)) {
          this.#isReviewing = true
          pending = await this.#review(pending)
          continue
        }
        // COPY does not name the row that a foreign key refuses.
        if (error instanceof ConstraintError && pending.length > 1) return this.#split(pending)
        if (error instanceof ConstraintError) {
          const [only] = pending as [Entry]
          await this.#reject(toImportError(error, only.row.customer) as ImportError, only.given)
          return
        }
        if (!(error instanceof ImportError)) throw error
        const bad = pending.find(({ row }) => row.customer.row === error.row)
        await this.#reject(error, bad?.given)
        pending = pending.filter((entry) => entry !== bad)
      }
    }
  }

  /** Leaves out the rows that break a CHECK or have an unknown owner: one statement for all, where the search for each would send its batch many times. */
  async #review(entries: readonly Entry[]): Promise<readonly Entry[]> {
    const broken = await findBroken(
      this.#connection,
      entries.map(({ row }) => row),
    )
    for (const { row, given } of entries) {
      const error = broken.get(row.customer.row)
      if (error) await this.#reject(error, given)
    }
    return entries.filter(({ row }) => !broken.has(row.customer.row))
  }

  /** Once. Without `collect`, the first row ends the import; with `skip`, a row that matches is skipped, with any values. */
  get #mayReview(): boolean {
    return !this.#isReviewing && this.#options.onError === 'collect' && this.#options.onMatch !== 'skip'
  }

  /** Writes entries in pieces; those of a piece, in halves. */
  async #split(entries: readonly Entry[]): Promise<void> {
    const isPiece = entries.length <= PIECE
    if (!isPiece) this.#inPieces = true
    const size = isPiece ? entries.length >> 1 : PIECE
    for (let start = 0; start < entries.length; start += size)
      await this.#writeReviewed(entries.slice(start, start + size))
  }

  async #send(connection: Connection, rows: readonly ImportRow[]): Promise<void> {
    const { report } = this
    const plan = await planLocked(
      connection,
      () => this.#plan(connection, rows),
      ({ changed }) => changed,
    )
    const created = await this.#create(connection, plan)
    const updated = await this.#update(connection, plan)
    report.skipped += plan.skipped
    for (const kind of ['customers', 'people', 'contacts'] as const) {
      report[kind].created += created[kind]
      report[kind].updated += updated[kind]
    }
    report.contacts.created += updated.addedContacts
  }

  /** Plans copies of the rows: where a batch is planned again, items that were merged have their own fields. */
  async #plan(connection: Connection, rows: readonly ImportRow[]): Promise<MatchedPlan> {
    const copies = rows.map(copyOf)
    return planMatched(
      copies,
      await this.#match(connection, copies),
      { order: this.#order, match: new Set(this.#order), skips: this.#options.onMatch === 'skip' },
      this.#nextId,
    )
  }

  async #match(connection: Connection, rows: readonly ImportRow[]): Promise<Matches> {
    const order = new Set(this.#order)
    const [byDomain, byName] = [order.has('domain'), order.has('name')]
    const asked = rows.flatMap(({ customer: { input } }, index) => {
      const isAsked =
        byName || (byDomain && input.websiteUrl) || (order.has('externalId') && input.externalId)
      const { source, externalId, websiteUrl, displayName } = input
      return isAsked ? [{ index, source, externalId, websiteUrl, displayName }] : []
    })
    const input = { rows: JSON.stringify(asked), byDomain, byName }
    const found = asked.length > 0 ? await queryAll(connection, matchCustomers, input) : []
    const people = rows
      .flatMap((row) => row.people)
      .filter(
        ({ input }) => (order.has('email') && input.email) || (order.has('externalId') && input.externalId),
      )
    const askedPeople = people.map(({ input }, index) => ({
      index,
      ...(order.has('externalId') && { source: input.source, externalId: input.externalId }),
      ...(order.has('email') && { email: input.email }),
    }))
    const foundPeople =
      people.length > 0 ? await queryAll(connection, matchPeople, { rows: JSON.stringify(askedPeople) }) : []
    return {
      customers: new Map(found.map((match) => [match.index, match])),
      people: new Map(foundPeople.map((match) => [people[match.index] as ImportItem<ImportedPerson>, match])),
    }
  }

  async #create(connection: Connection, { created }: MatchedPlan) {
    const { customers, people, contacts } = created
    if (this.#canCopy) {
      return {
        customers: await sendCopies(connection, copiesOf(CUSTOMERS, customers), toImportError),
        people: await sendCopies(connection, copiesOf(PEOPLE, people), toImportError),
        contacts: await sendCopies(connection, copiesOf(CONTACTS, contacts), toImportError),
      }
    }
    const counts = { customers: 0, people: 0, contacts: 0 }
    const groups = [
      ['customers', INSERTS.customers.insertsOf(customers)],
      ['people', INSERTS.people.insertsOf(people)],
      ['contacts', INSERTS.contacts.insertsOf(contacts)],
    ] as const
    for (const [kind, inserts] of groups) {
      for (const { statement, items, toRow } of inserts) {
        counts[kind] += await applyRows(connection, statement, items as ImportItem[], toRow as never)
      }
    }
    return counts
  }

  async #update(connection: Connection, { changed, byAddress }: MatchedPlan) {
    const { customers, people, contacts } = changed
    const toRow = (item: ImportItem) => toChange(item, [])
    const toPerson = (item: ImportItem<ImportedPerson>) =>
      toChange(item, byAddress.has(item) ? ['email'] : [])
    const counts = {
      customers: await applyRows(connection, updateCustomers, customers, toRow),
      people: await applyRows(connection, updatePeople, people, toPerson),
      contacts: 0,
      addedContacts: 0,
    }
    await applyRows(connection, clearPrimaryContacts, contacts, toRow)
    counts.contacts = await applyRows(connection, updateContacts, contacts, toRow)
    counts.addedContacts = await applyRows(connection, addContacts, contacts, toRow)
    return counts
  }
}

function copyOf({ customer, people }: ImportRow): ImportRow {
  return {
    customer: { ...customer, input: { ...customer.input } },
    people: people.map((person) => ({ ...person, input: { ...person.input } })),
  }
}
