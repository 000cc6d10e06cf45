import { randomUUID } from 'node:crypto'
import { createUIMessageStreamResponse, type UIMessageChunk } from 'ai'

/**
 * The answers that this process is generating. If a chat's `activeStreamId` is not among them, it belongs to a process
 * that has crashed. This assumes a single process. Several processes need shared storage for chunks and stop requests,
 * such as Redis (the package `resumable-stream`), and a way to detect which of them are running.
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

  /** Stops all answers and saves their beginnings. */
  async stopAll(): Promise<void> {
    await Promise.all(Array.from(this.#streams.values(), (stream) => stream.stop()))
  }
}

/** An answer that is being generated. It is kept in memory until its end, so that clients can reconnect, and does not depend on any of them. */
export class LiveStream {
  readonly id = randomUUID()
  /** The ID of the message that the answer replaces. */
  replaces: string | undefined
  /** Whether the answer continues a saved message after an approval. */
  continues = false
  readonly #abort = new AbortController()
  readonly #chunks: UIMessageChunk[] = []
  readonly #end = Promise.withResolvers<void>()
  #news = Promise.withResolvers<void>()
  #hasEnded = false

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Resolves when the answer has been saved or saving has failed. */
  get ended(): Promise<void> {
    return this.#end.promise
  }

  /** Reads the answer to its end, independently of clients. Rejects with the error of the model or of saving. */
  async run(chunks: ReadableStream<UIMessageChunk>): Promise<void> {
    try {
      for await (const chunk of chunks) this.#push(chunk)
    } catch (error) {
      this.#push({
        type: 'error',
        errorText: 'Something went wrong. Reload the chat to see the saved part of the answer.',
      })
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

  /** The complete answer as server-sent events: the available part at once, then the rest as it arrives. */
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
      // A client clears the message at the `start` of a replay, and would lose the part that was saved before.
      if (next === 0 && isResumed && this.continues) continue
      yield this.#chunks[next] as UIMessageChunk
    }
  }
}
