import { isNumericText } from './numbers.ts'
import { readText } from './texts.ts'
import { Problem, type Read, UNKNOWN } from './values.ts'

/** Reads JSON text in a string, as it is sent, or any other value, as the text that JSON.stringify makes of it. */
export function readJson(given: unknown, kind: 'json' | 'jsonb'): Read {
  const text = typeof given === 'string' ? readText(given) : stringify(given)
  if (text instanceof Problem) return text
  if (!isJson(text)) return new Problem('must be a JSON value, or JSON text in a string')
  return kind === 'json' ? UNKNOWN : (readJsonb(text) ?? UNKNOWN)
}

function stringify(given: unknown): string | Problem {
  const refusal = new Problem('must be a JSON value, or JSON text in a string')
  try {
    return JSON.stringify(given) ?? refusal
  } catch {
    return refusal
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Checks each token, because parsing would lose the values of repeated keys. */
function readJsonb(text: string): Problem | undefined {
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g)) {
    if (!token.startsWith('"')) {
      if (!isNumericText(token))
        return new Problem(
          'must not contain a number beyond 131072 digits before the point or 16383 behind it',
        )
      continue
    }
    if (!token.includes('\\u')) continue
    const inner = readText(JSON.parse(token))
    if (inner instanceof Problem) return inner
  }
  return undefined
}
