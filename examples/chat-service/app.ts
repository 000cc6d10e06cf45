import type { ChatOwner, Database } from '@norberts-spark/db'
import type { LanguageModel } from 'ai'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Answers } from './answers.ts'
import { answerError, HttpError } from './errors.ts'
import { LiveStreams } from './live-streams.ts'
import { type Message, Submission } from './message.ts'

interface OfChat {
  Params: { id: string }
}

const NewChat = z.strictObject({ id: z.uuid().optional(), title: z.string().nullish() })
const Title = z.strictObject({ title: z.string().nullable() })
const PageRequest = z.object({ limit: z.coerce.number().optional(), after: z.string().optional() })
const LoadRequest = z.object({ limit: z.coerce.number().optional(), before: z.coerce.number().optional() })
const SearchRequest = PageRequest.extend({ words: z.string() })

export function buildApp(db: Database, model: LanguageModel, { logLevel = 'info' } = {}): FastifyInstance {
  const app = fastify({ logger: { level: logLevel } })
  const streams = new LiveStreams()
  const answers = new Answers(db, model, streams, app.log)
  app.setErrorHandler(answerError)
  app.addHook('preClose', () => streams.stopAll())

  app.post('/chats', async (request, reply) => {
    const chat = await db.chats.create({ ...NewChat.parse(request.body ?? {}), ...ownerOf(request) })
    return reply.code(201).send(chat)
  })

  app.get('/chats', (request) => {
    return db.chats.listByUser(ownerOf(request).userId, PageRequest.parse(request.query))
  })

  app.get<OfChat>('/chats/:id', async (request) => {
    const owner = ownerOf(request)
    const chatId = request.params.id
    await answers.recover(chatId, owner)
    const chat = await db.chats.load<Message>(chatId, { ...owner, ...LoadRequest.parse(request.query) })
    // An answer that is given anew stands where the old one is until it ends.
    const replaces = streams.find(chat.activeStreamId)?.replaces
    const end = chat.messages.findIndex(({ id }) => id === replaces)
    return end === -1 ? chat : { ...chat, messages: chat.messages.slice(0, end) }
  })

  app.patch<OfChat>('/chats/:id', (request) => {
    const { title } = Title.parse(request.body)
    return db.chats.rename(request.params.id, title, ownerOf(request))
  })

  app.delete<OfChat>('/chats/:id', async (request, reply) => {
    const owner = ownerOf(request)
    await answers.stop(request.params.id, owner)
    await db.chats.delete(request.params.id, owner)
    return reply.code(204).send()
  })

  app.post<OfChat>('/chats/:id/messages', async (request, reply) => {
    const submission = Submission.parse(request.body)
    const stream = await answers.begin(request.params.id, submission, ownerOf(request))
    return reply.send(stream.response())
  })

  app.get<OfChat>('/chats/:id/stream', async (request, reply) => {
    const { activeStreamId } = await db.chats.get(request.params.id, ownerOf(request))
    const stream = streams.find(activeStreamId)
    return stream ? reply.send(stream.response({ isResumed: true })) : reply.code(204).send()
  })

  app.post<OfChat>('/chats/:id/stop', async (request, reply) => {
    await answers.stop(request.params.id, ownerOf(request))
    return reply.code(204).send()
  })

  app.get('/search', (request) => {
    const { words, ...page } = SearchRequest.parse(request.query)
    return db.chats.search(ownerOf(request).userId, words, page)
  })

  app.get('/usage', (request) => db.chats.usage(ownerOf(request)))

  return app
}

/** A stub in the place of authentication: whoever sends the header is believed. Take the user of a session or token. */
function ownerOf({ headers }: FastifyRequest): ChatOwner {
  const userId = headers['x-user-id']
  if (typeof userId !== 'string') throw new HttpError(401, 'Who are you? Send x-user-id.')
  return { userId }
}
