import net from 'node:net'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/*
 * A TCP proxy that delays each byte by the same time in both directions, as a longer cable would: it neither limits the
 * throughput nor changes the order. A process of its own, so that its work is not that of the contenders:
 * `delay-proxy.ts host port milliseconds`. It sends its port to its parent and ends with it.
 *
 * A second thread measures the time, because timers of the event loop have a resolution of one millisecond.
 */

/** How long it takes until the thread is awake and the event loop has its message, in milliseconds: it sets out earlier. */
const WAKING = 0.15

/** Shared by the two threads. */
interface Alarm {
  /** When the oldest bytes are due, in milliseconds; 0 while there are none. */
  readonly due: Float64Array
  /** Counts the changes of `due`. */
  readonly changes: Int32Array
}

/** Milliseconds of the same clock in both threads. */
const now = () => Number(process.hrtime.bigint()) / 1e6

if (isMainThread) forward()
else measureTime(workerData)

function forward(): void {
  const [, , host = '', port = '', delay = ''] = process.argv
  const alarm: Alarm = {
    due: new Float64Array(new SharedArrayBuffer(8)),
    changes: new Int32Array(new SharedArrayBuffer(4)),
  }
  /** In the order of `due`: the delay is always the same. */
  const queue: { due: number; send: () => void }[] = []
  const setAlarm = () => {
    alarm.due[0] = queue[0]?.due ?? 0
    Atomics.add(alarm.changes, 0, 1)
    Atomics.notify(alarm.changes, 0)
  }
  const later = (send: () => void) => {
    queue.push({ due: now() + Number(delay), send })
    if (queue.length === 1) setAlarm()
  }
  const connect = (from: net.Socket, to: net.Socket) => {
    from.setNoDelay(true)
    from.on('data', (chunk) => later(() => to.write(chunk)))
    from.on('end', () => later(() => to.end()))
    from.on('error', () => to.destroy())
  }
  new Worker(new URL(import.meta.url), { workerData: alarm }).on('message', () => {
    const end = now() + WAKING
    while (queue[0] && queue[0].due <= end) queue.shift()?.send()
    setAlarm()
  })
  const listener = net.createServer({ allowHalfOpen: true }, (client) => {
    const server = net.connect({ host, port: Number(port), allowHalfOpen: true })
    connect(client, server)
    connect(server, client)
  })
  listener.listen(0, '127.0.0.1', () => process.send?.((listener.address() as net.AddressInfo).port))
  process.on('disconnect', () => process.exit())
}

/** Sends a message each time when bytes are due. */
function measureTime({ due, changes }: Alarm): void {
  for (;;) {
    const change = Atomics.load(changes, 0)
    const [time = 0] = due
    const wait = time === 0 ? Number.POSITIVE_INFINITY : time - WAKING - now()
    if (wait > 0) {
      Atomics.wait(changes, 0, change, wait)
    } else {
      parentPort?.postMessage('due')
      Atomics.wait(changes, 0, change)
    }
  }
}
