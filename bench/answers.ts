import { deepStrictEqual } from 'node:assert'
import { BASELINE, type Process } from './contenders.ts'
import type { Data, Written } from './data.ts'
import type { Operation } from './operation.ts'
import { importedCustomers } from './operations.ts'

/** Calls that are compared; more than one, as inputs differ in what they find. */
const CALLS = [1, 2, 3, 4]

/**
 * Before anything is timed, all must answer alike, and leave the same behind. Returns those that do the operation.
 *
 * @throws {Error} with the difference.
 */
export async function compareAnswers(
  operation: Operation,
  processes: Process[],
  data: Data,
): Promise<Process[]> {
  let able = processes
  for (const call of operation.isLong ? [1] : CALLS) {
    const input = operation.isLong ? importedCustomers(call, 1_500) : operation.input(call, call)
    let expected: Compared | undefined
    for (const process of able) {
      const answer = await process.ask({ kind: 'answer', operation: operation.name, input })
      if (answer === undefined) {
        able = able.filter((other) => other !== process)
        continue
      }
      const isDocument = process.chats === 'documents'
      const actual: Compared = {
        answer: withoutOwn(answer, operation.own),
        // jsonb has an order of keys of its own.
        ...(!isDocument && { text: JSON.stringify(messagesOf(answer)) }),
        ...(operation.writes && { written: await data.written(process.chats) }),
      }
      if (operation.writes) await data.clean()
      expected ??= actual
      compare(
        isDocument ? inDocuments(expected) : expected,
        actual,
        `${process.name} does not answer as ${BASELINE}: ${operation.name}`,
      )
    }
  }
  return able
}

interface Compared {
  answer: unknown
  /** With the order of keys, which makes no difference to `deepStrictEqual`. */
  text?: string
  written?: Written
}

const messagesOf = (answer: unknown) => (answer as { messages?: unknown }).messages

/** What can be expected of one who keeps chats as documents. */
function inDocuments({ answer, written }: Compared): Compared {
  if (!written) return { answer }
  return { answer, written: { ...written, chats: { documents: written.chats.documents } } }
}

/** Keys and times of a row that was just made are the database's: of them only the type is compared. */
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
