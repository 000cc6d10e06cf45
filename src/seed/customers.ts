import type { ContactRole, CustomerStatus } from '../../generated/database.ts'
import { dayText, timeText } from './clock.ts'
import { companyAt, contactAt } from './company.ts'
import { detailsOf, e164Of, phoneOf } from './details.ts'
import type { Sheets } from './sheets.ts'
import { STREAM } from './streams.ts'
import { addressOf } from './users.ts'
import { AGENTS, INDUSTRIES, JOB_TITLES, LOCAL_JOB_TITLES } from './words.ts'
import type { World } from './world.ts'

interface SeededContact {
  readonly customerId: string
  readonly personId: string
  readonly role: ContactRole | null
  /** Whether the contact has no end. */
  readonly lasts: boolean
  readonly time: number
  /** The user who created the customer. */
  readonly creator: string
}

/** Creates a function that writes the n-th customer and its contacts. Customers must be written in order. */
export function customerWriter(world: World): (sheets: Sheets, n: number) => void {
  const { random } = world
  const entryKeys = world.keys(STREAM.auditedCustomers)
  const personKeys = world.keys(STREAM.people)
  const contactKeys = world.keys(STREAM.contacts)
  const details = detailsOf(world)
  let [people, contacts] = [0, 0]
  /** The primary contact of the previous customer, who may be a contact of this one too. */
  let known: string | undefined

  function addCustomer(sheets: Sheets, n: number) {
    const company = companyAt(random, n)
    const { place, displayName, legalName } = company
    const [customerId, time] = [world.customerId(n), world.customerTime(n)]
    const domain = world.domain(`${company.slug}${random.pick(ENDINGS)}`)
    const status = n === 0 ? 'prospect' : random.pick(STATUSES)
    const changed = status === 'prospect' ? undefined : time + random.between(1, 40 * 86_400) * 1_000
    const creator = world.userAmong(random, n)
    const owner = random.chance(0.8) ? world.userAmong(random, n) : null
    const archived = n > 0 && status === 'churned' && random.chance(0.3) ? changed : undefined
    const changer = changed ? world.userAmong(random, n) : creator
    sheets.add('customers', {
      customer_id: customerId,
      legal_name: legalName,
      display_name: displayName,
      status,
      industry: random.chance(0.9) ? random.pick(INDUSTRIES) : null,
      company_size: random.chance(0.85) ? Math.ceil(10 ** (random.next() * 4.5)) : null,
      website_url: random.chance(0.8) ? `https://www.${domain}` : null,
      billing_country: random.chance(0.95) ? place.country : null,
      timezone: place.timezone,
      ...details.ofCustomer(n, place, domain),
      owner_id: owner,
      archived_at: archived === undefined ? null : timeText(archived),
      version: changed ? 1 : 0,
      created_at: timeText(time),
      updated_at: timeText(changed ?? time),
      created_by: creator,
      updated_by: changer,
    })
    addEntry(sheets, n, 'create', creator, time, {
      legal_name: [null, legalName],
      display_name: [null, displayName],
      status: [null, 'prospect'],
    })
    if (changed) addEntry(sheets, n, 'update', changer, changed, { status: ['prospect', status] })
    return { ...company, customerId, owner, creator, time, domain }
  }

  function addEntry(
    sheets: Sheets,
    n: number,
    action: 'create' | 'update',
    userId: string,
    time: number,
    changes: object,
  ) {
    sheets.add('audit_log', {
      id: entryKeys.of(n * 2 + (action === 'create' ? 0 : 1), time),
      user_id: userId,
      entity_type: 'customer',
      entity_id: world.customerId(n),
      action,
      changes: JSON.stringify(changes),
      ip_address: addressOf(random),
      user_agent: random.pick(AGENTS),
      created_at: timeText(time),
      is_history: true,
    })
  }

  return (sheets, n) => {
    const { place, customerId, owner, creator, time, domain } = addCustomer(sheets, n)
    // The first customer has one contact: the smallest seed has a row in each table.
    const count = n === 0 ? 1 : random.pick(COUNTS)
    const before = known
    const local = LOCAL_JOB_TITLES[place.country]
    const titles = local && random.chance(0.4) ? local : JOB_TITLES
    for (let which = 0; which < count; which += 1) {
      const { first, last } = contactAt(random, n, which, place)
      const personId = personKeys.of(people, time)
      const address = `${first.slug}.${last.slug}${people + 1}`
      const lasts = which === 0 || random.chance(0.8)
      const email = random.chance(0.92) ? `${address}@${domain}` : null
      const phone = random.chance(0.75) ? phoneOf(random, place) : null
      sheets.add('people', {
        person_id: personId,
        first_name: first.text,
        last_name: last.text,
        email,
        phone,
        phone_e164: phone && e164Of(phone),
        job_title: random.chance(0.85) ? random.pick(titles) : null,
        linkedin_url: random.chance(0.4) ? `https://linkedin.example/in/${address.replace('.', '-')}` : null,
        is_active: lasts || random.chance(0.5),
        ...details.ofPerson(people, place, address),
        owner_id: owner,
        archived_at: null,
        version: 0,
        created_at: timeText(time),
        updated_at: timeText(time),
        created_by: creator,
        updated_by: creator,
      })
      const role = which === 0 ? 'primary_contact' : random.pick(ROLES)
      addContact(sheets, { customerId, personId, role, lasts, time, creator })
      people += 1
      if (which === 0) known = personId
    }
    if (before && random.chance(0.15)) {
      addContact(sheets, {
        ...{ customerId, personId: before, role: 'stakeholder', lasts: true },
        ...{ time, creator },
      })
    }
  }

  function addContact(sheets: Sheets, { customerId, personId, role, lasts, time, creator }: SeededContact) {
    const start = random.below(30)
    sheets.add('customer_people', {
      customer_person_id: contactKeys.of(contacts, time),
      customer_id: customerId,
      person_id: personId,
      role,
      is_primary: role === 'primary_contact',
      start_date: dayText(time, start),
      end_date: lasts ? null : dayText(time, start + random.below(200)),
      version: 0,
      created_at: timeText(time),
      updated_at: timeText(time),
      created_by: creator,
      updated_by: creator,
    })
    contacts += 1
  }
}

/** Reserved for examples: https://www.rfc-editor.org/rfc/rfc2606 */
const ENDINGS = ['.example.com', '.example.org', '.example.net', '.example.test']
const COUNTS = [1, 1, 2, 2, 2, 3, 4]
const STATUSES: readonly CustomerStatus[] = [
  'prospect',
  'prospect',
  'prospect',
  'active',
  'active',
  'active',
  'active',
  'active',
  'paused',
  'churned',
]
/** Roles of contacts other than the primary one. */
const ROLES: readonly (ContactRole | null)[] = [
  'decision_maker',
  'billing_contact',
  'technical_contact',
  'stakeholder',
  null,
]
