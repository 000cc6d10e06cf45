import type { FunctionComponent } from 'preact/compat'
import { createRoot } from 'preact/compat/client'
import { AccessPage } from './access.tsx'
import { ChatsPage } from './chats.tsx'
import { ConstraintsPage } from './constraints.tsx'
import { DiagramPage } from './diagram.tsx'
import { DictionaryPage } from './dictionary.tsx'
import { Fetched } from './fetched.tsx'
import { HistoryPage } from './history.tsx'
import { IndexesPage } from './indexes.tsx'
import type { Info } from './info.ts'
import './pages.css'
import { CustomersPage, PeoplePage } from './profiles.tsx'
import { RowsPage } from './rows.tsx'
import { fetchEarly, takeToken } from './server.ts'
import { PartitionsPage, ReplicationPage } from './server-state.tsx'
import { SqlPage } from './sql.tsx'
import { StatementsPage } from './statements.tsx'

const PAGES: Readonly<Record<string, FunctionComponent<Info>>> = {
  '': RowsPage,
  chats: ChatsPage,
  customers: CustomersPage,
  people: PeoplePage,
  history: HistoryPage,
  sql: SqlPage,
  diagram: DiagramPage,
  dictionary: DictionaryPage,
  constraints: ConstraintsPage,
  indexes: IndexesPage,
  statements: StatementsPage,
  access: AccessPage,
  partitions: PartitionsPage,
  replication: ReplicationPage,
}

await takeToken()
const place = document.querySelector('#page') as HTMLElement
const Page = PAGES[place.dataset.page ?? ''] ?? RowsPage
// The first effect of the page waits for a frame.
fetchEarly('/api/info')
createRoot(place).render(
  <Fetched<Info> path="/api/info">
    {(info) => {
      document.title = `${document.title.split(' · ')[0]} · ${info.name}`
      ;(document.querySelector('#database') as HTMLElement).textContent = info.name
      const mode = document.querySelector('#mode') as HTMLElement
      mode.textContent = info.isWritable ? 'writable' : 'read-only'
      mode.title = info.isWritable ? 'Rows can be changed.' : 'Start the studio with --write to change rows.'
      mode.classList.toggle('writing', info.isWritable)
      for (const link of document.querySelectorAll<HTMLAnchorElement>('.bar nav a'))
        link.hidden = info.absent.includes(link.pathname)
      if (info.absent.includes(location.pathname))
        return <p className="content">This database does not have the tables of this page.</p>
      return <Page {...info} />
    }}
  </Fetched>,
)
