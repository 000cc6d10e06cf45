import { mkdir, writeFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { type Studio, type StudioOptions, startStudio } from '../../scripts/studio/server.ts'
import { seed } from '../../src/admin.ts'
import { launchChromium } from './chromium.ts'
import { test as base } from './database.ts'

/** The folder for screenshots: `SCREENSHOTS=docs/how-to/studio npm run test:studio`. */
const { SCREENSHOTS } = process.env

interface Fixtures {
  /** A database with rows. */
  filled: string
  browser: Browser
  /** The studio with these options, which the tests of a file share. */
  studioWith: (options: StudioOptions) => Promise<Studio>
  /** A page of that studio, in a browser window of its own. */
  open: (options?: StudioOptions) => Promise<Page>
}

/** Tests of the studio in Chromium. */
export const test = base.extend<Fixtures>({
  filled: [
    async ({ url }, use) => {
      await seed(url, { scale: 300 })
      await use(url)
    },
    { scope: 'file' },
  ],
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest demands the pattern
    async ({}, use) => {
      const browser = await launchChromium()
      await use(browser)
      await browser.close()
    },
    { scope: 'file' },
  ],
  studioWith: [
    async ({ filled }, use) => {
      await using stack = new AsyncDisposableStack()
      const studios = new Map<string, Promise<Studio>>()
      await use((options) => {
        const key = JSON.stringify(options)
        const studio = studios.get(key) ?? startStudio(filled, options).then((each) => stack.use(each))
        studios.set(key, studio)
        return studio
      })
    },
    { scope: 'file' },
  ],
  open: async ({ browser, studioWith }, use) => {
    await using stack = new AsyncDisposableStack()
    await use(async (options = {}) => {
      const studio = await studioWith(options)
      const context = stack.adopt(
        await browser.newContext({ viewport: { width: 1400, height: 900 } }),
        (context) => context.close(),
      )
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
