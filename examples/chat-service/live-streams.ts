import { randomUUID } from 'node:crypto'
import { createUIMessageStreamResponse, type UIMessageChunk } from 'ai'

/**
 * The answers that this process is giving. A chat's `activeStreamId` that is not among them was left behind by a
 * process that died: this holds for a single process. Several need a place that all can see for chunks and stops,
 * such as Redis (the package `resumable-stream`), and a way to tell which of them are alive.
 */
export class LiveStreams {
  readonly #streams = new Map<string, LiveStream>()

  open(): LiveStream {
    const stream = new LiveStream()
    this.#streams.set(stream.id, stream)
    void stream.ended.then(() => this.#streams.delete(stream.id))
    return stream
  }

  find(id: string | null): LiveStream | undefined {
    return id === null ? undefined : this.#streams.get(id)
  }

  /** Saves what there is of each answer, as a stop by its user does. */
  async stopAll(): Promise<void> {
    await Promise.all(Array.from(this.#streams.values(), (stream) => stream.stop()))
  }
}

/** An answer on its way. It is kept in memory until it has ended, for whoever connects, and goes on when nobody does. */
export class LiveStream {
  readonly id = randomUUID()
  /** The message in whose place the answer comes. */
  replaces: string | undefined
  /** Whether the answer goes on from a message that is saved, after an approval. */
  continues = false
  readonly #abort = new AbortController()
  readonly #chunks: UIMessageChunk[] = []
  readonly #end = Promise.withResolvers<void>()
  #news = Promise.withResolvers<void>()
  #hasEnded = false

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** When the answer is saved, or could not be. */
  get ended(): Promise<void> {
    return this.#end.promise
  }

  /** Reads to the end, whatever becomes of the clients. Rejects with what went wrong, in the model or in saving. */
  async run(chunks: ReadableStream<UIMessageChunk>): Promise<void> {
    try {
      for await (const chunk of chunks) this.#push(chunk)
    } catch (error) {
      this.#push({ type: 'error', errorText: 'Something went wrong: load the chat to see what was kept.' })
      throw error
    } finally {
      this.end()
    }
  }

  end(): void {
    this.#hasEnded = true
    this.#news.resolve()
    this.#end.resolve()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.ended
  }

  /** The whole answer as server-sent events: what there is at once, then the rest as it comes. */
  response({ isResumed = false } = {}): Response {
    return createUIMessageStreamResponse({
      stream: ReadableStream.from(this.#replay(isResumed)),
      keepAliveMs: 15_000, // for proxies that close silent connections
    })
  }

  #push(chunk: UIMessageChunk): void {
    this.#chunks.push(chunk)
    this.#news.resolve()
    this.#news = Promise.withResolvers()
  }

  async *#replay(isResumed: boolean): AsyncGenerator<UIMessageChunk> {
    for (let next = 0; ; next += 1) {
      while (next >= this.#chunks.length) {
        if (this.#hasEnded) return
        await this.#news.promise
      }
      // At the `start` of a replay a client empties the message; what is saved of this one would be lost to it.
      if (next === 0 && isResumed && this.continues) continue
      yield this.#chunks[next] as UIMessageChunk
    }
  }
}
