/** Exit codes; part of the help text. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_DIVERGED = 4;
export const EXIT_BROKEN = 5;
export const EXIT_VIOLATION = 6;
export const EXIT_UNKNOWN = 7;
export const EXIT_INTERRUPTED = 130;
