import type { NewCustomer } from '../input.ts'
import type { ImportedPerson, ImportItem, ImportRow } from './input.ts'
import type { CustomerMatch, PersonMatch } from './statements.ts'

type CustomerItem = ImportItem<NewCustomer>
type PersonItem = ImportItem<ImportedPerson>

/** The customers and people that the rows of a batch match. */
export interface Matches {
  /** By the index of the row in the batch. */
  readonly customers: ReadonlyMap<number, CustomerMatch>
  /** By the item. */
  readonly people: ReadonlyMap<PersonItem, PersonMatch>
}

/** How rows are matched. */
export interface Matching {
  readonly match: ReadonlySet<string>
  readonly order: readonly string[]
  readonly skips: boolean
}

/** The rows that a batch creates and changes. */
export interface MatchedPlan {
  readonly created: { customers: CustomerItem[]; people: PersonItem[]; contacts: PersonItem[] }
  readonly changed: { customers: CustomerItem[]; people: PersonItem[]; contacts: PersonItem[] }
  /** People who were found by an address: it is not changed. */
  readonly byAddress: ReadonlySet<PersonItem>
  skipped: number
}

/** Gives every customer and person of a batch an id: that of a match, of an earlier row with the same key, or a new one. */
export function planMatched(
  rows: readonly ImportRow[],
  { customers: matches, people: personMatches }: Matches,
  { order, match, skips }: Matching,
  nextId: () => string,
): MatchedPlan {
  const plan = {
    created: { customers: [] as CustomerItem[], people: [] as PersonItem[], contacts: [] as PersonItem[] },
    changed: { customers: [] as CustomerItem[], people: [] as PersonItem[], contacts: [] as PersonItem[] },
    byAddress: new Set<PersonItem>(),
    skipped: 0,
  }
  const customers = new Items<CustomerItem>(
    plan.created.customers,
    plan.changed.customers,
    'customerId',
    nextId,
  )
  const people = new Items<PersonItem>(plan.created.people, plan.changed.people, 'personId', nextId)
  const contacts = new Set<string>()
  for (const [index, row] of rows.entries()) {
    const found = matches.get(index)
    const known = found && order.map((by) => knownBy(found, by)).find((id) => id !== null && id !== undefined)
    const keys = match.size > 0 ? customerKeys(row.customer.input, found, match) : []
    if (skips && (known || customers.has(keys))) {
      plan.skipped += 1
      continue
    }
    if (found?.isMerged && known === found.byExternalId) keepExternalId(row.customer)
    const isNew = customers.add(row.customer, known ?? undefined, keys)
    for (const person of row.people) {
      const match = personMatches.get(person)
      const byAddress = match?.byEmail ?? match?.byFurtherEmail
      const id = match?.byExternalId ?? byAddress ?? undefined
      if (byAddress !== null && byAddress !== undefined && id === byAddress) plan.byAddress.add(person)
      person.customerId = row.customer.customerId
      const keys = personKeys(person.input, order)
      if (match?.isMerged && id === match.byExternalId) keepExternalId(person)
      people.add(person, id, keys)
      const contact = `${person.customerId} ${person.personId} ${person.input.role ?? ''}`
      if (contacts.has(contact)) continue
      contacts.add(contact)
      plan[isNew ? 'created' : 'changed'].contacts.push(person)
    }
  }
  return plan
}

/** The winner of a merge, which the external id of a loser leads to, has its own. */
function keepExternalId({ input }: CustomerItem | PersonItem): void {
  delete input.source
  delete input.externalId
}

function knownBy(found: CustomerMatch, by: string): string | null | undefined {
  return by === 'externalId'
    ? found.byExternalId
    : by === 'domain'
      ? found.byDomain
      : by === 'name'
        ? found.byName
        : null
}

/** Keys that two rows of a batch have in common if they are of one customer. */
function customerKeys(
  { source, externalId }: NewCustomer,
  found: CustomerMatch | undefined,
  match: ReadonlySet<string>,
): string[] {
  const isKnownThere = typeof source === 'string' && typeof externalId === 'string'
  if (isKnownThere && match.has('externalId')) return [`x ${source.length} ${source}${externalId}`]
  return [...(found?.domain ? [`d ${found.domain}`] : []), ...(found?.name ? [`n ${found.name}`] : [])]
}

function personKeys({ source, externalId, email }: ImportedPerson, order: readonly string[]): string[] {
  const isKnownThere = typeof source === 'string' && typeof externalId === 'string'
  return [
    ...(isKnownThere && order.includes('externalId') ? [`x ${source.length} ${source}${externalId}`] : []),
    ...(email && order.includes('email') ? [`e ${email.toLowerCase()}`] : []),
  ]
}

/** The customers or the people of a batch, each once. */
class Items<Item extends ImportItem> {
  readonly #created: Item[]
  readonly #changed: Item[]
  readonly #id: 'customerId' | 'personId'
  readonly #nextId: () => string
  readonly #byKey = new Map<string, Item>()
  readonly #byId = new Map<string, Item>()
  readonly #new = new Set<Item>()

  constructor(created: Item[], changed: Item[], id: 'customerId' | 'personId', nextId: () => string) {
    this.#created = created
    this.#changed = changed
    this.#id = id
    this.#nextId = nextId
  }

  has(keys: readonly string[]): boolean {
    return keys.some((key) => this.#byKey.has(key))
  }

  /** Adds an item or merges it into an earlier one, and returns whether its row is new. */
  add(item: Item, known: string | undefined, keys: readonly string[]): boolean {
    const key = keys.find((each) => this.#byKey.has(each))
    const earlier = known === undefined ? key && this.#byKey.get(key) : this.#byId.get(known)
    if (earlier) {
      item[this.#id] = earlier[this.#id]
      Object.assign(earlier.input, item.input)
      for (const each of keys) if (!this.#byKey.has(each)) this.#byKey.set(each, earlier)
      return this.#new.has(earlier)
    }
    const isNew = known === undefined
    item[this.#id] = known ?? this.#nextId()
    if (isNew) this.#new.add(item)
    ;(isNew ? this.#created : this.#changed).push(item)
    this.#byId.set(item[this.#id], item)
    for (const each of keys) this.#byKey.set(each, item)
    return isNew
  }
}
