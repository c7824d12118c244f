/**
 * A command that cannot be carried out now; nothing has changed. It stands apart from the schemas of commands, so that
 * the router's thread, which checks none, starts without them.
 */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandError';
  }
}

/** What `check` gives; errors of checking become refusals of the command. @throws CommandError */
export function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}
