/** The facts that the texts of a conversation mention. */
export interface Subject {
  readonly customer: string
  readonly person: string
  readonly product: string
  readonly topic: string
  readonly amount: string
  readonly day: string
}
