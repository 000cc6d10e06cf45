import { sql } from 'kysely'
import {
  type List,
  list,
  type Params,
  type Statement,
  statement,
  type Variants,
  variants,
} from '../../../query/index.ts'
import { CHAT, type Chat } from '../rows.ts'
import type { OwnedChat } from './owned-chat.ts'

export const findChat: Statement<OwnedChat, Chat> = statement('chats.find', (query, $) =>
  query.selectFrom('chats').select(CHAT).where('id', '=', $.chatId).where('user_id', '=', $.userId),
)

interface ChatToCreate {
  chatId?: string | undefined
  userId: string
  title?: string | null | undefined
}

/** Returns the existing chat if it has the same owner, and no row if it has another one. */
export const createChat: Variants<ChatToCreate, Chat> = variants(
  'chats.create',
  ['chatId'],
  (query, $, has) =>
    query
      .insertInto('chats')
      .values({ ...(has.chatId && { id: $.chatId }), user_id: $.userId, title: $.title })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet(({ ref }) => ({ user_id: ref('excluded.user_id') }))
          .whereRef('chats.user_id', '=', 'excluded.user_id'),
      )
      .returning(CHAT),
)

export const listChats: List<{ userId: string; search?: string | undefined }, Chat> = list(
  'chats.listByUser',
  ['search'],
  { at: 'updated_at as updatedAt', id: 'id as chatId', search: sql`searchable(title)` },
  (query, $, _, page) =>
    page.read('chat', query.selectFrom('chats').select(CHAT).where('user_id', '=', $.userId)),
)

export const renameChat: Statement<OwnedChat & { title: string | null }, Chat> = statement(
  'chats.rename',
  (query, $) =>
    query
      .updateTable('chats')
      .set({ title: $.title })
      .where('id', '=', $.chatId)
      .where('user_id', '=', $.userId)
      .returning(CHAT),
)

export const deleteChat = statement('chats.delete', (query, $: Params<OwnedChat>) =>
  query.deleteFrom('chats').where('id', '=', $.chatId).where('user_id', '=', $.userId),
)
