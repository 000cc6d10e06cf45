import type { Database } from '@norberts-spark/db'
import type { LanguageModel } from 'ai'
import fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Answers } from './answers.ts'
import { answerError } from './errors.ts'
import { LiveStreams } from './live-streams.ts'
import { type Message, Submission } from './message.ts'
import { authenticate } from './owner.ts'

interface OfChat {
  Params: { id: string }
}

const NewChat = z.strictObject({ id: z.uuid().optional(), title: z.string().nullish() })
const Title = z.strictObject({ title: z.string().nullable() })
const PageRequest = z.object({ limit: z.coerce.number().optional(), after: z.string().optional() })
const LoadRequest = z.object({ limit: z.coerce.number().optional(), before: z.coerce.number().optional() })
const SearchRequest = PageRequest.extend({ words: z.string() })

/** Builds the service with its routes. */
export function buildApp(db: Database, model: LanguageModel, { logLevel = 'info' } = {}): FastifyInstance {
  const app = fastify({ logger: { level: logLevel } })
  const streams = new LiveStreams()
  const answers = new Answers(model, streams, app.log)
  authenticate(app, db)
  app.setErrorHandler(answerError)
  app.addHook('preClose', () => streams.stopAll())

  app.post('/chats', async ({ acting: { db, owner }, body }, reply) => {
    const chat = await db.chats.create({ ...NewChat.parse(body ?? {}), ...owner })
    return reply.code(201).send(chat)
  })

  app.get('/chats', ({ acting: { db, owner }, query }) =>
    db.chats.listByUser(owner.userId, PageRequest.parse(query)),
  )

  app.get<OfChat>('/chats/:id', async ({ acting, params, query }) => {
    const { db, owner } = acting
    await answers.recover(params.id, acting)
    const chat = await db.chats.load<Message>(params.id, { ...owner, ...LoadRequest.parse(query) })
    // A regenerated answer replaces the old one, which remains stored until the new one is saved.
    const replaces = streams.find(chat.activeStreamId)?.replaces
    const end = chat.messages.findIndex(({ id }) => id === replaces)
    return end === -1 ? chat : { ...chat, messages: chat.messages.slice(0, end) }
  })

  app.patch<OfChat>('/chats/:id', async ({ acting: { db, owner }, params, body }) => {
    return db.chats.rename(params.id, Title.parse(body).title, owner)
  })

  app.delete<OfChat>('/chats/:id', async ({ acting, params }, reply) => {
    await answers.stop(params.id, acting)
    await acting.db.chats.delete(params.id, acting.owner)
    return reply.code(204).send()
  })

  app.post<OfChat>('/chats/:id/messages', async ({ acting, params, body }, reply) => {
    const stream = await answers.begin(params.id, Submission.parse(body), acting)
    return reply.send(stream.response())
  })

  app.get<OfChat>('/chats/:id/stream', async ({ acting: { db, owner }, params }, reply) => {
    const { activeStreamId } = await db.chats.get(params.id, owner)
    const stream = streams.find(activeStreamId)
    return stream ? reply.send(stream.response({ isResumed: true })) : reply.code(204).send()
  })

  app.post<OfChat>('/chats/:id/stop', async ({ acting, params }, reply) => {
    await answers.stop(params.id, acting)
    return reply.code(204).send()
  })

  app.get('/search', async ({ acting: { db, owner }, query }) => {
    const { words, ...page } = SearchRequest.parse(query)
    return db.chats.search(owner.userId, words, page)
  })

  app.get('/usage', ({ acting: { db, owner } }) => db.chats.usageOfUser(owner.userId))

  return app
}
