import type { FunctionComponent } from 'react'
import { createRoot } from 'react-dom/client'
import { ConstraintsPage } from './constraints.tsx'
import { DiagramPage } from './diagram.tsx'
import { DictionaryPage } from './dictionary.tsx'
import { IndexesPage } from './indexes.tsx'
import './pages.css'
import { StatementsPage } from './statements.tsx'

const PAGES: Readonly<Record<string, FunctionComponent>> = {
  diagram: DiagramPage,
  dictionary: DictionaryPage,
  constraints: ConstraintsPage,
  indexes: IndexesPage,
  statements: StatementsPage,
}

const place = document.querySelector('#page') as HTMLElement
const Page = PAGES[place.dataset.page ?? ''] ?? DictionaryPage
createRoot(place).render(<Page />)
