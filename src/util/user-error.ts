/** The tool cannot do its work, and the user can do something about it: one line that says what, and what next. Everything else is a bug. */
export class UserError extends Error {
  constructor(
    message: string,
    readonly hint: string | null = null,
    /** Trying again is of no use. */
    readonly isFinal = false,
  ) {
    super(message);
    this.name = 'UserError';
  }
}
