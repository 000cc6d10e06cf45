import { InvalidInputError, nested } from '../../errors/index.ts'
import { fields, isObject, listOf, nullable, optional, type Reader, text } from '../../input/index.ts'
import type { EmailEntry, ExternalId, PhoneEntry, PostalAddress } from './details.ts'

const MAX_TAGS = 50
const MAX_ENTRIES = 20

/** Spaces at either end and repetitions do not count. */
const tags: Reader<string[] | null> = (value, field) => {
  const given = [...new Set(listOf(text)(value, field).map((tag) => tag.trim()))]
  if (given.includes('')) throw new InvalidInputError(field, 'must not contain a blank tag')
  return shortList(given, field, MAX_TAGS)
}

/** An empty list is null: a row has one form of it. */
function shortList<T>(list: T[], field: string, max: number): T[] | null {
  if (list.length > max) throw new InvalidInputError(field, `must not have more than ${max} items`)
  return list.length > 0 ? list : null
}

/** A list of objects whose fields are named by the path that leads to them. */
function entries<T extends object>(read: Reader<T>): Reader<T[] | null> {
  return (value, field) => {
    const list = listOf<T>((entry, path) => {
      try {
        return read(entry, path)
      } catch (error) {
        if (!(error instanceof InvalidInputError) || error.field === path) throw error
        throw nested(error, path)
      }
    })(value, field)
    return shortList(list, field, MAX_ENTRIES)
  }
}

const emails = entries(fields<EmailEntry>({ address: text, label: optional(text) }))

const phones = entries(fields<PhoneEntry>({ number: text, e164: optional(text), label: optional(text) }))

const addresses = entries(
  fields<PostalAddress>({
    street: optional(text),
    city: optional(text),
    region: optional(text),
    postalCode: optional(text),
    country: optional(text),
    label: optional(text),
  }),
)

/** An object of JSON values; an empty one is null. */
export const readAttributes = <Attributes extends object>(
  value: unknown,
  field: string,
): Attributes | null => {
  if (!isObject(value)) throw new InvalidInputError(field, 'must be an object of JSON values')
  let json: string
  try {
    json = JSON.stringify(value)
  } catch (cause) {
    throw new InvalidInputError(field, 'must be an object of JSON values', { cause })
  }
  text(json, field)
  if (json.includes('\\u0000')) {
    throw new InvalidInputError(field, 'must not contain the character NUL, which PostgreSQL cannot store')
  }
  const attributes = JSON.parse(json) as Attributes
  return Object.keys(attributes).length > 0 ? attributes : null
}

/** Readers of the columns that customers and people have. */
export const detailFields = {
  source: optional(nullable(text)),
  externalId: optional(nullable(text)),
  tags: optional(nullable(tags)),
  emails: optional(nullable(emails)),
  phones: optional(nullable(phones)),
  addresses: optional(nullable(addresses)),
}

export const readExternalId = fields<ExternalId>({ source: text, externalId: text })

/** Properties whose columns are JSON. */
export const JSON_PROPERTIES = ['attributes', 'emails', 'phones', 'addresses'] as const

/** An input as a statement takes it: the JSON of these columns is text. */
export type Written<Input> = {
  [Name in keyof Input]: Name extends (typeof JSON_PROPERTIES)[number]
    ? string | Extract<Input[Name], null | undefined>
    : Name extends 'tags'
      ? string[] | Extract<Input[Name], null | undefined>
      : Input[Name]
}

/** The input of a statement, with the JSON of these columns as text. */
export function withJsonText<Input extends object>(input: Input): Written<Input> {
  const texts: Record<string, string> = {}
  for (const name of JSON_PROPERTIES) {
    const value = (input as Readonly<Record<string, unknown>>)[name]
    if (typeof value === 'object' && value !== null) texts[name] = JSON.stringify(value)
  }
  return { ...input, ...texts } as Written<Input>
}
