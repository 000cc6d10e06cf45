import { getRandomValues, randomInt } from 'node:crypto'

/** Numbers of the counter; it begins in the lower half. */
const COUNTS = 2 ** 26
/** Random tails that are drawn at once: a call for each would take longer than all the rest. */
const TAILS = 512
const TAIL_BYTES = 6

/**
 * Generates ascending UUIDv7s: a counter of 26 bits, which begins at a random number, then 48 random bits, so that no id
 * leads to its neighbors (RFC 9562, 6.2, method 1). A counter that is used up goes on in the next millisecond.
 */
export function uuidSequence(): () => string {
  const tails = Buffer.alloc(TAILS * TAIL_BYTES)
  let tail = tails.length
  let time = Date.now()
  let count = randomInt(COUNTS / 2)
  return () => {
    count += 1
    if (count === COUNTS) {
      time += 1
      count = randomInt(COUNTS / 2)
    }
    if (tail === tails.length) {
      getRandomValues(tails)
      tail = 0
    }
    const moment = time.toString(16).padStart(12, '0')
    const high = (count >>> 14).toString(16).padStart(3, '0')
    const low = (0x8000 | (count & 0x3fff)).toString(16)
    tail += TAIL_BYTES
    return `${moment.slice(0, 8)}-${moment.slice(8)}-7${high}-${low}-${tails.toString('hex', tail - TAIL_BYTES, tail)}`
  }
}
