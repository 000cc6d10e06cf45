import { type Comparison, combine } from './comparison.ts'
import { isPartOf, similarityOf } from './similarity.ts'

/** A customer as it is compared. Words and the domain come from the functions of the schema. */
export interface ComparedCustomer {
  readonly displayWords: string[]
  readonly legalWords: string[]
  /** The domain without its ending. */
  readonly domain: string | null
  readonly websiteUrl: string | null
  readonly billingCountry: string | null
}

/** From this similarity on two names are the same with typing errors. */
const SIMILAR = 0.8

/** Compares two customers by their names and websites. A country that differs makes an equal name less telling. */
export function compareCustomers(first: ComparedCustomer, second: ComparedCustomer): Comparison {
  const pairs = namesOf(first).flatMap((name) => namesOf(second).map((other) => [name, other] as const))
  const similarity = Math.max(...pairs.map(([name, other]) => similarityOf(name, other)))
  const isLonger = pairs.some(
    ([name, other]) => isPartOf(name, other) && Math.min(lettersOf(name), lettersOf(other)) >= 8,
  )
  const place = placeWeight(first.billingCountry, second.billingCountry)
  const likeness =
    similarity === 1 ? 0.8 : similarity >= SIMILAR ? 0.45 + (similarity - SIMILAR) * 1.5 : isLonger ? 0.47 : 0
  const name = Math.min(likeness * place, 0.9)
  const isDomain = first.domain !== null && first.domain === second.domain
  const website = isDomain && hostOf(first.websiteUrl) === hostOf(second.websiteUrl)
  return combine([
    [similarity === 1 ? 'name' : 'similarName', name],
    [website ? 'website' : 'similarWebsite', website ? 0.75 : isDomain ? 0.5 : 0],
  ])
}

function namesOf({ displayWords, legalWords }: ComparedCustomer): readonly (readonly string[])[] {
  return [displayWords, legalWords]
}

function lettersOf(words: readonly string[]): number {
  return words.join('').length
}

function placeWeight(first: string | null, second: string | null): number {
  if (first === null || second === null) return 1
  return first === second ? 1.1 : 0.7
}

function hostOf(url: string | null): string | undefined {
  return /^https?:\/\/(?:[^/@]*@)?(?:www\d*\.)?([^/:?#]+)/i.exec(url ?? '')?.[1]?.toLowerCase()
}

/** A person as it is compared. Words and keys come from the functions of the schema. */
export interface ComparedPerson {
  readonly words: string[]
  readonly email: string | null
  /** The local part of the email address without dots and the part behind a plus sign. */
  readonly emailKey: string | null
  /** The last digits of the phone number. */
  readonly phoneKey: string | null
}

/**
 * Compares two people by their names, email addresses and phone numbers. Equal names of people whose addresses and numbers are
 * all different tell less, and so do equal numbers of people whose names are different.
 */
export function comparePeople(first: ComparedPerson, second: ComparedPerson): Comparison {
  const similarity = similarityOf(first.words, second.words)
  const [isSameEmail, isSameLocal] = [sameAddress(first, second), areEqual(first.emailKey, second.emailKey)]
  const isSamePhone = areEqual(first.phoneKey, second.phoneKey)
  const differ = [first.emailKey, second.emailKey, first.phoneKey, second.phoneKey].every(
    (key) => key !== null,
  )
  const opposed = differ && !isSameLocal && !isSamePhone
  const likeness = similarity === 1 ? 0.64 : similarity >= SIMILAR ? 0.5 + (similarity - SIMILAR) * 0.5 : 0
  const related = similarity >= SHARES_A_NAME ? 1 : 0.7
  return combine([
    [similarity === 1 ? 'name' : 'similarName', opposed ? likeness * 0.8 : likeness],
    [isSameEmail ? 'email' : 'similarEmail', related * (isSameEmail ? 0.85 : isSameLocal ? 0.55 : 0)],
    ['phone', isSamePhone ? related * 0.6 : 0],
  ])
}

/** At least the first or the last name is the same. */
const SHARES_A_NAME = 0.35

function areEqual(first: string | null, second: string | null): boolean {
  return first !== null && first === second
}

function sameAddress(first: ComparedPerson, second: ComparedPerson): boolean {
  const domain = ({ email }: ComparedPerson) => email?.slice(email.lastIndexOf('@')).toLowerCase()
  return areEqual(first.emailKey, second.emailKey) && domain(first) === domain(second)
}
