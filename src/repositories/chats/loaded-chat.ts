import { type ChatMessage, restoreMessage } from './messages/index.ts'
import type { Chat, LoadedRow } from './statements.ts'

/** A chat and messages of it in order, each with its position. */
export interface StoredChat<M> {
  chat: Chat
  messages: M[]
  positions: number[]
}

/** What the rows of a chat say; undefined when there is no chat among them. */
export function chatOf<M extends ChatMessage>(rows: readonly LoadedRow[]): StoredChat<M> | undefined {
  let chat: Chat | undefined
  const messages: LoadedRow[] = []
  const parts = new Map<string, unknown[]>()
  for (const row of rows) {
    if (row.role !== null) messages.push(row)
    else if (row.id !== null) parts.set(row.id, row.content as unknown[])
    else chat = ownColumns(row)
  }
  if (!chat) return undefined
  messages.sort((a, b) => (a.position as number) - (b.position as number))
  return {
    chat,
    messages: messages.map((row) => messageOf<M>(row, parts.get(row.id as string) ?? [])),
    positions: messages.map(({ position }) => position as number),
  }
}

/** Parts beyond the count are being deleted by a save that these rows are older than. */
function messageOf<M extends ChatMessage>({ id, role, partCount, content }: LoadedRow, parts: unknown[]): M {
  if (parts.length > (partCount as number)) parts.length = partCount as number
  return restoreMessage<M>(id as string, role as ChatMessage['role'], content, parts)
}

function ownColumns({ id, role, position, partCount, content, ...chat }: LoadedRow): Chat {
  return chat as Chat
}
