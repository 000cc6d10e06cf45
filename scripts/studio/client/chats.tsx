import { type FormEvent, useEffect, useState } from 'preact/compat'
import type { ChatEntry, Conversation, ConversationMessage } from '../conversation.ts'
import { linkToRows, useAddress } from './address.ts'
import { Fetched } from './fetched.tsx'
import { Json, Part } from './part.tsx'

/** The page of chats: the newest ones, or those in which something was said, and one of them as a conversation. */
export function ChatsPage() {
  const [address, change] = useAddress()
  const search = address.get('q') ?? ''
  const [text, setText] = useState(search)
  const [userId, chatId] = [address.get('user'), address.get('chat')]
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change({ q: text })
  }
  return (
    <div className="browser chats">
      <nav aria-label="Chats" className="tables">
        <search>
          <form onSubmit={submit}>
            <input
              type="search"
              aria-label="Search what was said"
              placeholder="Words of a message, then Enter"
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          </form>
        </search>
        <Fetched<ChatEntry[]> path="/api/chats" body={{ search }}>
          {(chats) =>
            chats.length === 0 ? (
              <p role="status">{search ? 'Nothing of this was said in a chat.' : 'There are no chats.'}</p>
            ) : (
              chats.map((chat) => (
                <a
                  key={`${chat.chatId} ${chat.messageId}`}
                  href={linkTo(chat, search)}
                  aria-current={chat.chatId === chatId ? 'true' : undefined}
                >
                  {chat.title ?? 'Without a title'}
                  <small className="quiet">
                    {' '}
                    {chat.user}, {chat.updatedAt.slice(0, 16)}
                    {chat.snippet && <q>{chat.snippet}</q>}
                  </small>
                </a>
              ))
            )
          }
        </Fetched>
      </nav>
      <div className="content">
        {userId && chatId ? (
          <Fetched<Conversation> path="/api/conversation" body={{ userId, chatId }}>
            {(chat) => <Messages chat={chat} userId={userId} chatId={chatId} />}
          </Fetched>
        ) : (
          <p>Choose a chat on the left, or search for what was said.</p>
        )}
      </div>
    </div>
  )
}

function linkTo({ userId, chatId, messageId }: ChatEntry, search: string): string {
  const parameters = new URLSearchParams({ user: userId, chat: chatId, ...(search && { q: search }) })
  return `/chats?${parameters}${messageId ? `#message-${encodeURIComponent(messageId)}` : ''}`
}

function Messages({ chat, userId, chatId }: { chat: Conversation; userId: string; chatId: string }) {
  const [found, setFound] = useState(placeInAddress)
  useEffect(() => {
    document.getElementById(placeInAddress())?.scrollIntoView()
    const follow = () => setFound(placeInAddress())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return (
    <>
      <h1>{chat.title ?? 'Without a title'}</h1>
      <p className="quiet">
        {chat.user} · <a href={linkToRows('chats', { user_id: userId, id: chatId })}>row of the chat</a> ·{' '}
        <a href={linkToRows('messages', { user_id: userId, chat_id: chatId })}>rows of its messages</a> ·{' '}
        <code>
          db.chats.load('{chatId}', {'{'} userId: '{userId}' {'}'})
        </code>
      </p>
      {chat.messages.map((message) => (
        <Message
          key={message.id}
          message={message}
          userId={userId}
          chatId={chatId}
          isFound={found === placeOf(message)}
        />
      ))}
      {chat.hasMore && <p>The chat has more messages: see the rows of its messages.</p>}
    </>
  )
}

const placeInAddress = () => decodeURIComponent(location.hash.slice(1))
const placeOf = ({ id }: ConversationMessage) => `message-${id}`

function Message({
  message,
  userId,
  chatId,
  isFound,
}: {
  message: ConversationMessage
  userId: string
  chatId: string
  /** Whether a search or a row leads to this message. */
  isFound: boolean
}) {
  const { id, role, createdAt, inputTokens, outputTokens, envelope, parts } = message
  const [isRaw, setRaw] = useState(false)
  return (
    <article
      id={placeOf(message)}
      className={`message is-${role}${isFound ? ' is-found' : ''}`}
      aria-current={isFound ? 'true' : undefined}
      aria-label={`Message of ${role}`}
    >
      <header className="quiet">
        <strong>{role}</strong> {createdAt.slice(0, 19)}
        {outputTokens !== null && ` · ${inputTokens ?? 0} tokens in, ${outputTokens} out`} ·{' '}
        <button type="button" className="link" aria-expanded={isRaw} onClick={() => setRaw(!isRaw)}>
          JSON
        </button>{' '}
        ·{' '}
        <a href={linkToRows('parts', { user_id: userId, chat_id: chatId, message_id: id })}>
          {parts.length} {parts.length === 1 ? 'part' : 'parts'}
        </a>
      </header>
      {isRaw ? (
        <Json value={{ ...JSON.parse(envelope), id, role, parts: parts.map((part) => JSON.parse(part)) }} />
      ) : (
        parts.map((part, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the position is the key of a part
          <Part key={place} part={JSON.parse(part) as Record<string, unknown>} />
        ))
      )}
    </article>
  )
}
