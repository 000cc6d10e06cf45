import { APPENDED, longChat, READERS, readerOf, shortChat, textAt, wordsOf } from './chat-data.ts'
import type { Message } from './contenders/chat.ts'
import { type Operation, read, spread, write } from './operation.ts'

/** The measured operations on chats. */
export const CHAT_OPERATIONS: readonly Operation[] = [
  // Versions may differ, because contenders write different numbers of messages.
  write('save a turn', 'saveTurn', [], (n, unique) => ({
    ...shortChat(spread(n, APPENDED)),
    messages: turn(unique),
  })),
  read('load a chat', 'loadChat', (n) => longChat(spread(n, READERS))),
  read('load the last 20 messages', 'loadLast', (n) => longChat(spread(n, READERS))),
  read("page a user's chats", 'pageChats', (n) => readerOf(spread(n, READERS))),
  {
    ...read('search chats', 'searchChats', (n) => {
      const of = spread(n, READERS)
      return { userId: readerOf(of), words: wordsOf(of) }
    }),
    // Each contender cuts its own snippet around the words.
    own: ['snippet'],
  },
]

/** A question and its answer: two messages with six parts. */
function turn(n: number): Message[] {
  return [
    {
      id: `asked.${n}`,
      role: 'user',
      parts: [
        { type: 'text', text: textAt(n) },
        {
          type: 'file',
          mediaType: 'application/pdf',
          filename: `report ${n}.pdf`,
          url: `https://files.example.test/${n}`,
        },
      ],
    },
    {
      id: `answered.${n}`,
      role: 'assistant',
      metadata: { model: 'assistant-large-2', usage: { inputTokens: 900, outputTokens: 200 } },
      parts: [
        { type: 'step-start' },
        { type: 'reasoning', text: textAt(n + 1), state: 'done' },
        {
          type: 'tool-searchCustomers',
          toolCallId: `call_${n}`,
          state: 'output-available',
          input: { query: `customer ${n}`, limit: 3, statuses: ['active', 'prospect'] },
          output: {
            items: [1, 2, 3].map((id) => ({ id, name: `Customer ${n + id} Ltd`, status: 'active' })),
            total: n,
          },
        },
        { type: 'text', text: textAt(n + 2), state: 'done' },
      ],
    },
  ]
}
