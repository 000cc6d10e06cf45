import { type Name, PLACES, type Place, slugOf } from './places.ts'
import type { Random } from './random.ts'
import { STREAM } from './streams.ts'
import { EASTERN_TRADES, QUALITIES, TRADES } from './words.ts'

/** The name and the place of a customer. */
export interface Company {
  readonly place: Place
  readonly displayName: string
  readonly legalName: string
  readonly slug: string
}

/** The n-th customer. Further choices of `random` belong to the same customer. */
export function companyAt(random: Random, n: number): Company {
  const place = random.at(STREAM.customers, n).pick(PLACES)
  const name = companyName(random, place)
  return {
    place,
    displayName: name.text,
    legalName: random.pick(place.legal).replace('~', name.text),
    slug: name.slug,
  }
}

function companyName(random: Random, place: Place): Name {
  const family = random.pick(place.last)
  const trades = EASTERN_TRADES[place.country]
  if (trades) {
    const [text, slug] = random.pick(trades)
    return { text: family.text + text, slug: `${family.slug}-${slug}` }
  }
  const trade = random.pick(TRADES)
  if (random.chance(0.25)) return { text: `${family.text} ${trade}`, slug: `${family.slug}-${slugOf(trade)}` }
  const quality = random.pick(QUALITIES)
  return { text: `${quality} ${trade}`, slug: `${quality}-${trade}`.toLowerCase() }
}

/** The name of a contact of the n-th customer, by its index `which`. */
export function contactAt(random: Random, customer: number, which: number, { first, last }: Place) {
  random.at(STREAM.people, customer * CONTACTS + which)
  return { first: random.pick(first), last: random.pick(last) }
}

/** An upper limit of the contacts that are created for one customer. */
const CONTACTS = 8

/** The full name in the order that is usual in that place. */
export function fullName(first: Name, last: Name, { familyNameFirst }: Place): string {
  return familyNameFirst ? `${last.text} ${first.text}` : `${first.text} ${last.text}`
}
