import type { CallOptions, Connection } from '../../connection/index.ts'
import { execute, orThrowNotFound, queryAll, queryFirst } from '../../query/index.ts'
import { findDanglingTools, lockChat, type OwnedChat, rewriteTools } from './statements/index.ts'

/** Ends the tool calls of a chat that have no output, and returns their number; see ChatRepository.closeDanglingTools. */
export function closeToolCalls(
  connection: Connection,
  chat: OwnedChat,
  options: CallOptions | undefined,
): Promise<number> {
  const { chatId } = chat
  return connection.atomically(async (transaction) => {
    orThrowNotFound(await queryFirst(transaction, lockChat, chat, options), 'chats', { id: chatId })
    const dangling = await queryAll(transaction, findDanglingTools, chat, options)
    if (dangling.length === 0) return 0
    const closed = dangling.map(({ payload }) => closeToolCall(payload))
    const input = {
      ...chat,
      messageIds: dangling.map(({ messageId }) => messageId),
      positions: dangling.map(({ position }) => position),
      states: closed.map(({ state }) => state),
      payloads: closed.map((part) => JSON.stringify(part)),
    }
    await execute(transaction, rewriteTools, input, options)
    return dangling.length
  }, options)
}

interface ToolPart {
  state: string
  input?: unknown
  rawInput?: unknown
  approval?: { approved?: unknown } | null
}

/** The tool part as the AI SDK would have it after an error or a denial; the input received so far is kept. */
function closeToolCall(payload: unknown): { state: string } {
  const { rawInput, ...part } = payload as ToolPart
  if (part.state === 'approval-responded' && part.approval?.approved === false)
    return { ...(payload as ToolPart), state: 'output-denied' }
  // The AI SDK uses an incomplete input as the input of a failed call.
  const input = part.input ?? rawInput
  return {
    ...part,
    ...(input !== undefined && { input }),
    state: 'output-error',
    errorText: 'The tool call was interrupted.',
  } as { state: string }
}
