import { getRandomValues } from 'node:crypto'

/** Generates ascending UUIDv7s of one moment: the last 48 bits count up from a random number (RFC 9562, 6.2, method 2). */
export function uuidSequence(): () => string {
  const random = getRandomValues(new Uint32Array(4))
  const [a = 0, b = 0, high = 0, low = 0] = random
  const time = Date.now().toString(16).padStart(12, '0')
  const variant = (0x8000 + (b % 0x4000)).toString(16)
  const head = `${time.slice(0, 8)}-${time.slice(8)}-7${hex(a % 0x1000, 3)}-${variant}-`
  // At least 2^44, so that it has twelve hexadecimal digits.
  let count = (0x1000 + (high % 0x7000)) * 2 ** 32 + low
  return () => {
    count += 1
    return head + count.toString(16)
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
