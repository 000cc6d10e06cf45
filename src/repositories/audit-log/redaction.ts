import { InvalidInputError } from '../../errors/index.ts'
import { text } from '../../input/index.ts'
import { isCount, SecretKeys, toLetters } from './secret-keys.ts'

/** Replaces a secret. */
const REDACTED = '[redacted]'

/** Properties that name a key in objects such as `{ field: 'password', before: …, after: … }`. */
const LABELS = 'field key name column property attribute path header parameter param'.split(' ')
/** Properties that hold the values of that key. */
const VALUES = new Set(
  'value values old new before after from to previous current original updated oldvalue newvalue'.split(' '),
)

/** Converts changes to JSON for the audit log, with secrets replaced by `[redacted]`. */
export class Redaction {
  readonly #secretKeys: SecretKeys

  /** @param more further secret keys: strings that occur in a key, and patterns that match it. */
  constructor(more: readonly (string | RegExp)[]) {
    this.#secretKeys = new SecretKeys(more)
  }

  /**
   * The JSON for a jsonb column; null for undefined and null.
   *
   * @throws {InvalidInputError} JSON or jsonb cannot represent the value.
   */
  stringify(changes: unknown, field: string): string | null {
    if (changes === undefined || changes === null) return null
    let json: string | undefined
    try {
      json = JSON.stringify(changes, (key, value: unknown) => this.#clean(key, value, field))
    } catch (error) {
      if (error instanceof InvalidInputError) throw error
      throw new InvalidInputError(
        field,
        `must be a value that JSON can represent (${(error as Error).message.split('\n')[0]})`,
        {
          cause: error,
        },
      )
    }
    if (json === undefined)
      throw new InvalidInputError(field, `must be a value that JSON can represent, not a ${typeof changes}`)
    return json
  }

  /** Whether the values of this key are secret. */
  isSecret(key: string): boolean {
    return this.#secretKeys.includes(key)
  }

  /** Called by JSON.stringify for every value, after its toJSON. */
  #clean(key: string, value: unknown, field: string): unknown {
    // JSON can represent text that jsonb cannot: https://www.postgresql.org/docs/current/datatype-json.html
    if (typeof value === 'string') text(value, field)
    if (key !== '') text(key, field)
    if (value !== undefined && value !== null && typeof value !== 'boolean') {
      if (this.isSecret(key) && !(typeof value === 'number' && isCount(key))) return REDACTED
    }
    if (typeof value === 'string') return this.#cleanText(value, field)
    const items = itemsOf(value)
    if (Array.isArray(items)) return this.#cleanList(items, key)
    return typeof items === 'object' && items !== null ? this.#cleanLabelled(items) : items
  }

  /** Text may be JSON, for example the body of a request. */
  #cleanText(value: string, field: string): string {
    if (!/^\s*[[{]/.test(value)) return maskText(value)
    let parsed: unknown
    try {
      parsed = JSON.parse(value)
    } catch {
      return value
    }
    const cleaned = this.stringify(parsed, field) ?? value
    return cleaned === JSON.stringify(parsed) ? value : cleaned
  }

  /** Headers as `[['authorization', 'Bearer …'], …]`, or as Node's `rawHeaders`: names and values alternate. */
  #cleanList(list: unknown[], key: string): unknown[] {
    if (list.length > 0 && list.every((each) => Array.isArray(each) && each.length === 2)) {
      return (list as [unknown, unknown][]).map((pair) =>
        this.#isSecretName(pair[0]) ? [pair[0], REDACTED] : pair,
      )
    }
    if (!/headers$/i.test(key)) return list
    return list.map((each, index) =>
      index % 2 === 1 && this.#isSecretName(list[index - 1]) ? REDACTED : each,
    )
  }

  #cleanLabelled(object: object): object {
    const entries = Object.entries(object)
    const isLabelled = entries.some(
      ([key, value]) => LABELS.includes(key.toLowerCase()) && this.#isSecretName(value),
    )
    if (!isLabelled) return object
    return Object.fromEntries(
      entries.map(([key, value]) => [key, VALUES.has(toLetters(key)) ? REDACTED : value]),
    )
  }

  #isSecretName(value: unknown): boolean {
    return typeof value === 'string' && /^\S{1,100}$/.test(value) && this.isSecret(value)
  }
}

/** The items of iterables that JSON.stringify converts to `{}`: maps, sets, headers, search parameters. */
function itemsOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !(Symbol.iterator in value))
    return value
  const items = [...(value as Iterable<unknown>)]
  const isKeyed =
    !(value instanceof Set) && items.every((item) => Array.isArray(item) && typeof item[0] === 'string')
  return isKeyed && items.length > 0 ? Object.fromEntries(items as [string, unknown][]) : items
}

/** Replaces secrets that are recognized by their form: a password in a URL, the value of an Authorization header. */
function maskText(text: string): string {
  if (/^(bearer|basic) +\S+$/i.test(text)) return REDACTED
  return text.includes('://') ? text.replace(/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${REDACTED}@`) : text
}
