import type { CustomerProbe, CustomerRow, Person, PersonProbe } from '../../src/index.ts'
import type { Random } from './random.ts'

/** Makes the values of a customer as another user would have typed them. */
export function duplicateCustomer(random: Random, customer: CustomerRow): CustomerProbe {
  const { websiteUrl, billingCountry } = customer
  const displayName = random.pick(NAME_CHANGES)(random, customer.displayName)
  const legalName = random.chance(0.5) ? displayName : withLegalForm(random, displayName)
  return {
    displayName,
    legalName,
    websiteUrl: websiteUrl && random.pick(WEBSITE_CHANGES)(random, websiteUrl),
    billingCountry: random.chance(0.8) ? billingCountry : null,
  }
}

/** Makes the values of a person as another user would have typed them. */
export function duplicatePerson(random: Random, person: Person): PersonProbe {
  const { email, phone } = person
  const isSwapped = random.chance(0.2)
  const [first, last] = isSwapped ? [person.lastName, person.firstName] : [person.firstName, person.lastName]
  const change = random.pick(PERSON_CHANGES)
  const isFirst = random.chance(0.5)
  return {
    firstName: isFirst ? change(random, first) : first,
    lastName: isFirst ? last : change(random, last),
    email: email && random.pick(EMAIL_CHANGES)(random, email),
    phone: phone && random.pick(PHONE_CHANGES)(random, phone),
  }
}

type Change = (random: Random, text: string) => string

const same: Change = (_, text) => text
const upper: Change = (_, text) => text.toUpperCase()

/** One error of typing, at any letter. */
const typo: Change = (random, text) => {
  const letters = [...text]
  const places = letters.flatMap((letter, at) => (/\p{L}/u.test(letter) ? [at] : []))
  if (places.length < 3) return text
  const at = random.pick(places)
  const letter = letters[at] as string
  switch (random.between(0, 3)) {
    case 0:
      letters.splice(at, 1)
      break
    case 1:
      letters.splice(at, 0, letter)
      break
    case 2:
      letters[at] = /[a-z]/i.test(letter) ? random.pick([...'notaries']) : letter
      break
    default:
      letters.splice(Math.max(at - 1, 0), 2, letter, letters[Math.max(at - 1, 0)] as string)
  }
  return letters.join('').trim()
}

const withoutAccents: Change = (_, text) => text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ł', 'l')
// cspell:ignore aeou
const withAccents: Change = (_, text) =>
  text.replace(/[aeou]/, (letter) => ({ a: 'á', e: 'é', o: 'ö', u: 'ü' })[letter] as string)
const reordered: Change = (_, text) => text.split(' ').reverse().join(' ')
const withSpaces: Change = (_, text) => text.replaceAll(' ', '  ').replace(/$/, ' ')
const hyphenated: Change = (_, text) => text.replaceAll(' ', '-')

const withLegalForm: Change = (random, text) =>
  random
    .pick([
      'SIA "~"',
      '~, SIA',
      '~ GmbH',
      '~ Ltd.',
      '~ LIMITED',
      '~ S.A.',
      '~ Sp. z o.o.',
      '~ Inc',
      '~ AB',
      '~ A/S',
    ])
    .replace('~', () => text)

const NAME_CHANGES: readonly Change[] = [
  typo,
  typo,
  typo,
  (random, text) => typo(random, typo(random, text)),
  withoutAccents,
  withAccents,
  reordered,
  withLegalForm,
  upper,
  withSpaces,
  hyphenated,
]
const PERSON_CHANGES: readonly Change[] = [
  typo,
  typo,
  (random, text) => typo(random, typo(random, text)),
  withoutAccents,
  withAccents,
  upper,
  same,
]

const WEBSITE_CHANGES: readonly Change[] = [
  same,
  (_, url) => url.replace('https://www.', 'http://').concat('/about'),
  (_, url) => url.replace(/\.[a-z]+$/, '.eu'),
  (random) => `https://site-${random.between(1, 1e9)}.example.net`,
  (random) => `https://site-${random.between(1, 1e9)}.example.net`,
]

const EMAIL_CHANGES: readonly Change[] = [
  (_, email) => email.replace('@', '+crm@').toUpperCase(),
  (_, email) => email.replace(/@.*/, '@mail.example.net'),
  (random, email) => email.replace(/@.*/, `@other-${random.between(1, 1e9)}.example.org`),
]

const PHONE_CHANGES: readonly Change[] = [
  same,
  (_, phone) => phone.replace('+', '00').replaceAll(' ', ''),
  (_, phone) => `0${phone.replace(/^\+\d+ /, '').replaceAll(' ', '-')}`,
  (_, phone) => phone.replace(/^(\+\d+) (\d+) /, '$1 ($2) ').replace(/$/, ' ext. 12'),
]
