import { deepStrictEqual } from 'node:assert'
import { BASELINE, type Process } from './contenders.ts'
import type { Data, Written } from './data.ts'
import type { Operation } from './operation.ts'
import { importedCustomers } from './operations.ts'

/** The numbers of the compared calls: several, because different inputs find different rows. */
const CALLS = [1, 2, 3, 4]
/** The number of customers that the first two calls of an operation on fresh ones may change. */
const FRESH_COMPARED = 300

/**
 * Asserts, before timing, that all contenders give the same answers and write the same rows.
 *
 * @returns the contenders that support the operation.
 * @throws {Error} the answers differ; the message contains the difference.
 */
export async function compareAnswers(
  operation: Operation,
  processes: Process[],
  data: Data,
): Promise<Process[]> {
  let able = processes
  for (const call of operation.isLong ? [1] : operation.onFresh ? CALLS.slice(0, 2) : CALLS) {
    const input = operation.isLong ? importedCustomers(call, 1_500) : operation.input(call, call)
    let expected: Compared | undefined
    for (const process of able) {
      if (operation.onFresh) await data.addFresh(FRESH_COMPARED)
      const answer = await process.ask({ kind: 'answer', operation: operation.name, input })
      if (answer === undefined) {
        if (operation.onFresh) await data.clean()
        able = able.filter((other) => other !== process)
        continue
      }
      const isDocument = process.chats === 'documents'
      const actual: Compared = {
        answer: withoutOwn(answer, operation.own),
        // jsonb does not keep the order of keys.
        ...(!isDocument && { text: JSON.stringify(messagesOf(answer)) }),
        ...(operation.writes && { written: await data.written(process.chats) }),
      }
      if (operation.writes) await data.clean()
      expected ??= actual
      compare(
        isDocument ? inDocuments(expected) : expected,
        actual,
        `${process.name} gives a different answer than ${BASELINE}: ${operation.name}`,
      )
    }
  }
  return able
}

interface Compared {
  answer: unknown
  /** The answer as JSON, to compare the order of keys, which `deepStrictEqual` ignores. */
  text?: string
  written?: Written
}

const messagesOf = (answer: unknown) => (answer as { messages?: unknown }).messages

/** The expected result of a contender that stores chats as documents. */
function inDocuments({ answer, written }: Compared): Compared {
  if (!written) return { answer }
  return { answer, written: { ...written, chats: { documents: written.chats.documents } } }
}

/** Replaces the values of generated keys and times by their types, because only the types can be equal. */
function withoutOwn(value: unknown, own: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutOwn(one, own))
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      own.includes(key) ? Object.prototype.toString.call(one) : withoutOwn(one, own),
    ]),
  )
}

function compare(expected: unknown, actual: unknown, what: string): void {
  try {
    deepStrictEqual(actual, expected)
  } catch (error) {
    throw new Error(`${what}\n${(error as Error).message}`)
  }
}
