import { expect } from 'vitest'
import {
  ConstraintError,
  type Database,
  ImportChangedError,
  NotFoundError,
  SerializationError,
  StaleVersionError,
} from '../../src/index.ts'
import { test } from '../support/database.ts'
import { aCustomer, aPerson } from '../support/factories.ts'
import { Random } from '../support/random.ts'
import { CrmModel } from './crm-model.ts'

/** Another seed each day, so that nothing fits one; a failure names it. */
const SEED = process.env.SEQUENCES_SEED ?? new Date().toISOString().slice(0, 10)
const [SEQUENCES, CALLERS, STEPS] = [100, 10, 6]

const ROLES = ['decision_maker', 'stakeholder', null] as const

/** One call with random arguments. */
type Step = (db: Database, model: CrmModel, random: Random) => Promise<unknown>

const aDay = (random: Random) =>
  `20${random.between(10, 25)}-0${random.between(1, 9)}-1${random.between(0, 9)}`

async function changeWithVersion(
  random: Random,
  read: () => Promise<{ version: number }>,
  change: (options: { ifVersion: number }) => Promise<unknown>,
) {
  const { version } = await read()
  return change({ ifVersion: random.chance(0.9) ? version : version + 1 })
}

const STEPS_TO_TAKE: readonly Step[] = [
  async (db, model, random) => {
    const losers = [random.pick(model.customerIds), random.pick(model.customerIds)]
    const winner = random.pick(model.customerIds)
    if (!losers.includes(winner)) await db.customers.merge(winner, losers)
  },
  async (db, model, random) => {
    const [winner, loser] = [random.pick(model.personIds), random.pick(model.personIds)]
    if (winner !== loser) await db.people.merge(winner, [loser], { fields: { jobTitle: 'Merged' } })
  },
  async (db, model, random) => {
    const id = random.pick(model.customerIds)
    await (random.chance(0.4) ? db.customers.archive(id) : db.customers.restore(id))
  },
  async (db, model, random) => {
    const id = random.pick(model.personIds)
    await (random.chance(0.4) ? db.people.archive(id) : db.people.restore(id))
  },
  (db, model, random) => {
    const id = random.pick(model.customerIds)
    const change = { industry: random.pick(['Tools', 'Food', null]) }
    return changeWithVersion(
      random,
      () => db.customers.get(id),
      (options) => db.customers.update(id, change, options),
    )
  },
  (db, model, random) => {
    const id = random.pick(model.personIds)
    const email = random.pick([null, `p${random.between(1, 3)}-${model.personIds[0]}@example.test`])
    return changeWithVersion(
      random,
      () => db.people.get(id),
      (options) => db.people.update(id, { email }, options),
    )
  },
  addContact,
  addContact,
  addContact,
  async (db, model, random) => {
    const contact = model.added[random.between(0, model.added.length)]
    if (!contact) return
    // A last day that is not before the first keeps the first day covered.
    await db.customers.endContact(contact.contactId, '2026-06-30')
  },
  async (db, model, random) => {
    const contact = model.added[random.between(0, model.added.length * 3)]
    if (!contact) return
    model.removed.add(contact.contactId)
    await db.customers.removeContact(contact.contactId)
  },
  (db, model, random) =>
    db.customers.setPrimaryContact(random.pick(model.customerIds), random.pick(model.personIds)),
  importRows,
  async (db, model, random) => {
    const importId = model.importIds[random.between(0, model.importIds.length)]
    if (importId) await db.customers.undoImport(importId, { keepChanged: random.chance(0.5) })
  },
]

/** Some of the rows match customers and people that exist, by the ids of another system. */
async function importRows(db: Database, model: CrmModel, random: Random): Promise<void> {
  const external = () => ({
    source: 'sequence',
    externalId: `${model.customerIds[0]} ${random.between(1, 4)}`,
  })
  const rows = Array.from({ length: random.between(1, 3) }, () => ({
    ...aCustomer({ ...external(), industry: random.pick(['Tools', 'Food', null]) }),
    people: random.chance(0.5) ? [aPerson(external())] : [],
  }))
  await db.transaction(async (tx) => {
    const { importId } = await tx.customers.import(rows, { onError: 'collect' })
    await model.addImport(tx, importId as string)
  })
}

async function addContact(db: Database, model: CrmModel, random: Random): Promise<void> {
  const [customerId, personId] = [random.pick(model.customerIds), random.pick(model.personIds)]
  const [role, startDate] = [random.pick(ROLES), aDay(random)]
  const { contactId } = await db.customers.addContact(customerId, personId, {
    role,
    startDate,
    isPrimary: random.chance(0.2),
  })
  model.added.push({ contactId, customerId, personId, role, startDate })
}

const EXPECTED = [ConstraintError, NotFoundError, StaleVersionError, SerializationError, ImportChangedError]

test(`no sequence of merges and changes by ${CALLERS} callers loses anything (${SEED})`, {
  timeout: 600_000,
}, async ({ openAnother }) => {
  const db = openAnother({ max: CALLERS })
  const outcomes: Record<string, number> = {}
  for (let sequence = 0; sequence < SEQUENCES; sequence += 1) {
    const model = new CrmModel(db)
    for (let count = 0; count < 5; count += 1) {
      model.customerIds.push((await db.customers.create(aCustomer())).customerId)
      model.personIds.push((await db.people.create(aPerson())).personId)
    }

    const callers = Array.from({ length: CALLERS }, async (_, caller) => {
      const random = new Random(`${SEED} ${sequence} ${caller}`)
      for (let step = 0; step < STEPS; step += 1) {
        const outcome = await random
          .pick(STEPS_TO_TAKE)(db, model, random)
          .then(
            () => 'done',
            (error: unknown) => {
              if (EXPECTED.some((kind) => error instanceof kind)) return (error as Error).name
              throw error
            },
          )
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      }
    })
    await Promise.all(callers)

    expect(await model.complaints(), `sequence ${sequence} of ${SEED}`).toEqual([])
  }
  expect((await db.auditLog.list({ where: { action: 'undo' } })).items).not.toEqual([])
  // Deadlocks are rolled back and reported, but rare.
  expect(outcomes.done).toBeGreaterThan(SEQUENCES * CALLERS * STEPS * 0.5)
  expect(outcomes.SerializationError ?? 0).toBeLessThan(SEQUENCES)
})
