import { readFile } from 'node:fs/promises'
import { AdminError } from './errors.ts'

const BYTE_ORDER_MARKS = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const

/**
 * Reads a text file: UTF-8, or UTF-16 with a byte order mark. The byte order is not part of the text.
 *
 * @throws {AdminError} the file has another encoding; the message names it.
 */
export async function readTextFile(path: string): Promise<string> {
  const content = await readFile(path)
  const mark = BYTE_ORDER_MARKS.find(({ bytes }) => bytes.every((byte, index) => content[index] === byte))
  try {
    const text = new TextDecoder(mark?.encoding ?? 'utf-8', { fatal: true }).decode(content)
    if (!text.includes('\0')) return text
  } catch {
    // The same message as for a NUL, which UTF-16 without a byte order mark is full of.
  }
  throw new AdminError(
    `The file ${path} is neither UTF-8 nor UTF-16 with a byte order mark. Save it as UTF-8.`,
  )
}
