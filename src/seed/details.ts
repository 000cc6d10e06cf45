import type { Place } from './places.ts'
import { Random } from './random.ts'
import type { Row } from './sheets.ts'
import { STREAM } from './streams.ts'
import { PLANS, STREETS, SYSTEMS, TAGS } from './words.ts'
import type { World } from './world.ts'

type Details = Required<
  Pick<Row<'customers'>, 'source' | 'external_id' | 'tags' | 'attributes' | 'emails' | 'phones' | 'addresses'>
>

/** How often rows have details. */
interface Shares {
  readonly externalId: number
  readonly tags: number
  readonly attributes: number
  readonly emails: number
  readonly phones: number
  readonly addresses: number
}

const OF_CUSTOMERS: Shares = {
  ...{ externalId: 0.4, tags: 0.5, attributes: 0.4 },
  ...{ emails: 0.3, phones: 0.25, addresses: 0.6 },
}
const OF_PEOPLE: Shares = {
  ...{ externalId: 0.2, tags: 0.2, attributes: 0.1 },
  ...{ emails: 0.1, phones: 0.1, addresses: 0.1 },
}

/** Creates functions for the details of the n-th customer and person, which do not affect the choices for their other columns. */
export function detailsOf(world: World) {
  const random = new Random(world.seed)
  return {
    ofCustomer(n: number, place: Place, domain: string): Details {
      random.at(STREAM.customerDetails, n)
      const address = `${random.pick(['info', 'office', 'billing'])}@${domain}`
      const attributes = { plan: random.pick(PLANS), seats: random.between(1, 200) }
      return details(OF_CUSTOMERS, n, { place, address, label: 'office', attributes })
    },
    ofPerson(n: number, place: Place, slug: string): Details {
      random.at(STREAM.personDetails, n)
      const attributes = { language: place.language, newsletter: random.chance(0.5) }
      const address = `${slug}@${world.domain('mail.example.net')}`
      return details(OF_PEOPLE, n, { place, address, label: 'private', attributes })
    },
  }

  function details(
    shares: Shares,
    n: number,
    {
      place,
      address,
      label,
      attributes,
    }: { place: Place; address: string; label: string; attributes: object },
  ): Details {
    const listOf = (share: number, item: object) =>
      random.chance(share) ? JSON.stringify([{ ...item, label }]) : null
    const isKnownElsewhere = random.chance(shares.externalId)
    const number = phoneOf(random, place)
    return {
      source: isKnownElsewhere ? random.pick(SYSTEMS) : null,
      // Unique, also among the rows of other seeds.
      external_id: isKnownElsewhere ? `${world.seed}-${n}` : null,
      tags: random.chance(shares.tags) ? tagsOf(random) : null,
      attributes: random.chance(shares.attributes) ? JSON.stringify(attributes) : null,
      emails: listOf(shares.emails, { address }),
      phones: listOf(shares.phones, { number, e164: e164Of(number) }),
      addresses: listOf(shares.addresses, postalAddressOf(random, place)),
    }
  }
}

/** A phone number of a place, as people type it. */
export function phoneOf(random: Random, { phone }: Place): string {
  return withDigits(random, phone)
}

/** The same number in E.164. */
export function e164Of(phone: string): string {
  return `+${phone.replace(/\D/g, '')}`
}

/** One to three different tags, as PostgreSQL writes an array. */
function tagsOf(random: Random): string {
  const tags = new Set(Array.from({ length: random.between(1, 3) }, () => random.pick(TAGS)))
  return `{${[...tags].map((tag) => JSON.stringify(tag)).join(',')}}`
}

function postalAddressOf(random: Random, { country, timezone, last }: Place): object {
  const [street, postalCode] = STREETS[country] as readonly [string, string]
  const [, city = ''] = timezone.split('/')
  return {
    street: street.replace('~', random.pick(last).text).replace('#', String(random.between(1, 120))),
    city: city.replace('_', ' '),
    postalCode: withDigits(random, postalCode),
    country,
  }
}

function withDigits(random: Random, format: string): string {
  return format.replace(/#/g, () => String(random.below(10)))
}
