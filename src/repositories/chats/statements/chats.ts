import { sql } from '../../../kysely/index.ts'
import {
  type List,
  list,
  raw,
  type Statement,
  statement,
  type Variants,
  variants,
} from '../../../query/index.ts'
import { CHAT_OFFERS } from '../offers.ts'
import { CHAT, type Chat } from '../rows.ts'
import type { OwnedChat } from './owned-chat.ts'

export const findChat: Statement<OwnedChat, Chat> = statement('chats.find', (query, $) =>
  query.selectFrom('chats').select(CHAT).where('user_id', '=', $.userId).where('id', '=', $.chatId),
)

/** The result of `delete_chats`. */
export interface DeletedChats {
  deleted: number
  /** Names of files that the user's messages refer to no more. */
  files: string[]
}

interface ChatToCreate {
  chatId?: string | undefined
  userId: string
  title?: string | null | undefined
}

/** Returns the user's existing chat if there is one with this id. */
export const createChat: Variants<ChatToCreate, Chat> = variants(
  'chats.create',
  ['chatId'],
  (query, $, has) =>
    query
      .insertInto('chats')
      .values({ ...(has.chatId && { id: $.chatId }), user_id: $.userId, title: $.title })
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'id']).doUpdateSet(({ ref }) => ({ user_id: ref('excluded.user_id') })),
      )
      .returning(CHAT),
  { isShort: true },
)

export const listChats: List<{ userId: string; search?: string | undefined }, Chat> = list(
  'chats.listByUser',
  ['search'],
  {
    at: 'updated_at as updatedAt',
    id: 'id as chatId',
    search: { words: 'search_words(title)', text: 'title' },
  },
  (query, $, _, page) =>
    page.read('chat', query.selectFrom('chats').select(CHAT).where('user_id', '=', $.userId)),
  CHAT_OFFERS,
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
  { isShort: true },
)

export const deleteChat: Statement<OwnedChat, DeletedChats> = statement(
  'chats.delete',
  (_, $) =>
    raw<DeletedChats>(
      sql`select deleted, files from delete_chats(${$.userId}, array[${$.chatId}]::uuid[], null)`,
    ),
  { writes: true },
)
