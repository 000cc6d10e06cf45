import type { ToolName } from './parts.ts'
import type { Language } from './places.ts'
import type { Subject } from './subject.ts'

type Template = (about: Subject) => string

/** A question of the user and the assistant's answer. */
export interface Turn {
  readonly question: Template
  readonly answer: Template
  /** The tool that the assistant may have called for the answer. */
  readonly tool: ToolName
}

/** The texts of one language. */
export interface Speech {
  readonly titles: readonly Template[]
  readonly turns: readonly Turn[]
  readonly thoughts: readonly Template[]
}

function turn(tool: ToolName, question: Template, answer: Template): Turn {
  return { question, answer, tool }
}

/** The texts of conversations by language. */
export const SPEECH: Readonly<Record<Language, Speech>> = {
  en: {
    titles: [
      (s) => `${s.customer}: ${s.topic}`,
      (s) => `${capital(s.topic)} for ${s.person}`,
      (s) => `Next steps with ${s.customer}`,
      (s) => `${capital(s.product)}, ${s.amount}`,
    ],
    turns: [
      turn(
        'searchCustomers',
        (s) => `What is the state of the ${s.topic} at ${s.customer}?`,
        (s) =>
          `The ${s.topic} at ${s.customer} is still open. ${s.person} was last contacted about it, and an answer is due by ${s.day}.`,
      ),
      turn(
        'sendEmail',
        (s) => `Draft a short e-mail to ${s.person} about the ${s.topic}.`,
        (s) =>
          `Dear ${s.person},\n\nthank you for your time. As discussed, the ${s.product} comes to ${s.amount}. Could you confirm the ${s.topic} by ${s.day}?\n\nKind regards`,
      ),
      turn(
        'listInvoices',
        (s) => `How much did ${s.customer} pay for the ${s.product} last year?`,
        (s) =>
          `${s.customer} paid **${s.amount}** for the ${s.product}. The last invoice was settled in time.`,
      ),
      turn(
        'searchCustomers',
        (s) =>
          `${s.person} called and wants to talk about the ${s.topic} before ${s.day}. What should I know?`,
        (s) =>
          `Here is what I found:\n\n- contact: ${s.person}\n- subject: ${s.topic}\n- value: ${s.amount}\n- due: ${s.day}`,
      ),
      turn(
        'searchCustomers',
        (s) => `Add a note: ${s.customer} is thinking about the ${s.product}.`,
        (s) => `I have added the note to ${s.customer} and linked it to the ${s.topic}.`,
      ),
      turn(
        'createReminder',
        (s) => `Please remind me on ${s.day} to follow up with ${s.person}.`,
        (s) => `Done. You will be reminded of ${s.person} on ${s.day}.`,
      ),
      turn(
        'searchCustomers',
        (s) => `Which of our contacts at ${s.customer} decides about the ${s.topic}?`,
        (s) =>
          `${s.person} decides about it. For anything above ${s.amount} the management of ${s.customer} has to agree as well.`,
      ),
      turn(
        'listInvoices',
        (s) => `Can we offer ${s.customer} the ${s.product} for ${s.amount}?`,
        (s) =>
          `That would be below the list price of the ${s.product}; a discount needs approval. Shall I ask for it?`,
      ),
      turn(
        'sendEmail',
        () => 'Thanks, go ahead.',
        (s) => `It is on its way to ${s.person}. I will tell you when there is an answer.`,
      ),
    ],
    thoughts: [
      (s) => `The user speaks of the ${s.topic}. I should look ${s.customer} up first.`,
      (s) => `${s.person} may be listed at several customers; the one meant is ${s.customer}.`,
      (s) => `The amount of ${s.amount} is plausible for the ${s.product}. Keep the answer short.`,
    ],
  },
  de: {
    titles: [(s) => `${s.customer}: Rückfrage zum Vertrag`, (s) => `Angebot für ${s.person}`],
    turns: [
      turn(
        'searchCustomers',
        (s) => `Wie ist der Stand bei ${s.customer}?`,
        (s) =>
          `${s.customer} hat das Angebot über ${s.amount} noch nicht bestätigt; die Frist läuft bis ${s.day}.`,
      ),
      turn(
        'sendEmail',
        (s) => `Schreib ${s.person} bitte eine kurze E-Mail wegen der Verlängerung.`,
        (s) =>
          `Guten Tag ${s.person},\n\nvielen Dank für das Gespräch. Gern verlängern wir zu den bisherigen Konditionen (${s.amount}).\n\nMit freundlichen Grüßen`,
      ),
      turn(
        'listInvoices',
        (s) => `Können wir ${s.customer} einen Nachlass auf ${s.amount} gewähren?`,
        (s) => `Das müsste die Geschäftsführung genehmigen. Soll ${s.person} vorher angerufen werden?`,
      ),
    ],
    thoughts: [(s) => `Zuerst prüfe ich, welche Verträge ${s.customer} überhaupt hat.`],
  },
  es: {
    titles: [(s) => `${s.customer}: próxima reunión`, (s) => `Factura pendiente de ${s.person}`],
    turns: [
      turn(
        'searchCustomers',
        (s) => `¿Qué sabemos de ${s.customer}?`,
        (s) => `${s.customer} renovó el año pasado por ${s.amount}. La próxima revisión es el ${s.day}.`,
      ),
      turn(
        'searchCustomers',
        (s) => `¿Cuándo hablamos por última vez con ${s.person}?`,
        (s) => `La última llamada con ${s.person} fue breve: pidió más información sobre la migración.`,
      ),
      turn(
        'listInvoices',
        (s) => `Prepara un presupuesto de ${s.amount} para mañana.`,
        (s) => `He preparado el presupuesto de ${s.customer}; está en la sección de documentos.`,
      ),
    ],
    thoughts: [(s) => `Necesito la ficha de ${s.customer} antes de contestar.`],
  },
  lv: {
    titles: [(s) => `${s.customer}: līguma pagarināšana`, (s) => `Jautājums: ${s.person}`],
    turns: [
      turn(
        'listInvoices',
        (s) => `Cik ${s.customer} mums vēl ir parādā?`,
        (s) => `Uzņēmumam ${s.customer} ir viens neapmaksāts rēķins par ${s.amount}, termiņš ir ${s.day}.`,
      ),
      turn(
        'sendEmail',
        (s) => `Uzraksti, lūdzu, īsu vēstuli: ${s.person} gaida atbildi līdz ${s.day}.`,
        (s) => `Labdien, ${s.person}!\n\nPaldies par sarunu. Piedāvājums pielikumā.\n\nAr cieņu`,
      ),
      turn(
        'createReminder',
        (s) => `Atgādini man ${s.day} piezvanīt: ${s.person}.`,
        (s) => `Atgādinājums izveidots, piezīme pievienota uzņēmumam ${s.customer}.`,
      ),
    ],
    thoughts: [(s) => `Vispirms jāatrod ${s.customer} un tā kontaktpersonas.`],
  },
  ja: {
    titles: [(s) => `${s.customer}の契約更新`, (s) => `${s.person}様との打ち合わせ`],
    turns: [
      turn(
        'searchCustomers',
        (s) => `${s.customer}の現在の状況を教えてください。`,
        (s) => `${s.customer}様の見積もりは${s.amount}で、回答期限は${s.day}です。`,
      ),
      turn(
        'sendEmail',
        (s) => `${s.person}様への返信メールを作成してください。`,
        (s) =>
          `${s.person}様\n\nいつもお世話になっております。先日のお打ち合わせの件、資料をお送りいたします。`,
      ),
      turn(
        'createReminder',
        () => '次回の打ち合わせはいつですか。',
        (s) => `次回の打ち合わせは${s.day}に予定されています。`,
      ),
    ],
    thoughts: [(s) => `まず${s.customer}の契約内容を確認する。`],
  },
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
