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
