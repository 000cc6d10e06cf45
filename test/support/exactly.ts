import { deepStrictEqual } from 'node:assert'
import type { ChatMessage, Database } from '../../src/index.ts'
import { aUser } from './factories.ts'

export async function aChat(db: Database) {
  const { userId } = await db.users.create(aUser())
  const { chatId } = await db.chats.create({ userId })
  return { chatId, owner: { userId } }
}

/** Asserts the store's invariant: loaded messages equal the saved ones, byte for byte as JSON. */
export function isExactly(loaded: unknown, saved: unknown): void {
  const expected = JSON.stringify(saved)
  const got = JSON.stringify(loaded)
  if (got !== expected) throw new Error(`Saved  ${around(expected, got)}\nLoaded ${around(got, expected)}`)
  deepStrictEqual(loaded, JSON.parse(expected))
}

/** The text around the first difference. */
function around(text: string, other: string): string {
  let place = 0
  while (text[place] === other[place]) place += 1
  return `(at ${place} of ${text.length}) …${text.slice(Math.max(0, place - 80), place + 80)}…`
}

/** Saves messages twice, where the second time writes nothing, and asserts after each that loading returns them. */
export async function savedTwice<M extends ChatMessage>(
  db: Database,
  { chatId, owner }: { chatId: string; owner: { userId: string } },
  messages: readonly M[],
): Promise<M[]> {
  await db.chats.save(chatId, messages, owner)
  isExactly((await db.chats.load(chatId, owner)).messages, messages)
  const { saved } = await db.chats.save(chatId, messages, owner)
  if (saved !== 0) throw new Error(`The same save again wrote ${saved} messages.`)
  const loaded = await db.chats.load<M>(chatId, owner)
  isExactly(loaded.messages, messages)
  return loaded.messages
}
