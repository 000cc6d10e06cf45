import { InvalidInputError } from '../../errors/index.ts'
import { isUuid, text } from '../../input/index.ts'
import { isCount, SecretKeys } from './secret-keys.ts'
import { maskList, maskObject } from './secret-shapes.ts'
import { maskText, REDACTED } from './secret-texts.ts'

/** The most characters that changes may have as JSON: a row, or the differences of some hundred. */
const LARGEST = 1024 * 1024

/** The most texts that are remembered with what they become: the same browsers and values of lists are recorded again and again. */
const REMEMBERED = 256
/** The most characters of a text that is remembered. */
const SHORT = 256

/** Converts changes to JSON for the audit log, with secrets replaced by `[redacted]`. */
export class Redaction {
  readonly #secretKeys: SecretKeys
  readonly #masked = new Map<string, string>()

  /** @param more further secret keys: strings that occur in a key, and patterns that match it. */
  constructor(more: readonly (string | RegExp)[]) {
    this.#secretKeys = new SecretKeys(more)
  }

  /**
   * The JSON for a jsonb column; null for undefined and null.
   *
   * @throws {InvalidInputError} JSON or jsonb cannot represent the value, or it has more than 1,048,576 characters.
   */
  stringify(changes: unknown, field: string): string | null {
    if (changes === undefined || changes === null) return null
    let json: string | undefined
    try {
      json = this.#stringify(changes, field)
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
    if (json.length > LARGEST) throw tooLarge(field)
    return json
  }

  /** A text, for example an entity's id or a browser's name, with the secrets in it replaced. */
  mask(value: string): string {
    if (value.length > SHORT) return maskText(value, this.isSecret)
    // The id of a row, which most entries have.
    if (isUuid(value)) return value
    let masked = this.#masked.get(value)
    if (masked === undefined) {
      masked = maskText(value, this.isSecret)
      if (this.#masked.size >= REMEMBERED) this.#masked.clear()
      this.#masked.set(value, masked)
    }
    return masked
  }

  /** Whether the values of this key are secret. */
  readonly isSecret = (key: string): boolean => this.#secretKeys.includes(key)

  #stringify(changes: unknown, field: string): string | undefined {
    let size = 0
    return JSON.stringify(changes, (key, value: unknown) => {
      // Stops before the work for a value that is refused anyway.
      size += key.length + (typeof value === 'string' ? value.length : 1)
      if (size > LARGEST) throw tooLarge(field)
      return this.#clean(key, value, field)
    })
  }

  /** Called by JSON.stringify for every value, after its toJSON. */
  #clean(key: string, value: unknown, field: string): unknown {
    // JSON can represent text that jsonb cannot: https://www.postgresql.org/docs/current/datatype-json.html
    if (typeof value === 'string') text(value, field)
    if (key !== '') text(key, field)
    if (value !== undefined && value !== null && typeof value !== 'boolean') {
      if (this.isSecret(key) && !(isNumeric(value) && isCount(key))) return REDACTED
    }
    if (typeof value === 'string') return this.#cleanText(value, field)
    const bytes = bytesOf(value)
    if (bytes) return this.#cleanBytes(bytes, value, field)
    const items = itemsOf(value)
    if (Array.isArray(items)) return maskList(items, key, this.isSecret)
    return typeof items === 'object' && items !== null ? maskObject(items, key, this.isSecret) : items
  }

  /** Text may be JSON, for example the body of a request, JSON within JSON, or a line of JSON for each event. */
  #cleanText(value: string, field: string): string {
    if (!/^\s*[[{"]/.test(value)) return this.#cleanEncoded(value, field)
    const cleaned = this.#cleanJson(value, field)
    if (cleaned !== undefined) return cleaned
    const lines = value.split('\n')
    if (lines.length === 1) return this.mask(value)
    return this.mask(lines.map((line) => this.#cleanJson(line, field) ?? line).join('\n'))
  }

  /** JSON with its secrets replaced; as it was if it has none; undefined if the text is not JSON. */
  #cleanJson(value: string, field: string): string | undefined {
    let parsed: unknown
    try {
      parsed = JSON.parse(value)
    } catch {
      return undefined
    }
    const cleaned = this.#stringify(parsed, field) ?? value
    return cleaned === JSON.stringify(parsed) ? value : cleaned
  }

  /** Text that is encoded as a whole is replaced if there is a secret in it. */
  #cleanEncoded(value: string, field: string): string {
    const decoded = decodedText(value)
    if (decoded !== undefined && this.#cleanText(decoded, field) !== decoded) return REDACTED
    return this.mask(value)
  }

  /** Bytes stay as they are unless they are text with a secret. */
  #cleanBytes(bytes: Uint8Array, value: unknown, field: string): unknown {
    const decoded = textOf(bytes)
    return decoded === undefined || this.#cleanText(decoded, field) === decoded ? value : REDACTED
  }
}

/** Bytes in hexadecimal digits, as those of `bytea` too. */
const HEX = /^(?:\\x|0x)?((?:[\da-f]{2}){8,})$/i
const BASE64 = /^(?:data:[^,]{0,100};base64,)?([\w+/-]{11,}={0,2})$/

/** The text that a text is an encoding of; undefined if it is none. */
function decodedText(value: string): string | undefined {
  const [, hex] = HEX.exec(value) ?? []
  if (hex) return textOf(Buffer.from(hex, 'hex'))
  const [, base64] = BASE64.exec(value) ?? []
  return base64 && textOf(Buffer.from(base64, 'base64'))
}

/** Bytes as text in UTF-8 or UTF-16; undefined if they are not text. */
function textOf(bytes: Uint8Array): string | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const decoded = buffer.toString(buffer[1] === 0 ? 'utf16le' : 'utf8')
  return /[^\P{Cc}\t\n\f\r]|\ufffd/u.test(decoded) ? undefined : decoded
}

/** A number, or the old and the new one. */
function isNumeric(value: unknown): boolean {
  const values = Array.isArray(value) ? value : [value]
  return values.every((each) => typeof each === 'number' || each === null)
}

function tooLarge(field: string): InvalidInputError {
  return new InvalidInputError(
    field,
    'must have at most 1,048,576 characters as JSON. Record which columns changed, or where the content is stored',
  )
}

/** The bytes of a Buffer, after its toJSON too, and of a typed array. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  const { type, data } = (value ?? {}) as Record<string, unknown>
  return type === 'Buffer' && Array.isArray(data) ? Uint8Array.from(data as number[]) : undefined
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
