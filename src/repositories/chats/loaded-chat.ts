import { type ChatMessage, restoreMessage } from './messages/index.ts'
import type { Chat, LoadedRow } from './rows.ts'

/** A chat and its messages in order, each with its position. */
export interface StoredChat<M> {
  chat: Chat
  messages: M[]
  positions: number[]
}

/** The chat that the rows contain; undefined if there is none. */
export function toStoredChat<M extends ChatMessage>(rows: readonly LoadedRow[]): StoredChat<M> | undefined {
  let chat: Chat | undefined
  const messages: LoadedRow[] = []
  const parts = new Map<string, unknown[]>()
  for (const row of rows) {
    if (row.role !== null) messages.push(row)
    else if (row.id !== null) parts.set(row.id, row.content as unknown[])
    else chat = withoutMessage(row)
  }
  if (!chat) return undefined
  messages.sort((a, b) => (a.position as number) - (b.position as number))
  return {
    chat,
    messages: messages.map((row) => toMessage<M>(row, parts.get(row.id as string) ?? [])),
    positions: messages.map(({ position }) => position as number),
  }
}

/** Parts beyond the count are ignored: a save that is newer than these rows is deleting them. */
function toMessage<M extends ChatMessage>({ id, role, partCount, content }: LoadedRow, parts: unknown[]): M {
  if (parts.length > (partCount as number)) parts.length = partCount as number
  return restoreMessage<M>(id as string, role as ChatMessage['role'], content, parts)
}

function withoutMessage({ id, role, position, partCount, content, ...chat }: LoadedRow): Chat {
  return chat as Chat
}
