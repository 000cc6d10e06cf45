import { mkdir, writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { type StudioOptions, startStudio } from '../../scripts/studio/server.ts'
import { seed } from '../../src/admin.ts'
import { launchChromium } from './chromium.ts'
import { test as base } from './database.ts'

/** The folder for screenshots: `SCREENSHOTS=docs/how-to/studio npm run test:studio`. */
const { SCREENSHOTS } = process.env

/** Tests of the studio in Chromium: `filled` is a database with rows, `open` starts a studio of it and returns its page. */
export const test = base.extend<{ filled: string; open: (options?: StudioOptions) => Promise<Page> }>({
  filled: [
    async ({ url }, use) => {
      await seed(url, { scale: 300 })
      await use(url)
    },
    { scope: 'file' },
  ],
  open: async ({ filled }, use) => {
    await using stack = new AsyncDisposableStack()
    const browser = stack.adopt(await launchChromium(), (browser) => browser.close())
    await use(async (options) => {
      const studio = stack.use(await startStudio(filled, options))
      const context = await browser.newContext({ viewport: { width: 1400, height: 900 } })
      const page = await context.newPage()
      const { origin } = new URL(studio.url)
      // Offline: every request to another host is an error.
      page.on('request', (request) => expect(request.url()).toMatch(new RegExp(`^(${origin}/|data:|blob:)`)))
      page.on('pageerror', (error) => expect.soft(error).toBeUndefined())
      await page.goto(studio.url)
      return page
    })
  },
})

const PICTURE = { width: 1200, height: 720 }

/** Keeps a picture of the page, if the tests are run for that. */
export async function see(page: Page, name: string): Promise<void> {
  if (!SCREENSHOTS) return
  await mkdir(SCREENSHOTS, { recursive: true })
  await page.locator('#database').evaluate((element) => element.replaceChildren('crm'))
  const before = page.viewportSize()
  await page.setViewportSize(PICTURE)
  // Playwright itself has no WebP, which is a third of the size of PNG.
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 55 })
  await session.detach()
  await writeFile(`${SCREENSHOTS}/${name}.webp`, Buffer.from(data, 'base64'))
  if (before) await page.setViewportSize(before)
}
