import { sql } from '../../../kysely/index.ts'
import { type Statement, statement } from '../../../query/index.ts'
import type { GivenModelOptions } from '../input.ts'
import { type ModelOptions, OPTIONS } from '../rows.ts'
import type { OwnedChat } from './owned-chat.ts'

interface OwnedMessage extends OwnedChat {
  messageId: string
}

export const findOptions: Statement<OwnedMessage, ModelOptions> = statement('chats.optionsOf', (query, $) =>
  query
    .selectFrom('ai_options')
    .select(OPTIONS)
    .where('user_id', '=', $.userId)
    .where('chat_id', '=', $.chatId)
    .where('message_id', '=', $.messageId),
)

/** Inserts no row if there is no such message in a chat of the user. */
export const recordOptions: Statement<OwnedMessage & GivenModelOptions, ModelOptions> = statement(
  'chats.recordOptions',
  (query, $) =>
    query
      .insertInto('ai_options')
      .columns([
        'user_id',
        'chat_id',
        'message_id',
        'prompt',
        'max_tokens',
        'temperature',
        'top_p',
        'frequency_penalty',
        'presence_penalty',
      ])
      .expression(({ selectFrom }) =>
        selectFrom('messages')
          .where('messages.user_id', '=', $.userId)
          .where('messages.chat_id', '=', $.chatId)
          .where('messages.id', '=', $.messageId)
          .select([
            'messages.user_id',
            'messages.chat_id',
            'messages.id',
            sql<string | null>`${$.prompt}::text`.as('prompt'),
            sql<number | null>`${$.maxTokens}::integer`.as('maxTokens'),
            sql<number | null>`${$.temperature}::float8`.as('temperature'),
            sql<number | null>`${$.topP}::float8`.as('topP'),
            sql<number | null>`${$.frequencyPenalty}::float8`.as('frequencyPenalty'),
            sql<number | null>`${$.presencePenalty}::float8`.as('presencePenalty'),
          ]),
      )
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'chat_id', 'message_id']).doUpdateSet(({ ref }) => ({
          prompt: ref('excluded.prompt'),
          max_tokens: ref('excluded.max_tokens'),
          temperature: ref('excluded.temperature'),
          top_p: ref('excluded.top_p'),
          frequency_penalty: ref('excluded.frequency_penalty'),
          presence_penalty: ref('excluded.presence_penalty'),
        })),
      )
      .returning(OPTIONS),
)
