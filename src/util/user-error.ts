/** Errors that are the user's to repair. Belongs here: their one class. */

/**
 * The tool cannot do its work, and the user can do something about it. In: one line that says what is wrong, one that says what to do (null: none), and whether
 * trying again is of no use. Every other error is a bug.
 */
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
