import { type Database, sql } from '../../src/index.ts'

/** A contact that a caller has added, and what became of it. */
export interface AddedContact {
  contactId: string
  customerId: string
  personId: string
  role: string | null
  startDate: string
}

interface Row {
  [column: string]: unknown
}

const KINDS = [
  ['customer', 'customers', 'customer_id'],
  ['person', 'people', 'person_id'],
  ['contact', 'customer_people', 'customer_person_id'],
] as const

/** The rows that a sequence has made, and what is wrong with them. */
export class CrmModel {
  readonly #db: Database
  readonly customerIds: string[] = []
  readonly personIds: string[] = []
  readonly added: AddedContact[] = []
  /** Contacts that were removed: those that had become one with them are gone, too. */
  readonly removed = new Set<string>()
  readonly importIds: string[] = []
  /** The rows that imports have made, as they were then: the history has their number alone. */
  readonly #imported = new Map<string, Row>()
  /** The entries about these rows until then: contacts of a merged customer move, rows with the same external id are one. */
  readonly #takenUp = new Set<string>()

  constructor(db: Database) {
    this.#db = db
  }

  /** Takes up the rows of an import, in its transaction. `customerIds` and `personIds` have them once it has committed. */
  async addImport(
    tx: Pick<Database, 'kysely'> & { afterCommit(hook: () => void): void },
    importId: string,
  ): Promise<void> {
    const made: string[] = []
    for (const [kind, table, key] of KINDS) {
      const { rows } = await sql<{ row: Row }>`
        select to_jsonb(t) as row from ${sql.table(table)} as t where t.import_id = ${importId}::uuid`.execute(
        tx.kysely,
      )
      for (const { row } of rows) {
        const id = row[key] as string
        made.push(id)
        this.#imported.set(`${kind} ${id}`, row)
        if (kind === 'customer') tx.afterCommit(() => this.customerIds.push(id))
        if (kind === 'person') tx.afterCommit(() => this.personIds.push(id))
      }
    }
    const { rows: entries } = await sql<{ id: string }>`
      select id from audit_log where is_history and created_at = now()::timestamptz(3)
        and entity_id = any(${made})`.execute(tx.kysely)
    for (const { id } of entries) this.#takenUp.add(id)
    tx.afterCommit(() => this.importIds.push(importId))
  }

  /** Sentences about everything that is wrong; empty if nothing is. */
  async complaints(): Promise<string[]> {
    const customers = await this.#rows('customers', 'customer_id', this.customerIds)
    const people = await this.#rows('people', 'person_id', this.personIds)
    const contacts = await this.#contacts()
    const rows = { customer: customers, person: people, contact: contacts }
    return [
      ...this.#goneRows('customer', this.customerIds, customers),
      ...this.#goneRows('person', this.personIds, people),
      ...this.#wrongMerges('customer', customers),
      ...this.#wrongMerges('person', people),
      ...this.#orphans(customers, people, contacts),
      ...(await this.#lostContacts(customers, people, contacts)),
      ...this.#brokenKeys(people, contacts),
      ...(await this.#wrongHistory(rows)),
    ]
  }

  /** Only the undo of the import that made it deletes a row. */
  #goneRows(kind: string, ids: readonly string[], rows: Map<string, Row>): string[] {
    return ids.flatMap((id) =>
      rows.has(id) || this.#imported.has(`${kind} ${id}`) ? [] : [`The ${kind} ${id} is gone.`],
    )
  }

  async #rows(table: string, key: string, ids: readonly string[]): Promise<Map<string, Row>> {
    const { rows } = await sql<{ row: Row }>`
      select to_jsonb(t) as row from ${sql.table(table)} as t where ${sql.ref(`t.${key}`)} = any(${ids}::uuid[])`.execute(
      this.#db.kysely,
    )
    return new Map(rows.map(({ row }) => [row[key] as string, row]))
  }

  async #contacts(): Promise<Map<string, Row>> {
    const { rows } = await sql<{ row: Row }>`
      select to_jsonb(t) as row from customer_people as t
      where customer_id = any(${this.customerIds}::uuid[]) or person_id = any(${this.personIds}::uuid[])`.execute(
      this.#db.kysely,
    )
    return new Map(rows.map(({ row }) => [row.customer_person_id as string, row]))
  }

  #wrongMerges(kind: string, rows: Map<string, Row>): string[] {
    return [...rows].flatMap(([id, { merged_into: winner, archived_at }]) => {
      if (winner === null) return []
      if (archived_at === null) return [`The merged ${kind} ${id} is not archived.`]
      const target = rows.get(winner as string)
      if (!target) return [`The merged ${kind} ${id} leads to none.`]
      return target.merged_into === null ? [] : [`The merged ${kind} ${id} leads to a merged one.`]
    })
  }

  #orphans(customers: Map<string, Row>, people: Map<string, Row>, contacts: Map<string, Row>): string[] {
    return [...contacts].flatMap(([id, { customer_id, person_id }]) => {
      const [customer, person] = [customers.get(customer_id as string), people.get(person_id as string)]
      if (!customer || !person) return [`The contact ${id} has no customer or person.`]
      const isMerged = customer.merged_into !== null || person.merged_into !== null
      return isMerged ? [`The contact ${id} is at a merged customer or person.`] : []
    })
  }

  async #lostContacts(
    customers: Map<string, Row>,
    people: Map<string, Row>,
    contacts: Map<string, Row>,
  ): Promise<string[]> {
    const root = (rows: Map<string, Row>, id: string) => (rows.get(id)?.merged_into as string | null) ?? id
    const groupOf = ({ customerId, personId, role }: AddedContact) =>
      [root(customers, customerId), root(people, personId), role].join()
    const excused = new Set(this.added.filter(({ contactId }) => this.removed.has(contactId)).map(groupOf))
    const lost = this.added.filter((added) => {
      const group = groupOf(added)
      if (excused.has(group)) return false
      return ![...contacts.values()].some(
        ({ customer_id, person_id, role, start_date, end_date }) =>
          [customer_id, person_id, role].join() === group &&
          (start_date as string) <= added.startDate &&
          (end_date === null || (end_date as string) >= added.startDate),
      )
    })
    return Promise.all(
      lost.map(
        async (added) => `The contact ${JSON.stringify(added)} is lost. ${await this.#historyOf(added)}`,
      ),
    )
  }

  /** The history of a contact, of its customer and of its person. */
  async #historyOf({ contactId, customerId, personId }: AddedContact): Promise<string> {
    const { rows } = await sql<object>`
      select entity_type, entity_id, action, changes, import_id, created_at from audit_log
      where entity_id = any(${[contactId, customerId, personId]}) order by id`.execute(this.#db.kysely)
    return rows.map((row) => JSON.stringify(row)).join('\n')
  }

  #brokenKeys(people: Map<string, Row>, contacts: Map<string, Row>): string[] {
    const emails = [...people.values()].flatMap(({ email, archived_at }) =>
      email !== null && archived_at === null ? [`email ${String(email).toLowerCase()}`] : [],
    )
    const keys = [...contacts.values()].flatMap(({ customer_id, person_id, role, end_date, is_primary }) => [
      ...(end_date === null ? [`contact ${customer_id} ${person_id} ${role}`] : []),
      ...(is_primary ? [`primary contact of ${customer_id}`] : []),
    ])
    const all = [...emails, ...keys]
    return all.filter((key, at) => all.indexOf(key) !== at).map((key) => `Twice: ${key}.`)
  }

  /** Follows the history of each row from its creation. Entries are in the order of their ids: their times are those of transactions. */
  async #wrongHistory(rows: Readonly<Record<string, Map<string, Row>>>): Promise<string[]> {
    const ids = [...this.customerIds, ...this.personIds, ...this.added.map(({ contactId }) => contactId)]
    const known = Object.values(rows).flatMap((each) => [...each.keys()])
    const { rows: entries } = await sql<{
      entity_type: string
      entity_id: string
      action: string
      changes: Record<string, [unknown, unknown]>
      id: string
    }>`
      select id, entity_type, entity_id, action, changes from audit_log
      where entity_id = any(${[...new Set([...ids, ...known, ...this.#importedIds()])]}) and is_history
        and action in ('create', 'update', 'delete') order by id`.execute(this.#db.kysely)
    const complaints: string[] = []
    const states = new Map<string, Row>([...this.#imported].map(([key, row]) => [key, { ...row }]))
    for (const { id, entity_type, entity_id, action, changes } of entries) {
      if (this.#takenUp.has(id)) continue
      const key = `${entity_type} ${entity_id}`
      const state = states.get(key) ?? {}
      for (const [column, [before, after]] of Object.entries(changes)) {
        if (JSON.stringify(state[column] ?? null) !== JSON.stringify(before))
          complaints.push(`${key}: ${column} was ${state[column]}, the history says ${before}.`)
        state[column] = after
      }
      if (action === 'delete') states.delete(key)
      else states.set(key, state)
    }
    const left = new Set(['version', 'updated_at', 'updated_by'])
    for (const [kind, each] of Object.entries(rows))
      for (const [id, row] of each) {
        const state = states.get(`${kind} ${id}`)
        for (const [column, value] of Object.entries(row))
          if (!left.has(column) && JSON.stringify(state?.[column] ?? null) !== JSON.stringify(value))
            complaints.push(`${kind} ${id}: ${column} is ${value}, the history leads to ${state?.[column]}.`)
        states.delete(`${kind} ${id}`)
      }
    return [...complaints, ...(await this.#wronglyGone([...states.keys()]))]
  }

  #importedIds(): string[] {
    return [...this.#imported.keys()].map((key) => key.slice(key.indexOf(' ') + 1))
  }

  /** Rows without an entry of their own are gone by the undo of their import, which has their number. */
  async #wronglyGone(gone: readonly string[]): Promise<string[]> {
    const { rows } = await sql<{ entity_id: string; changes: Record<string, number> }>`
      select entity_id, changes from audit_log
      where entity_id = any(${this.importIds}) and entity_type = 'import' and action = 'undo'`.execute(
      this.#db.kysely,
    )
    const undone = new Map<string, number>(
      rows.flatMap(({ entity_id, changes }) =>
        KINDS.map(([kind]) => [`${kind} ${entity_id}`, changes[kind] ?? 0] as const),
      ),
    )
    const complaints: string[] = []
    for (const key of gone) {
      const counter = `${key.split(' ')[0]} ${this.#imported.get(key)?.import_id}`
      const left = undone.get(counter) ?? 0
      if (left === 0) complaints.push(`${key} is gone, the history does not say so.`)
      undone.set(counter, left - 1)
    }
    const tooMany = [...undone].filter(([, left]) => left > 0)
    return [...complaints, ...tooMany.map(([counter, left]) => `The undo counts ${left} more: ${counter}.`)]
  }
}
