/** What the command line can do; the installed program knows by these that no window is wanted. */
export const commandNames: readonly string[] = ['run', 'replay', 'spec', 'check', 'fuzz', 'explore'];
