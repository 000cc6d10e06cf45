import { sql } from 'kysely'
import { raw, type Variants, variants } from '../../../query/index.ts'
import type { Chat } from '../rows.ts'
import type { OwnedChat } from './owned-chat.ts'

interface ForkInput extends OwnedChat {
  /** Id of the new chat. */
  id?: string | undefined
  /** Id of the last message to copy. */
  upTo?: string | undefined
}

/** Creates a chat of the same user with a copy of the messages, up to one of them or all. */
export const forkChat: Variants<ForkInput, Chat> = variants('chats.fork', ['id', 'upTo'], (_, $, has) => {
  const newId = has.id ? sql`${$.id}::uuid` : sql`uuidv7()`
  const lastPosition = has.upTo ? sql`messages.position` : sql`next_position - 1`
  const lastMessage = has.upTo
    ? sql`join messages on messages.chat_id = chats.id and messages.id = ${$.upTo}`
    : sql``
  return raw<Chat>(sql`
    with source as (
      select chats.*, ${lastPosition} as last_position
      from chats ${lastMessage}
      where chats.id = ${$.chatId} and chats.user_id = ${$.userId}
    ),
    fork as (
      insert into chats (id, user_id, title, next_position)
      select ${newId}, user_id, title, next_position from source
      returning *
    ),
    copied as (
      insert into messages (chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens, created_at)
      select fork.id, messages.id, position, role, part_count, envelope, input_tokens, output_tokens, messages.created_at
      from messages join source on messages.chat_id = source.id and messages.position <= source.last_position, fork
    ),
    copied_parts as (
      insert into parts (chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, payload)
      select fork.id, parts.message_id, parts.position, type, tool_call_id, tool_name, tool_state, search_text, payload
      from source
      join messages on messages.chat_id = source.id and messages.position <= source.last_position
      join parts on parts.chat_id = messages.chat_id and parts.message_id = messages.id
        and parts.position < messages.part_count, fork
    )
    select id as "chatId", user_id as "userId", title, version, active_stream_id as "activeStreamId",
      created_at as "createdAt", updated_at as "updatedAt"
    from fork`)
})
