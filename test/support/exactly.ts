import { deepStrictEqual } from 'node:assert'
import type { ChatMessage, Database } from '../../src/index.ts'
import { aUser } from './factories.ts'

export async function aChat(db: Database) {
  const { userId } = await db.users.create(aUser())
  const { chatId } = await db.chats.create({ userId })
  return { chatId, owner: { userId } }
}

/** The law of the store: what is loaded is what was saved, as JSON sees it, to the byte. */
export function isExactly(loaded: unknown, saved: unknown): void {
  const expected = JSON.stringify(saved)
  const got = JSON.stringify(loaded)
  if (got !== expected) throw new Error(`Saved  ${around(expected, got)}\nLoaded ${around(got, expected)}`)
  deepStrictEqual(loaded, JSON.parse(expected))
}

/** The first place where they differ. */
function around(text: string, other: string): string {
  let place = 0
  while (text[place] === other[place]) place += 1
  return `(at ${place} of ${text.length}) …${text.slice(Math.max(0, place - 80), place + 80)}…`
}

/** Saves messages, and once more, which writes nothing; after both they are loaded, and are what was saved. */
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
