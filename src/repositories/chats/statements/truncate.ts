import { sql } from 'kysely'
import { raw, type Variants, variants } from '../../../query/index.ts'
import type { OwnedChat } from './owned-chat.ts'
import { andIsUnchanged } from './save.ts'

interface TruncateInput extends OwnedChat {
  messageId: string
  /** True to keep the message itself. */
  exclusive?: true | undefined
}

/** Deletes a message and all later ones, or only the later ones. */
export const truncateMessages: Variants<TruncateInput, { version: number; deleted: number }> = variants(
  'chats.truncateFrom',
  ['exclusive'],
  (_, $, has) =>
    raw<{ version: number; deleted: number }>(sql`
    with target as (
      select messages.position
      from messages join chats on chats.id = messages.chat_id
      where messages.chat_id = ${$.chatId} and messages.id = ${$.messageId} and chats.user_id = ${$.userId}
    ),
    chat as (
      update chats
      set version = version + 1
      from target
      where id = ${$.chatId} ${andIsUnchanged($)}
      returning chats.id, version
    ),
    removed as (
      delete from messages using chat, target
      where messages.chat_id = chat.id and messages.position ${has.exclusive ? sql`>` : sql`>=`} target.position
      returning 1
    )
    select version, (select count(*)::integer from removed) as deleted from chat`),
)
